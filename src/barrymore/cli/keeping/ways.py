"""What the three commands share: how they refuse, how they stop, how they show progress."""

import json
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

FAULTY, REFUSED, STOPPED = 1, 2, 130


class Refused(Exception):
    """Nothing was changed; the text says why and what to do."""

    code = REFUSED


class Damaged(Refused):
    """The archive is not what was written."""

    code = FAULTY


def guarded(work: Callable[[], int]) -> int:
    """Run a command: a refusal is a sentence and an exit code, a signal unwinds what was begun."""

    def end(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        return work()
    except Refused as refused:
        print(refused, file=sys.stderr)
        return refused.code
    except OSError as error:
        print(f"Stopped, and nothing was left behind: {error}", file=sys.stderr)
        return FAULTY
    except KeyboardInterrupt:
        print("Stopped, and nothing was left behind.", file=sys.stderr)
        return STOPPED
    finally:
        signal.signal(signal.SIGTERM, before)


def tell(data: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    """The result: a line of JSON for machines, a sentence for people."""
    print(json.dumps(data, default=str) if as_json else sentence)


class Bar:
    """A progress bar on the terminal; silent where nobody looks."""

    WIDTH = 30

    def __init__(self, label: str) -> None:
        self.label = label
        self.shown = -1
        self.is_seen = sys.stderr.isatty()

    def at(self, done: int, whole: int) -> None:
        """Draw when the percentage has changed."""
        percent = min(100, 100 * done // whole) if whole else 100
        if not self.is_seen or percent == self.shown:
            return
        self.shown = percent
        filled = "#" * (self.WIDTH * percent // 100)
        end = "\n" if percent == 100 else ""
        print(
            f"\r{self.label:<10} [{filled:<{self.WIDTH}}] {percent:3d} %",
            end=end,
            file=sys.stderr,
            flush=True,
        )
