"""A button agent as a process of its own that can be killed, fed through a pipe that outlives it."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

COMMAND = [sys.executable, "-m", "barrymore", "button-agent"]


def enrolled(folder: Path, port: int, device: int, key: str) -> Path:
    """A folder in which an agent was enrolled."""
    folder.mkdir(parents=True, exist_ok=True)
    place = {"server": f"http://127.0.0.1:{port}", "device": device, "key": key}
    (folder / "place.json").write_text(json.dumps(place))
    return folder


def agent(*words: str, feed: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run an agent to its end, with these lines as its presses."""
    return subprocess.run([*COMMAND, *words], input=feed, capture_output=True, timeout=30)


class Agent:
    """One agent after the other on one store and one pipe."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._reading, self._writing = os.pipe()
        self.fed = 0
        self.kept: list[tuple[str, int]] = []
        self.said: list[str] = []
        self._threads: list[threading.Thread] = []
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Begin, or begin again where the last one was killed."""
        words = ["--stdin", "--echo", "--store", str(self.folder), "--key", "1=1", "--key", "2=great"]
        self.process = subprocess.Popen(
            [*COMMAND, *words], stdin=self._reading, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for stream in (self.process.stdout, self.process.stderr):
            thread = threading.Thread(target=self._listen, args=(stream,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _listen(self, stream) -> None:  # type: ignore[no-untyped-def]
        for line in stream:
            words = line.split()
            if words[:1] == ["kept"] and len(words) == 4 and line.endswith("\n"):
                self.kept.append((words[1], int(words[2])))
            else:
                self.said.append(line.strip())

    def press(self, key: str = "1") -> None:
        """Press, whether or not an agent runs: the pipe holds it."""
        os.write(self._writing, f"{key}\n".encode())
        self.fed += 1

    def kill(self) -> None:
        """As a power cut does."""
        assert self.process
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def finish(self) -> int:
        """No more presses; the agent sends what waits and ends."""
        assert self.process
        if self._writing >= 0:
            os.close(self._writing)
            self._writing = -1
        code = self.process.wait(timeout=60)
        for thread in self._threads:
            thread.join(timeout=60)
        return code
