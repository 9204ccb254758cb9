"""The manager's line protocol against a server that says what a real one cannot be brought to say."""

import contextlib
import hashlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from barrymore.telephony import ami as module
from barrymore.telephony.ami import Ami, Gone, Message, Refused

GREETING = b"Asterisk Call Manager/5.0.4\r\n"


class Scripted:
    """Listens once, says what it is told to, keeps what it hears."""

    def __init__(self, greeting: bytes = GREETING) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.server.getsockname()[1])
        self.greeting = greeting
        self.heard = b""
        self.came = threading.Event()
        self.line: socket.socket | None = None
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        try:
            self.line, _ = self.server.accept()
            self.line.sendall(self.greeting)
            self.came.set()
            while data := self.line.recv(4096):
                self.heard += data
        except OSError:
            pass

    def say(self, *messages: str) -> None:
        assert self.came.wait(5) and self.line
        for message in messages:
            self.line.sendall(message.replace("\n", "\r\n").encode() + b"\r\n\r\n")

    def raw(self, data: bytes) -> None:
        assert self.came.wait(5) and self.line
        self.line.sendall(data)

    def hears(self, text: bytes, seconds: float = 5.0) -> bytes:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if text in self.heard:
                return self.heard
            time.sleep(0.01)
        raise AssertionError(f"{text!r} not in {self.heard!r}")

    def close(self) -> None:
        for one in (self.line, self.server):
            if one:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()


@pytest.fixture
def server() -> Iterator[Scripted]:
    scripted = Scripted()
    yield scripted
    scripted.close()


def connected(server: Scripted, into: list[Message] | None = None) -> Ami:
    events: list[Message] = [] if into is None else into
    return Ami("127.0.0.1", server.port, events.append)


def wait_for(events: list[Message], count: int) -> list[Message]:
    until = time.monotonic() + 30
    while len(events) < count and time.monotonic() < until:
        time.sleep(0.01)
    return events


def test_what_is_no_asterisk_is_refused() -> None:
    server = Scripted(b"220 mail.example ESMTP\r\n")
    with pytest.raises(Refused):
        connected(server)
    server.close()


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    with pytest.raises(ConnectionRefusedError):
        Ami("127.0.0.1", port, lambda message: None)


def test_the_password_does_not_travel(server: Scripted) -> None:
    ami = connected(server)
    thread = threading.Thread(target=ami.sign_in, args=("barrymore", "letter; opener"), daemon=True)
    thread.start()
    server.hears(b"Challenge")
    server.say("Response: Success\nActionID: n1\nChallenge: 4711")
    heard = server.hears(b"Key")
    key = hashlib.md5(b"4711letter; opener").hexdigest()
    server.say("Response: Success\nActionID: n2\nMessage: Authentication accepted")
    thread.join(5)
    assert not thread.is_alive()
    assert f"Key: {key}\r\n".encode() in server.hears(b"\r\n\r\n") and b"opener" not in heard
    ami.close()


def test_a_wrong_password_says_so(server: Scripted) -> None:
    ami = connected(server)
    waiting = ami.say("Login", Username="x")
    server.say("Response: Error\nActionID: n1\nMessage: Authentication failed")
    assert waiting.done.wait(5) and waiting.answer["Message"] == "Authentication failed"
    ami.close()


def test_a_list_is_gathered_while_events_go_on(server: Scripted) -> None:
    events: list[Message] = []
    ami = connected(server, events)
    waiting = ami.say("CoreShowChannels")
    server.say(
        "Response: Success\nActionID: n1\nEventList: start",
        "Event: CoreShowChannel\nActionID: n1\nUniqueid: 1",
        "Event: Hangup\nUniqueid: 7",
        "Event: CoreShowChannel\nActionID: n1\nUniqueid: 2",
        "Event: CoreShowChannelsComplete\nActionID: n1\nEventList: Complete",
    )
    assert waiting.done.wait(5)
    assert [row["Uniqueid"] for row in waiting.rows] == ["1", "2"]
    assert [event["Uniqueid"] for event in wait_for(events, 1)] == ["7"]
    ami.close()


def test_an_event_with_the_name_of_an_action_is_an_event(server: Scripted) -> None:
    events: list[Message] = []
    ami = connected(server, events)
    ami.say("Originate", "bm-1-1-1-1.0")
    server.say(
        "Response: Success\nActionID: bm-1-1-1-1.0\nMessage: Originate successfully queued",
        "Event: OriginateResponse\nActionID: bm-1-1-1-1.0\nResponse: Failure\nReason: 0",
    )
    assert wait_for(events, 1)[0]["Reason"] == "0"
    ami.close()


@pytest.mark.parametrize("value", ["a\r\nAction: Command", "a\nb", "a\x00b", "\r"])
def test_a_line_break_in_a_value_is_never_said(server: Scripted, value: str) -> None:
    ami = connected(server)
    with pytest.raises(ValueError, match="line break"):
        ami.say("Originate", Channel=value)
    with pytest.raises(ValueError, match="line break"):
        ami.say("Originate", Variable=["A=1", value])
    ami.say("Ping")
    assert server.hears(b"\r\n\r\n") == b"Action: Ping\r\nActionID: n3\r\n\r\n"
    ami.close()


def test_the_first_header_counts_and_odd_bytes_are_kept_harmless(server: Scripted) -> None:
    events: list[Message] = []
    ami = connected(server, events)
    server.raw(b"Event: UserEvent\r\nUniqueid: 1\r\nno colon here\r\n")
    server.raw(b"CallerIDName: \xff\xfe: x\r\nUniqueid: 2\r\n\r\n")
    (event,) = wait_for(events, 1)
    assert event["Uniqueid"] == "1" and event["CallerIDName"] == "\ufffd\ufffd: x"
    ami.close()


def test_messages_cut_anywhere_are_whole(server: Scripted) -> None:
    events: list[Message] = []
    ami = connected(server, events)
    data = b"".join(b"Event: Hangup\r\nUniqueid: %d\r\nCause: 16\r\n\r\n" % n for n in range(40))
    for start in range(0, len(data), 7):
        server.raw(data[start : start + 7])
    assert [event["Uniqueid"] for event in wait_for(events, 40)] == [str(n) for n in range(40)]
    ami.close()


def test_a_line_without_an_end_ends_the_connection(server: Scripted) -> None:
    ami = connected(server)
    server.raw(b"X" * 200_000)
    assert ami.gone.wait(5) and "without an end" in ami.fault


def test_who_waits_is_told_when_the_connection_ends(server: Scripted) -> None:
    ami = connected(server)
    waiting = ami.say("CoreSettings")
    server.close()
    assert waiting.done.wait(5) and not waiting.answer
    with pytest.raises(Gone):
        ami.say("Ping")
    with pytest.raises(Gone):
        ami.ask("Ping")


def test_a_server_that_says_nothing_is_asked_and_then_left(
    server: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUIET_SECONDS", 0.2)
    ami = connected(server)
    server.hears(b"Action: Ping")
    assert ami.gone.wait(5) and ami.fault == "nothing heard"


def test_an_event_that_cannot_be_used_ends_nothing(server: Scripted) -> None:
    heard: list[Message] = []

    def hear(message: Message) -> None:
        heard.append(message)

    ami = Ami("127.0.0.1", server.port, hear)
    server.say("Event:", ":", "Response", "Event: Hangup\nUniqueid: 3")
    assert wait_for(heard, 2)[-1]["Uniqueid"] == "3"
    ami.close()
