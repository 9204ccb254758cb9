"""The line to the house: trade a code for a key, and tell events."""

import json
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from barrymore.cli.agent.plan import Wrong
from barrymore.cli.agent.store import Kept

WAIT_SECONDS = 20.0
LARGEST_ANSWER = 1024 * 1024
HERE = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Place:
    """Which device we are, where, and its key."""

    server: str
    device: int
    key: str


class Later(Exception):
    """Not acknowledged; the text says why, `seconds` how long to wait at least."""

    def __init__(self, why: str, seconds: float = 0.0) -> None:
        super().__init__(why)
        self.seconds = seconds


class Revoked(Exception):
    """The key is taken no more."""


class TooLarge(Exception):
    """The batch is larger than is taken at once."""


class _Stay(HTTPRedirectHandler):
    """The key goes to the address that was named and to no other."""

    def redirect_request(self, *_told: Any) -> None:
        return None


def call(url: str, body: Any, *, key: str = "", ca: str = "") -> dict[str, Any]:
    """POST JSON, and what was answered. Raises HTTPError, Later."""
    # Only https and http: a server that is named file:… was refused before (server_of).
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
    request = Request(url, json.dumps(body).encode(), headers, method="POST")  # noqa: S310
    try:
        opener = build_opener(_Stay, HTTPSHandler(context=ssl.create_default_context(cafile=ca or None)))
        with opener.open(request, timeout=WAIT_SECONDS) as answer:
            told = json.loads(answer.read(LARGEST_ANSWER))
    except HTTPError:
        raise
    except (OSError, HTTPException) as error:
        raise Later(f"no way to {urlsplit(url).netloc} ({getattr(error, 'reason', error)})") from None
    except ValueError:
        raise Later(f"what answers at {urlsplit(url).netloc} is not Barrymore") from None
    if not isinstance(told, dict):
        raise Later(f"what answers at {urlsplit(url).netloc} is not Barrymore")
    return told


def server_of(told: str) -> str:
    """An address of the house, checked. Raises Wrong."""
    parts = urlsplit(told)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Wrong(f"server: {told!r} is no address; write it like https://house.example.")
    return told.rstrip("/")


def is_open_line(server: str) -> bool:
    """Whether the key would go over the network for everybody to read."""
    parts = urlsplit(server)
    return parts.scheme == "http" and parts.hostname not in HERE


def enrol(told: str, server: str, folder: Path, ca: str = "") -> Place:
    """Trade a code, or the link that holds it, for the key, and keep that. Raises Wrong."""
    begin, found, code = told.strip().rstrip("/").rpartition("/enrol/")
    address = server or (begin if found else "")
    if not address:
        raise Wrong("server: name the address of the house with --server, or give the whole link.")
    address = server_of(address)
    target, fresh = folder / "place.json", folder / "place.new"
    # The code works once: the file must be writable before it is traded.
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        try:
            answer = call(f"{address}/api/v1/devices/enrol", {"code": code}, ca=ca)
            place = Place(address, int(answer["id"]), str(answer["key"]))
        except HTTPError as error:
            raise Wrong(_not_enrolled(error)) from None
        except Later as why:
            raise Wrong(f"Not enrolled: {why}. The code still works within its 15 minutes.") from None
        except (KeyError, TypeError, ValueError):
            raise Wrong(f"Not enrolled: what answers at {address} is not Barrymore.") from None
        json.dump({"server": place.server, "device": place.device, "key": place.key}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, target)
    return place


def _not_enrolled(error: HTTPError) -> str:
    if error.code in (400, 404, 409, 422):
        return "Not enrolled: the code is unknown, used, or older than 15 minutes. Ask for a new one."
    if error.code == 429:
        return "Not enrolled: too many tries. Wait a minute."
    return f"Not enrolled: the house answered {error.code}. Is the address right?"


def place_in(folder: Path) -> Place | None:
    """Who we are, where we were enrolled. Raises Wrong where the file is damaged."""
    try:
        told = json.loads((folder / "place.json").read_text())
        return Place(str(told["server"]), int(told["device"]), str(told["key"]))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Wrong(f"{folder / 'place.json'} cannot be read: {error.strerror}.") from None
    except (KeyError, TypeError, ValueError):
        raise Wrong(f"{folder / 'place.json'} is damaged. Enrol again with a new code.") from None


def tell(place: Place, batch: Sequence[Kept], ca: str = "") -> None:
    """Tell events; returns once every one of them was acknowledged. Raises Later, Revoked, TooLarge."""
    body = {"boot_id": batch[0].boot, "events": [one.event for one in batch]}
    try:
        told = call(f"{place.server}/api/v1/devices/{place.device}/events", body, key=place.key, ca=ca)
    except HTTPError as error:
        error.close()
        if error.code == 401:
            raise Revoked from None
        if error.code == 413:
            raise TooLarge from None
        raise Later(f"the house answered {error.code}", _retry_after(error)) from None
    stored, again, rejected = told.get("stored"), told.get("duplicate"), told.get("rejected")
    # A page that asks for a login answers 200, too: only an answer that accounts for all is one.
    if not (isinstance(stored, int) and isinstance(again, int) and isinstance(rejected, list)):
        raise Later("what answered is not Barrymore")
    if stored + again + len(rejected) != len(batch):
        raise Later("the answer does not account for every press")


def _retry_after(error: HTTPError) -> float:
    told = error.headers.get("Retry-After", "")
    return float(told[:4]) if told.isascii() and told.isdigit() else 0.0
