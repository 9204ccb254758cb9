"""The demo as `make run` starts it, with a short history, and a browser."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.browser.conftest import browser, playwright
from tests.ports import free_port

__all__ = ["browser", "demo", "playwright"]


@dataclass
class Demo:
    """The running demo and what it wrote into demo.json."""

    url: str
    told: dict[str, Any]

    @property
    def mail(self) -> dict[str, Any]:
        """Ports, the desk's address, customers."""
        return dict(self.told["mail"])


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Found the company, serve it, end it by its pid."""
    var, port = tmp_path_factory.mktemp("var"), free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BARRYMORE_")}
    environment |= {"BARRYMORE_VAR": str(var), "PYTHONPATH": "src:.", "BARRYMORE_LOG": "ERROR"}
    command = [sys.executable, "-m", "barrymore", "run-demo", "--port", str(port), "--days", "10", "--quiet"]
    said = var / "said.txt"
    with said.open("w") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT)
    try:
        _wait(f"http://localhost:{port}/account/login/", process, said)
        yield Demo(f"http://localhost:{port}", json.loads((Path(var) / "demo.json").read_text()))
    finally:
        process.terminate()
        process.wait(timeout=60)
    assert _left_over(var) == []


def _left_over(var: Path) -> list[str]:
    """Processes that name the demo's folder and should have ended with it."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it may end while it is looked at
            found.append(path.read_bytes().decode(errors="replace"))
    return [command for command in found if str(var) in command]


def _wait(url: str, process: subprocess.Popen[bytes], said: Path) -> None:
    # Half a minute of one core where nothing else runs; a busy machine may take many times that.
    until, last = time.monotonic() + 400, "nothing tried"
    while time.monotonic() < until and process.poll() is None:
        try:
            answer = httpx.get(url, timeout=30)
            if answer.status_code == 200:
                return
            last = f"{answer.status_code} {answer.text[:200]}"
        except httpx.HTTPError as error:
            last = repr(error)
        time.sleep(0.3)
    raise RuntimeError(f"the demo does not start: {process.poll()}, {last}, {said.read_text()[-2000:]}")
