"""A running extra: a process of its own, asked over pipes one line at a time, begun anew when it ends."""

import contextlib
import json
import os
import selectors
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

from barrymore.extras.catalog import PROGRAM, Extra
from barrymore.extras.environment import is_installed, model_of, python_of

# A model of a gigabyte and a half may come from a slow disk.
BEGIN_SECONDS = 120.0
LONGEST_LINE = 1_000_000
RESTS_AFTER = 300.0


class NotThere(RuntimeError):
    """The extra is not installed, has no model, or its program does not begin: no medium is to blame."""


class Broke(RuntimeError):
    """The program ended, or took too long, over this medium."""


class Unreadable(ValueError):
    """The medium cannot be used; `code` is one word, the text says why."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class Worker:
    """One extra's program. `ask` may be called by any thread; one question at a time."""

    def __init__(self, extra: Extra, *, python: Path | None = None, program: Path = PROGRAM) -> None:
        self.extra, self.program = extra, program
        self._python = python
        self._running: subprocess.Popen[bytes] | None = None
        self._model: Path | None = None
        self._rest = b""
        self._asking = threading.Lock()
        self._used = time.monotonic()
        self.hello: dict[str, Any] = {}

    def ask(self, do: str, seconds: float, **told: Any) -> dict[str, Any]:
        """One answer within so many seconds. Raises NotThere, Broke or Unreadable."""
        with self._asking:
            self._used = time.monotonic()
            running = self._begin()
            try:
                answer = self._exchange(running, {"do": do, **told}, seconds)
            except Broke:
                self._end()
                raise
            self._used = time.monotonic()
        if "wrong" in answer:
            raise Unreadable(str(answer["wrong"]), str(answer.get("why", "")))
        result: dict[str, Any] = answer["ok"]
        return result

    @property
    def process_id(self) -> int | None:
        """Of the program, while it runs."""
        return self._running.pid if self._running and self._running.poll() is None else None

    def rest(self, after: float = RESTS_AFTER) -> None:
        """End the program where nothing was asked for so long: a model fills memory."""
        if time.monotonic() - self._used >= after and self._asking.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._asking.release()

    def _begin(self) -> "subprocess.Popen[bytes]":
        model = model_of(self.extra)
        if self.process_id and model == self._model and self._running:
            return self._running
        self._end()
        python = self._python or python_of(self.extra)
        if self._python is None and not is_installed(self.extra):
            raise NotThere("not installed")
        if model is None:
            raise NotThere("no model")
        try:
            running = self._running = subprocess.Popen(
                [str(python), "-I", "-B", str(self.program), self.extra.name, str(model),
                 str(self.extra.memory_megabytes)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env={"PATH": os.defpath, "HOME": "/nonexistent", "LANG": "C.UTF-8"}, cwd="/",
            )  # fmt: skip
            self._model = model
            answer = self._exchange(running, None, BEGIN_SECONDS)
        except (OSError, Broke) as error:
            self._end()
            raise NotThere(f"its program does not begin: {error}") from error
        if "wrong" in answer:
            self._end()
            raise NotThere(str(answer.get("why", "")))
        self.hello = answer["ok"]
        return running

    def _exchange(
        self, running: "subprocess.Popen[bytes]", told: dict[str, Any] | None, seconds: float
    ) -> dict[str, Any]:
        assert running.stdin and running.stdout
        try:
            if told is not None:
                running.stdin.write(json.dumps(told).encode() + b"\n")
                running.stdin.flush()
            line = self._line(running, time.monotonic() + seconds)
            answer = json.loads(line)
        except (OSError, ValueError) as error:
            raise Broke(f"the program ended or spoke nonsense ({type(error).__name__})") from error
        if not isinstance(answer, dict) or not ({"ok", "wrong"} & answer.keys()):
            raise Broke("the program spoke nonsense")
        return answer

    def _line(self, running: "subprocess.Popen[bytes]", until: float) -> bytes:
        """The next line of the program, of a length and a time that are bounded."""
        assert running.stdout
        with selectors.DefaultSelector() as waiting:
            waiting.register(running.stdout, selectors.EVENT_READ)
            while b"\n" not in self._rest:
                left = until - time.monotonic()
                if left <= 0 or not waiting.select(left):
                    raise Broke("the program took too long")
                piece = os.read(running.stdout.fileno(), 65_536)
                if not piece:
                    raise Broke(f"the program ended{_how(running)}")
                self._rest += piece
                if len(self._rest) > LONGEST_LINE:
                    raise Broke("the program said too much")
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _end(self) -> None:
        running, self._running, self._rest = self._running, None, b""
        if running is None:
            return
        running.kill()
        for pipe in (running.stdin, running.stdout):
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()
        running.wait()


def _how(running: "subprocess.Popen[bytes]") -> str:
    with contextlib.suppress(subprocess.TimeoutExpired):
        return f" ({running.wait(timeout=2)})"
    return ""


_workers: dict[str, Worker] = {}
_making = threading.Lock()


def worker_of(extra: Extra) -> Worker:
    """The one program of an extra in this process."""
    with _making:
        return _workers.setdefault(extra.name, Worker(extra))
