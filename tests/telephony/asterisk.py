"""A real Asterisk 16.28 for the tests: folders in the chroot, loopback ports, a pid, nothing left behind."""

import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from barrymore.telephony.configuring.writing import Place, write_configuration
from barrymore.telephony.models import Node

ROOT = Path(
    os.environ.get("BARRYMORE_ASTERISK_ROOT") or Path(__file__).resolve().parents[2] / "var" / "asterisk-root"
)
CALLERS, PHONES = "127.0.0.3", "127.0.0.4"
BOOT_SECONDS = 60.0


def free_range(wanted: int = 400) -> int:
    """The first of some even UDP ports that nobody uses."""
    for _ in range(100):
        # Below every port that a test chooses, and that the system hands out.
        start = random.SystemRandom().randrange(10_000, 20_000 - wanted, 2)
        if _all_free(range(start, start + wanted, 40)):
            return start
    raise AssertionError("no room for RTP")


def _all_free(ports: range) -> bool:
    for port in ports:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return False
            try:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                    other.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


@dataclass
class Asterisk:
    """One server, which can be killed and started again on the same ports."""

    home: Path  # as the host sees it
    process: subprocess.Popen[bytes] | None = None

    @property
    def seen_as(self) -> str:
        """The folder as Asterisk sees it."""
        return f"/{self.home.relative_to(ROOT)}"

    @property
    def log(self) -> str:
        file = self.home / "log" / "messages"
        return file.read_text(errors="replace") if file.exists() else ""

    def configure(self, node: Node) -> list[str]:
        """Write what the product would write."""
        names = write_configuration(node, Place(self.home, self.seen_as, is_apart=True))
        owner = _owner()
        for path in (self.home, *self.home.rglob("*")):
            os.chown(path, *owner)
        return names

    def forget(self) -> None:
        """Another test begins: no log, no telephones of before."""
        for name in ("log", "lib", "spool", "run"):
            shutil.rmtree(self.home / name, ignore_errors=True)

    def start(self) -> None:
        for name in ("run", "log", "spool", "lib"):
            (self.home / name).mkdir(exist_ok=True)
            os.chown(self.home / name, *_owner())
        self.process = subprocess.Popen(
            ["chroot", str(ROOT), "/usr/sbin/asterisk", "-f", "-C", f"{self.seen_as}/asterisk.conf",
             "-U", "asterisk", "-G", "asterisk"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        until = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            if "fully booted" in self.ask("core waitfullybooted"):
                return
            time.sleep(0.1)
        raise AssertionError(f"Asterisk does not start: {self.log}")

    def ask(self, command: str) -> str:
        """What the console answers."""
        told = subprocess.run(
            ["chroot", str(ROOT), "/usr/sbin/asterisk", "-C", f"{self.seen_as}/asterisk.conf",
             "-rx", command],
            capture_output=True, timeout=20,
        )  # fmt: skip
        return told.stdout.decode(errors="replace")

    def channels(self) -> int:
        """How many lines are open."""
        told = self.ask("core show channels count")
        return int(told.split()[0]) if told.split() else -1

    def kill(self) -> None:
        """As a power cut would."""
        self.stop(signal.SIGKILL)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        # A child that was not waited for keeps its number, so that it cannot be another's by now.
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout=60)
        self.process = None


def _owner() -> tuple[int, int]:
    """The user of Asterisk inside the chroot."""
    for line in (ROOT / "etc" / "passwd").read_text().splitlines():
        name, _, uid, gid, *_ = line.split(":")
        if name == "asterisk":
            return int(uid), int(gid)
    raise AssertionError(f"no Asterisk in {ROOT}: run scripts/with-asterisk as root")


@contextmanager
def home() -> Iterator[Asterisk]:
    """A folder for one Asterisk; it is stopped and the folder is gone at the end."""
    assert pwd.getpwuid(os.getuid()).pw_uid == 0, "a chroot needs root"
    server = Asterisk(Path(tempfile.mkdtemp(prefix="bm", dir=ROOT / "srv")))
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.home, ignore_errors=True)
