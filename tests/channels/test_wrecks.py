"""Mails broken in every way: read as far as they can be, or kept in quarantine, and the next one flows."""

import time
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barrymore.channels.mail.limits import LARGEST_MAIL, TooComplex
from barrymore.channels.mail.parsing import parse
from barrymore.channels.models import RawMail
from barrymore.conversations.models import Conversation, Message
from tests.channels.conftest import mail_bytes

ComeIn = Callable[..., RawMail]
HEAD = b"From: lee@guests.example\nMIME-Version: 1.0\n"
BASE64 = b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"
PLAIN = b"Content-Type: text/plain; charset="
MIXED = b"Content-Type: multipart/mixed; boundary="
LONG = b"x" * 10_000_000


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", ""),
        (b"\n", ""),
        (b"\n" + b"\x00" * 5000, ""),
        (b"\n" + LONG, "x" * 500_000),
        (b"Content-Type: text/html\n\n" + LONG, "x" * 500_000),
        (b"Content-Transfer-Encoding: base64\n\n" + b"eHh4" * 2_500_000, "x" * 500_000),
        (BASE64 + b"SGVsbG8gd29ybGQ", "Hello world"),
        (BASE64 + b"S", "S"),
        (BASE64 + b"\xff\xfeSGVsbG8=", "Hello"),
        (PLAIN + b"unknown-8bit\n\ncaf\xe9", "café"),
        (PLAIN + b"utf-16\n\n" + "Labas".encode("utf-16-le"), "Labas"),
        (PLAIN + b"utf-32\n\nabcde", "abcde"),
        (PLAIN + b'"; charset=x; charset=y\n\nhi', "hi"),
        (b"Content-Type: multipart/mixed\n\n--x\n\nhi\n", "--x\n\nhi"),
        (MIXED + b"b\n\nhi there\n", "hi there"),
        (MIXED + b'""\n\n--\n\nhi\n----\n', "hi"),
        (MIXED + b"b\n\n--b\n\nhi\n--b\n\nthere", "hi\nthere"),
        (MIXED + b"b\n\n--b\nContent-Type: text/pl", ""),
        (b"Content-Type: ;;;==\n\nhi", "hi"),
        (b"Content-Type:\nContent-Transfer-Encoding: x-nonsense\n\nhi", "hi"),
        (b"".join(b"X-%d: b\n" % n for n in range(30_000)) + b"\nhi", "hi"),
    ],
    ids=range(21),
)  # fmt: skip
def test_what_can_be_read_is_read(body: bytes, text: str) -> None:
    began = time.process_time()
    assert parse(HEAD + body).text == text
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("headers", "senders"),
    [
        (b"From: Lee <lee@guests.example>, noor@x.example", ["lee@guests.example", "noor@x.example"]),
        (b"From: Guests: lee@guests.example, noor@x.example;", ["lee@guests.example", "noor@x.example"]),
        (b"From: undisclosed-recipients:;", []),
        (b"From: a@x.example\nFrom: b@x.example", ["a@x.example", "b@x.example"]),
        (b"From:", []),
        (b"From: lee", []),
        (b'From: "sam@mill.example" <lee@guests.example>', ["lee@guests.example"]),
        (b"From: lee@guests.example\r\rBcc: x@x.example", ["lee@guests.example"]),
        (b"From: =?utf-8?q?Lee=0D=0ABcc=3A_x=40x.example?= <lee@guests.example>", ["lee@guests.example"]),
        (b"Subject: nobody", []),
    ],
)
def test_senders(headers: bytes, senders: list[str]) -> None:
    mail = parse(headers + b"\n\nhi")
    assert [address for _, address in mail.senders] == senders
    assert all("\n" not in name and "\r" not in name for name, _ in mail.senders)


def nested(depth: int) -> bytes:
    return HEAD + b"Content-Type: message/rfc822\n\n" * depth + b"Subject: in\n\nhi\n"


@pytest.mark.parametrize("depth", [1, 20, 49, 100, 290, 2000, 50_000])
def test_mails_in_mails_in_mails(depth: int) -> None:
    try:
        mail = parse(nested(depth))
    except TooComplex:
        assert depth > 49
    else:
        assert [file.name for file in mail.files] == ["part-1.eml"]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_mail_with_bytes_changed_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Lee Ąžuolas <lee@guests.example>", "Šaltas vanduo"
    mail.set_content("žodžiai")
    mail.add_alternative("<p>žodžiai</p>", subtype="html")
    mail.add_attachment(b"\x00\xff" * 40, maintype="image", subtype="png", filename="kambarys.png")
    raw = bytearray(mail.as_bytes())
    for _ in range(data.draw(st.integers(1, 12))):
        start = data.draw(st.integers(0, len(raw) - 1))
        end = min(start + data.draw(st.integers(0, 30)), len(raw))
        raw[start:end] = data.draw(st.one_of(st.binary(max_size=8), st.sampled_from(PIECES)))
    read = parse(bytes(raw))
    assert "\x00" not in read.text + read.subject + read.html
    (read.text + read.subject + read.html).encode()


PIECES = [b"\n\n", b"\r", b"--", b"=?utf-16?b?AA?=", b"; charset=", b"filename*0*=", b'"', b"\x80",
          b"message/rfc822", b"\nContent-Transfer-Encoding: x-uuencode\n", b"=", b"\nDate: x\n",
          b"multipart/digest"]  # fmt: skip


DATES = [
    "Fri, 31 Dec 9999 23:59:59 +0000", "Fri, 31 Dec 9999 23:59:59 -1400", "Mon, 0 Foo 0000 00:00:00 +0000",
    "Mon, 1 Jan 99999 00:00:00 +9999", "Mon, 1 Jan 0001 00:00:00 +1400",
    "Sat, 21 Nov 2015 14:40:00 +0000", "",
]  # fmt: skip


@pytest.mark.parametrize("date", DATES)
def test_no_date_moves_a_mail_in_time(come_in: ComeIn, date: str) -> None:
    raw = come_in(mail_bytes(date=date))
    assert raw.state == "done"
    assert abs(Message.objects.get(kind="inbound").at - raw.received_at) < timedelta(minutes=1)


def large(files: int, megabytes: int) -> bytes:
    """A mail with attachments, of about 4/3 of their size."""
    mail = EmailMessage()
    mail["From"], mail["Message-ID"] = "lee@guests.example", "<large@guests.example>"
    mail.set_content("see the plans")
    for number in range(files):
        data = bytes([number]) * (megabytes * 1024 * 1024)
        mail.add_attachment(data, maintype="application", subtype="x-plan", filename=f"plan{number}")
    return mail.as_bytes()


def test_fifty_megabytes_come_in_with_every_file(come_in: ComeIn) -> None:
    data = large(2, 18)
    assert len(data) > 50_000_000
    assert come_in(data).state == "done"
    files = Message.objects.get(kind="inbound").attachments.order_by("name")
    assert [(file.name, file.size) for file in files] == [(f"plan{n}", 18 * 1024 * 1024) for n in (0, 1)]


WRECKS = {
    "nothing": b"",
    "only NUL": b"\x00" * 1000,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "headers without end": b"X: y\n" * 200_000,
    "mails in mails": nested(290),
    "more than is unpacked": large(5, 9),
    "more than is taken": mail_bytes() + b"x" * LARGEST_MAIL,
}


@pytest.mark.parametrize("name", WRECKS)
def test_a_wreck_stays_in_quarantine_and_the_next_mail_flows(come_in: ComeIn, name: str) -> None:
    wreck = come_in(WRECKS[name])
    assert (wreck.state, bool(wreck.error), wreck.attempts) == ("quarantined", True, 0)
    assert come_in(mail_bytes()).state == "done"
    assert Conversation.objects.count() == 1
