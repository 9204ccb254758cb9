"""Key presses of one device, as they come: evdev of Linux, or lines of standard input."""

import errno
import fcntl
import os
import select
import struct
import time
from collections.abc import Callable, Iterator

from barrymore.cli.agent.signs import code_of

# struct input_event: two longs of time, type, code, value.
EVENT = struct.Struct("@llHHi")
IS_KEY, IS_DOWN = 1, 1
# Nobody else sees the presses: a button must not type into the console of its computer.
GRAB = 0x40044590
AGAIN_SECONDS = 2.0
LONGEST_LINE = 200
Say = Callable[[str], None]
Stopped = Callable[[], bool]


def pressed(read: Callable[[int], bytes]) -> Iterator[int]:
    """Codes of keys that go down; repetitions of a held key and releases are none."""
    rest = b""
    while part := read(EVENT.size * 64):
        rest += part
        whole = len(rest) - len(rest) % EVENT.size
        for _sec, _usec, kind, code, value in EVENT.iter_unpack(rest[:whole]):
            if kind == IS_KEY and value == IS_DOWN:
                yield code
        rest = rest[whole:]


def of_device(path: str, say: Say, stopped: Stopped) -> Iterator[int]:
    """Of a device that may be pulled out, come back, or not be there yet; what is wrong is said once."""
    said = ""
    while not stopped():
        try:
            file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            said = _say_once(say, said, _refused(path, error))
            time.sleep(AGAIN_SECONDS)
            continue
        try:
            said = _say_once(say, "" if said else said, f"Listening to {path}.")
            _grab(file, path, say)
            yield from pressed(lambda size, file=file: _read(file, size, stopped))  # type: ignore[misc]
        except OSError as error:
            said = _say_once(say, said, f"{path} is gone ({error.strerror}); waiting for it.")
        finally:
            os.close(file)
        time.sleep(0 if stopped() else AGAIN_SECONDS)


def _say_once(say: Say, said: str, text: str) -> str:
    if text != said:
        say(text)
    return text


def _refused(path: str, error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{path} may not be read by this user: add it to the group `input`. Trying on."
    return f"{path} is not there ({error.strerror}). Plug it in; see ls /dev/input/by-id/. Trying on."


def _grab(file: int, path: str, say: Say) -> None:
    try:
        fcntl.ioctl(file, GRAB, 1)
    except OSError as error:
        if error.errno == errno.EBUSY:
            say(f"{path} is held by another program, whose presses we do not see: stop it.")


def _read(file: int, size: int, stopped: Stopped) -> bytes:
    """What has come, once something has; nothing once it ends or we are told to stop."""
    while not stopped():
        ready, _, _ = select.select([file], [], [], 0.5)
        if ready:
            return os.read(file, size)
    return b""


def of_lines(file: int, say: Say, stopped: Stopped) -> Iterator[int]:
    """One key a line. Read sign by sign, so that a kill leaves the lines behind in the pipe."""
    line = b""
    while sign := _read(file, 1, stopped):
        if sign != b"\n":
            line = (line + sign)[:LONGEST_LINE]
            continue
        name, line = line.decode("utf-8", "replace").strip(), b""
        code = code_of(name)
        if code is not None:
            yield code
        elif name:
            say(f"{name!r} is no key we know; it is left out.")
