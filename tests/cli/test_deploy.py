"""What deploy/ holds is true: units that systemd takes, commands that exist, a port that stays open."""

import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from barrymore.cli.main import parser
from tests.cli.houses import barrymore, environment

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(path for path in DEPLOY.iterdir() if path.suffix in (".service", ".timer", ".socket"))


@pytest.mark.parametrize(
    "unit", [path for path in UNITS if path.suffix == ".service"], ids=lambda path: path.name
)
def test_a_service_starts_a_command_that_exists(unit: Path) -> None:
    words = shlex.split(
        re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)[0].replace("%i", "8001")
    )
    inner = shlex.split(words[-1].replace("exec ", "")) if words[0] == "/bin/sh" else words
    assert inner[:3] == ["/opt/barrymore/.venv/bin/python", "-m", "barrymore"]
    assert parser().parse_args(inner[3:]).command in ("serve", "backup", "restore", "button-agent")


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_takes_the_unit(unit: Path, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not here")
    for path in UNITS:
        text = path.read_text().replace("/opt/barrymore/.venv/bin/python", sys.executable)
        (tmp_path / path.name.replace("@.", "@8001.")).write_text(text)
    named = tmp_path / unit.name.replace("@.", "@8001.")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(named)], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_setting_in_the_example_is_explained() -> None:
    named = re.findall(r"(BARRYMORE_[A-Z_]+)=", (DEPLOY / "barrymore.env").read_text())
    told = (ROOT / "docs" / "operations.md").read_text()
    assert named and [name for name in named if f"`{name}`" not in told] == []


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_a_proxy_keeps_measures_inside_and_lets_the_stream_flow(name: str) -> None:
    text = (DEPLOY / name).read_text()
    assert "/metrics" in text and "/health/ready" in text
    assert "proxy_buffering off" in text or "flush_interval -1" in text


@pytest.fixture
def port() -> Iterator[socket.socket]:
    """A listening socket as systemd holds it: open whether anybody serves or not."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen(64)
        yield held


def test_nobody_is_refused_while_we_restart(tmp_path: Path, port: socket.socket) -> None:
    assert barrymore(tmp_path, "manage", "migrate", "-v0").returncode == 0
    # LISTEN_PID is the pid of the one who serves, which only a shell that becomes it can know.
    command = f'LISTEN_FDS=1 LISTEN_PID=$$ exec "{sys.executable}" -m barrymore serve'
    url = f"http://127.0.0.1:{port.getsockname()[1]}/health/live"
    answers: list[int] = []
    over = threading.Event()

    def call() -> None:
        with httpx.Client(timeout=30) as client:
            while not over.is_set():
                answers.append(client.get(url, headers={"Connection": "close"}).status_code)
                time.sleep(0.05)

    caller = threading.Thread(target=call)
    first = _serving(command, tmp_path, port)
    try:
        caller.start()
        _wait_for(answers, 10)
        first.send_signal(signal.SIGTERM)
        assert first.wait(timeout=60) == 0
        before = len(answers)
        first = _serving(command, tmp_path, port)
        _wait_for(answers, before + 10)
    finally:
        over.set()
        caller.join(timeout=30)
        first.terminate()
        first.wait(timeout=60)
    assert set(answers) == {200}


def _serving(command: str, var: Path, port: socket.socket) -> subprocess.Popen[bytes]:
    number = port.fileno()
    moved = command if number == 3 else f"exec 3<&{number} {number}<&-; {command}"
    return subprocess.Popen(
        ["/bin/bash", "-c", moved], env=environment(var), pass_fds=[number], stdout=subprocess.DEVNULL
    )


def _wait_for(answers: list[int], wanted: int) -> None:
    until = time.monotonic() + 90
    while len(answers) < wanted:
        assert time.monotonic() < until, "no answer"
        time.sleep(0.05)
