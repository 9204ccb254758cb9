"""Two ways to import from the command line: alone in this house, or by REST while it serves."""

import time
from pathlib import Path
from typing import Any, Protocol

from barrymore.cli.keeping.ways import Refused

CHUNK = 1024**2
PAUSE = 1.0


class Way(Protocol):
    """What the command needs of a house; each call answers with an import as REST tells it."""

    def begin(self, file: Path, wish: dict[str, Any]) -> dict[str, Any]:
        """Upload."""

    def look(self, ref: int) -> dict[str, Any]:
        """How far it is."""

    def act(self, ref: int, verb: str) -> dict[str, Any]:
        """Run, cancel or undo."""

    def step(self) -> None:
        """Let it go on for a moment."""


class Here:
    """This process does the work; with SQLite it is alone, with PostgreSQL one of many."""

    def begin(self, file: Path, wish: dict[str, Any]) -> dict[str, Any]:
        """Copy the file into the house. Raises Refused."""
        from barrymore.channels.imports import services
        from barrymore.channels.imports.keeping import TooLarge, remove_upload, store_upload
        from barrymore.channels.imports.selectors import told

        wished = services.Wish(
            kind=wish["kind"],
            queue_ref=wish["queue"],
            closes_open=wish["open"] == "close",
            own=services.names_of(wish["own_addresses"]),
            days=wish["days"],
        )
        path = ""
        try:
            services.checked(wished)
            with file.open("rb") as opened:
                path, size = store_upload(iter(lambda: opened.read(CHUNK), b""))
            return told(services.begin(None, wished, file.name, path, size))
        except (services.CannotImport, TooLarge) as error:
            remove_upload(path)
            raise Refused(str(error)) from error

    def look(self, ref: int) -> dict[str, Any]:
        """How far it is, with its first errors. Raises Refused for an unknown number."""
        from barrymore.channels.imports.selectors import first_faults, imports, told

        job = imports().filter(pk=ref).first()
        if job is None:
            raise Refused(f"There is no import {ref}.")
        faults = [
            {"row": one.row, "what": one.what, "what_to_do": one.what_to_do} for one in first_faults(job)
        ]
        return {**told(job), "errors": faults}

    def act(self, ref: int, verb: str) -> dict[str, Any]:
        """Change its state. Raises Refused."""
        from barrymore.channels.imports import services
        from barrymore.channels.imports.selectors import told

        self.look(ref)
        verbs = {"run": services.start, "cancel": services.cancel, "undo": services.start_undo}
        try:
            return told(verbs[verb](None, ref))
        except services.CannotImport as error:
            raise Refused(str(error)) from error

    def step(self) -> None:
        """Work for a second."""
        from barrymore.channels.imports.rounds import imports_round

        if not imports_round(PAUSE):
            time.sleep(PAUSE / 4)


class There:
    """A house that serves does the work; we ask it by REST."""

    def __init__(self, url: str, token: str) -> None:
        import httpx

        headers = {"Authorization": f"Bearer {token}"}
        timeout = httpx.Timeout(60, write=600, read=600)
        self.client = httpx.Client(base_url=f"{url.rstrip('/')}/api/v1", headers=headers, timeout=timeout)

    def begin(self, file: Path, wish: dict[str, Any]) -> dict[str, Any]:
        """Upload. Raises Refused."""
        fields = {name: str(value) for name, value in wish.items() if value is not None}
        with file.open("rb") as opened:
            return self._call("POST", "/imports", data=fields, files={"file": (file.name, opened)})

    def look(self, ref: int) -> dict[str, Any]:
        """How far it is."""
        return self._call("GET", f"/imports/{ref}")

    def act(self, ref: int, verb: str) -> dict[str, Any]:
        """Run, cancel or undo."""
        return self._call("POST", f"/imports/{ref}/{verb}")

    def step(self) -> None:
        """Give the house a second."""
        time.sleep(PAUSE)

    def _call(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        import httpx

        try:
            answer = self.client.request(method, path, **more)
        except httpx.HTTPError as error:
            raise Refused(f"{self.client.base_url} does not answer: {error}") from error
        try:
            body = answer.json()
        except ValueError:
            body = {}
        if answer.status_code >= 400:
            raise Refused(
                body.get("detail") or body.get("title") or f"The house answers {answer.status_code}."
            )
        return dict(body)
