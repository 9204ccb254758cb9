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
from tests.mailserver.dovecot import free_port

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
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(f"http://localhost:{port}/account/login/", process)
        yield Demo(f"http://localhost:{port}", json.loads((Path(var) / "demo.json").read_text()))
    finally:
        process.terminate()
        process.wait(timeout=30)
    assert _left_over(var) == []


def _left_over(var: Path) -> list[str]:
    """Processes that name the demo's folder and should have ended with it."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it may end while it is looked at
            found.append(path.read_bytes().decode(errors="replace"))
    return [command for command in found if str(var) in command]


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.3)
    raise RuntimeError("the demo does not start")
