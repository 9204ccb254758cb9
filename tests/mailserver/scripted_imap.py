"""An IMAP server that keeps to a script: each session may fail in its own way, then all is well."""

import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Trouble = str
BODY = re.compile(rb"BODY\.PEEK\[(HEADER)?\]")


@dataclass
class Script:
    """The inbox, and the trouble of each coming session; `poison` UIDs fail in that way always.

    Troubles: `bye`, `no login`, `no select`, `no search`, `no fetch`, `bad fetch`, `cut` (in the middle of
    the literal), `hang` (there), `short` and `long` (a literal of another size than it says).
    """

    mails: dict[int, bytes] = field(default_factory=dict)
    uidvalidity: int = 1
    troubles: list[Trouble] = field(default_factory=list)
    poison: dict[int, Trouble] = field(default_factory=dict)
    sessions: int = 0
    seen: set[int] = field(default_factory=set)
    port: int = 0
    over: threading.Event = field(default_factory=threading.Event)


class _Session(socketserver.StreamRequestHandler):
    """One connection."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        script: Script = self.server.script  # type: ignore[attr-defined]
        script.sessions += 1
        self.script, self.trouble = script, script.troubles.pop(0) if script.troubles else ""
        self.say(b"* BYE overloaded" if self.trouble == "bye" else b"* OK ready")
        while self.trouble != "bye" and (line := self.rfile.readline()):
            tag, _, rest = line.strip().partition(b" ")
            if not self.answer(tag, rest):
                return

    def say(self, *lines: bytes) -> None:
        for line in lines:
            self.wfile.write(line + b"\r\n")
        self.wfile.flush()

    def answer(self, tag: bytes, rest: bytes) -> bool:
        """Answer one command; False ends the session."""
        words = rest.upper().split()
        name = b" ".join(words[:2]) if words[0] == b"UID" else words[0]
        short = name.split()[-1].decode().lower()
        if self.trouble == f"no {short}":
            self.say(tag + b" NO [UNAVAILABLE] not now")
        elif name == b"UID FETCH":
            return self.fetch(tag, rest)
        else:
            self.say(*self.plain(name, rest), tag + b" OK done")
        return name != b"LOGOUT"

    def plain(self, name: bytes, rest: bytes) -> list[bytes]:
        script = self.script
        if name == b"UID STORE":
            script.seen |= {int(uid) for uid in rest.split()[2].split(b",")}
        told = {
            b"CAPABILITY": [b"* CAPABILITY IMAP4rev1"],
            b"LOGOUT": [b"* BYE"],
            b"SELECT": [b"* %d EXISTS" % len(script.mails), b"* OK [UIDVALIDITY %d] x" % script.uidvalidity],
            b"UID SEARCH": [b"* SEARCH " + b" ".join(b"%d" % uid for uid in script.mails)],
        }
        return told.get(name, [])

    def fetch(self, tag: bytes, rest: bytes) -> bool:
        uids = [int(uid) for uid in rest.split()[2].split(b",")]
        if b"RFC822.SIZE" in rest:
            sizes = [(uid, len(self.script.mails[uid])) for uid in uids]
            self.say(*(b"* %d FETCH (UID %d RFC822.SIZE %d)" % (uid, uid, size) for uid, size in sizes))
        else:
            found = BODY.search(rest)
            for uid in uids:
                trouble = self.script.poison.get(uid, self.trouble)
                if not self.body(tag, uid, bool(found and found[1]), trouble):
                    return not trouble.startswith(("cut", "hang"))
        self.say(tag + b" OK done")
        return True

    def body(self, tag: bytes, uid: int, head: bool, trouble: Trouble) -> bool:
        """One mail as a literal, or trouble."""
        data = self.script.mails[uid]
        data = data.split(b"\n\n", 1)[0] + b"\n\n" if head else data
        if trouble in {"no fetch", "bad fetch"}:
            self.say(tag + b" " + trouble.split()[0].upper().encode() + b" this mail is damaged")
            return False
        size = len(data) + {"short": -20, "long": 20}.get(trouble, 0)
        kind = b"HEADER" if head else b""
        self.wfile.write(b"* %d FETCH (UID %d BODY[%s] {%d}\r\n" % (uid, uid, kind, size))
        if trouble in {"cut", "hang"}:
            self.wfile.write(data[: len(data) // 2])
            self.wfile.flush()
            if trouble == "hang":
                self.script.over.wait(5)
            return False
        self.wfile.write(data + b")\r\n")
        return True


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The other side has gone: that is what the tests are about."""


@contextmanager
def scripted(**told: Any) -> Iterator[Script]:
    """A server of its own on 127.0.0.1, stopped at the end."""
    script = Script(**told)
    server = _Server(("127.0.0.1", 0), _Session)
    server.script = script  # type: ignore[attr-defined]
    script.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield script
    finally:
        script.over.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=60)


def silent() -> socket.socket:
    """A port that takes connections and says nothing; the caller closes it."""
    return socket.create_server(("127.0.0.1", 0))
