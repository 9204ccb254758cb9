"""One connection to Asterisk's manager: say an action, hear its answer, hear what happens.

Lines that end in CRLF, a blank line after each message. What others have typed travels in values, so an
action with a line break in it is refused, and of a header that comes twice the first counts.
"""

import contextlib
import hashlib
import itertools
import logging
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

log = logging.getLogger(__name__)
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
QUIET_SECONDS = 10.0
LONGEST_LINE = 64 * 1024
MOST_LINES = 2000
UNSAFE = re.compile(r"[\r\n\x00]")

Message: TypeAlias = dict[str, str]
Value: TypeAlias = str | list[str]


class Gone(ConnectionError):
    """The connection ended, or nothing came back in time; the text says which."""


class Refused(ValueError):
    """Asterisk said no; the text is its own."""


@dataclass
class Waiting:
    """An action whose answer has not come; lists come as events between the answer and their last line."""

    done: threading.Event = field(default_factory=threading.Event)
    answer: Message = field(default_factory=dict)
    rows: list[Message] = field(default_factory=list)
    is_list: bool = False


class Ami:
    """Connected from the start until `close`, or until Asterisk goes. Raises Gone, Refused, OSError.

    `hear` gets every event in the order of their coming, in the thread that reads; it must not wait.
    """

    def __init__(self, host: str, port: int, hear: Callable[[Message], None]) -> None:
        self._hear = hear
        self._waiting: dict[str, Waiting] = {}
        self._mutex = threading.Lock()
        self._numbers = itertools.count(1)
        self.gone = threading.Event()
        self.fault = ""
        self._socket = socket.create_connection((host, port), CONNECT_SECONDS)
        self._socket.settimeout(QUIET_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self.greeting = self._greeting()
        threading.Thread(target=self._read, name=f"ami {host}:{port}", daemon=True).start()

    def sign_in(self, user: str, secret: str) -> None:
        """By challenge: the password itself does not travel. Raises Refused."""
        challenge = self.ask("Challenge", AuthType="MD5").answer.get("Challenge", "")
        key = hashlib.md5(f"{challenge}{secret}".encode(), usedforsecurity=False).hexdigest()
        self.ask("Login", AuthType="MD5", Username=user, Key=key)

    def ask(self, action: str, name: str = "", **headers: Value) -> Waiting:
        """Say an action and wait for its answer. Raises Refused, Gone. Not in the thread that reads."""
        waiting = self.say(action, name, **headers)
        if not waiting.done.wait(ANSWER_SECONDS):
            raise Gone(f"no answer to {action}")
        if not waiting.answer:
            raise Gone(self.fault or "the connection ended")
        if waiting.answer.get("Response") == "Error":
            raise Refused(waiting.answer.get("Message", action))
        return waiting

    def say(self, action: str, name: str = "", **headers: Value) -> Waiting:
        """Say an action without waiting. `name` is its ActionID, where the caller wants one of their own."""
        name = name or f"n{next(self._numbers)}"
        pairs: dict[str, Value] = {"Action": action, "ActionID": name, **headers}
        told = []
        for key, value in pairs.items():
            for one in value if isinstance(value, list) else [value]:
                if UNSAFE.search(one):
                    raise ValueError(f"{key} holds a line break")
                told.append(f"{key}: {one}\r\n")
        waiting = Waiting()
        with self._mutex:
            if self.gone.is_set():
                raise Gone(self.fault or "the connection ended")
            self._waiting[name] = waiting
            try:
                self._socket.sendall("".join([*told, "\r\n"]).encode())
            except OSError as error:
                self._waiting.pop(name, None)
                raise Gone(str(error)) from error
        return waiting

    def close(self) -> None:
        """End it."""
        self._end("closed")

    def _end(self, fault: str) -> None:
        with self._mutex:
            if self.gone.is_set():
                return
            self.fault = fault
            self.gone.set()
            left = list(self._waiting.values())
            self._waiting.clear()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for waiting in left:
            waiting.done.set()

    def _greeting(self) -> str:
        line = next(self._lines(), b"").decode("utf-8", "replace")
        if not line.startswith("Asterisk Call Manager"):
            self._socket.close()
            raise Refused("what answers there is no Asterisk")
        return line

    def _read(self) -> None:
        fault = "Asterisk closed the connection"
        try:
            for message in self._messages():
                self._take(message)
        except OSError as error:
            fault = str(error) or type(error).__name__
        except Exception:
            log.exception("reading AMI")
            fault = "a message could not be read"
        self._end(fault)

    def _messages(self) -> Iterator[Message]:
        message: Message = {}
        lines = 0
        for raw in self._lines():
            if not raw:
                if message:
                    yield message
                message, lines = {}, 0
                continue
            lines += 1
            if lines > MOST_LINES:
                raise Gone("a message without an end")
            key, colon, value = raw.decode("utf-8", "replace").partition(":")
            if colon:
                message.setdefault(key.strip(), value.strip())

    def _lines(self) -> Iterator[bytes]:
        asked = False
        while True:
            line, found, rest = self._buffer.partition(b"\r\n")
            if found:
                self._buffer = rest
                yield line
                continue
            if len(self._buffer) > LONGEST_LINE:
                raise Gone("a line without an end")
            try:
                data = self._socket.recv(65536)
            except TimeoutError:
                if asked or not hasattr(self, "greeting"):
                    raise Gone("nothing heard") from None
                asked = True
                self.say("Ping")
                continue
            if not data:
                return
            asked = False
            self._buffer += data

    def _take(self, message: Message) -> None:
        name = message.get("ActionID", "")
        if "Event" not in message:
            self._answered(name, message)
        elif name in self._waiting and self._waiting[name].is_list:
            self._listed(name, message)
        else:
            self._hear(message)

    def _answered(self, name: str, message: Message) -> None:
        with self._mutex:
            waiting = self._waiting.get(name)
            if waiting is None:
                return
            waiting.answer = message
            waiting.is_list = message.get("EventList", "").lower() == "start"
            if not waiting.is_list:
                del self._waiting[name]
        if not waiting.is_list:
            waiting.done.set()

    def _listed(self, name: str, message: Message) -> None:
        waiting = self._waiting[name]
        if message.get("EventList", "").lower() in {"complete", "cancelled"}:
            with self._mutex:
                self._waiting.pop(name, None)
            waiting.done.set()
        else:
            waiting.rows.append(message)
