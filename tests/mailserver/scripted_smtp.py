"""An SMTP server that keeps to a script: each session may refuse or drop at the step it is told."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Desk:
    """What arrived, and the trouble of each coming session: (step, answer); the answer "drop" cuts the line.

    Steps: `connect`, `ehlo`, `mail`, `rcpt` (of `refused` addresses only), `data`, `end` and `quit`.
    """

    troubles: list[tuple[str, str]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    mails: list[tuple[list[str], bytes]] = field(default_factory=list)
    sessions: int = 0
    port: int = 0


class _Session(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        desk: Desk = self.server.desk  # type: ignore[attr-defined]
        desk.sessions += 1
        self.desk = desk
        self.step, self.trouble = desk.troubles.pop(0) if desk.troubles else ("none", "")
        self.to: list[str] = []
        if self.say("connect", "220 ready"):
            while (line := self.rfile.readline()) and self.answer(line.decode("latin-1").strip()):
                pass

    def say(self, step: str, answer: str) -> bool:
        """One answer; False when the line is cut here."""
        if step == self.step:
            if self.trouble == "drop":
                return False
            answer = self.trouble
        self.wfile.write(answer.encode() + b"\r\n")
        return not answer.startswith("421")

    def answer(self, line: str) -> bool:
        name = line[:4].lower()
        if name == "rcpt":
            return self.recipient(line.partition("<")[2].partition(">")[0])
        if name == "data":
            return self.data()
        words = "221 bye" if name == "quit" else "250 fine"
        return self.say(name, words) and name != "quit"

    def recipient(self, address: str) -> bool:
        if address in self.desk.refused:
            return self.say("", "550 5.1.1 no such guest")
        if not self.say("rcpt", "250 fine"):
            return False
        self.to.append(address)
        return True

    def data(self) -> bool:
        is_refused = self.step == "data"
        if not self.say("data", "354 go on") or is_refused:
            return not is_refused or self.trouble != "drop"
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line)
        if self.step != "end" or self.trouble == "drop":
            self.desk.mails.append((list(self.to), b"".join(lines)))
        return self.say("end", "250 taken")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The other side has gone: that is what the tests are about."""


@contextmanager
def scripted(**told: Any) -> Iterator[Desk]:
    """A server of its own on 127.0.0.1, stopped at the end."""
    desk = Desk(**told)
    server = _Server(("127.0.0.1", 0), _Session)
    server.desk = desk  # type: ignore[attr-defined]
    desk.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield desk
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=60)
