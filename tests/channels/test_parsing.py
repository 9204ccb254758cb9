"""Hostile and broken mails: read, cleaned or refused, within two seconds of CPU."""

import time
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from barrymore.channels.mail.limits import TooComplex
from barrymore.channels.mail.parsing import parse
from barrymore.channels.models import RawMail

HEAD = b"From: lee@guests.example\nMIME-Version: 1.0\n"


def nested(depth: int) -> bytes:
    parts = [HEAD]
    for level in range(depth):
        parts.append(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level))
    return b"".join(parts) + b"Content-Type: text/plain\n\nhi\n"


def many_parts(count: int) -> bytes:
    part = b"--b\nContent-Type: text/plain\n\nx\n"
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + part * count + b"--b--\n"


BOMBS = {
    "10,000 parts": many_parts(10_000),
    "bare parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 20_000,
    "depth 60": nested(60),
    "depth 200": nested(200),
    "depth 5,000": nested(5000),
    "a megabyte of headers": b"Subject: " + b"a" * 1_000_000 + b"\n" + HEAD + b"\nx",
    "a megabyte of folded headers": HEAD + b"X-A: b\n" * 200_000 + b"\nx",
    "file name in 100,000 pieces": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment;\n"
    + b"".join(b" filename*%d=a;\n" % n for n in range(100_000))
    + b"\nx\n--b--\n",
    "long content type": HEAD + b"Content-Type: text/plain; " + b"a=b; " * 5000 + b"\n\nx",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_quickly(name: str) -> None:
    began = time.process_time()
    with pytest.raises(TooComplex):
        parse(BOMBS[name])
    assert time.process_time() - began < 2


HEAVY = {
    "quoted-printable": HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=" * 2_000_000,
    "base64 rubbish": HEAD + b"Content-Transfer-Encoding: base64\n\n" + b"@" * 2_000_000,
    "encoded words": b"From: lee@guests.example\nSubject: " + b"=?utf-8?q?a?= " * 1100 + b"\n\nx",
    "commas": b"From: " + b"," * 15_000 + b"\nTo: " + b"<" * 15_000 + b"\n\nx",
    "quotes": b'From: "' + b'\\"' * 7_000 + b"\n\nx",
    "brackets": b"From: " + b"(" * 15_000 + b"\n\nx",
    "deep html": HEAD + b"Content-Type: text/html\n\n" + b"<div>" * 200_000,
    "misnested html": HEAD + b"Content-Type: text/html\n\n" + b"<i></b>" * 140_000,
    "entities": HEAD + b"Content-Type: text/html\n\n" + b"&" * 900_000,
    "lines": HEAD + b"\n" + b"\n" * 1_000_000,
}


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_mail_is_read_quickly(name: str) -> None:
    began = time.process_time()
    parse(HEAVY[name])
    assert time.process_time() - began < 2


def test_a_bomb_goes_to_quarantine(come_in: Callable[..., RawMail]) -> None:
    raw = come_in(BOMBS["depth 200"])
    assert raw.state == "quarantined"
    assert raw.error.startswith("too complex")


@pytest.mark.parametrize(
    ("header", "body", "expected"),
    [
        ("text/plain; charset=windows-1251", "Привет".encode("cp1251"), "Привет"),
        ("text/plain; charset=koi8-r", "Привет".encode("koi8-r"), "Привет"),
        ("text/plain; charset=utf-8", b"caf\xe9", "café"),
        ("text/plain; charset=nonsense-99", "žąsis".encode(), "žąsis"),
        ("text/plain; charset=utf-7", b"+ADw-script+AD4-", "+ADw-script+AD4-"),
        ("text/plain; charset=utf-8", b"a\x00b", "ab"),
        ("text/plain; charset=utf-8", b"\xed\xa0\x80", "í\xa0€"),
        ("text/plain; charset=us-ascii", "õhtu".encode(), "õhtu"),
        ("text/plain; charset=idna", b"\xff.x", "ÿ.x"),
        ("text/plain; charset=rot13", b"plain words", "plain words"),
    ],
)
def test_charsets(header: str, body: bytes, expected: str) -> None:
    mail = parse(b"From: lee@guests.example\nContent-Type: " + header.encode() + b"\n\n" + body)
    assert mail.text == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Žalias".encode(), "Žalias"),
        ("Žalias".encode("cp1257"), "Þalias"),
        (b"=?utf-8?b?0J/RgNC40LLQtdGC?=", "Привет"),
        (b"=?koi8-r?q?=F0=D2?=", "Пр"),
        (b"=?nonsense?q?abc?=", "abc"),
        (b"=?utf-8?b?broken", "=?utf-8?b?broken"),
        (b"=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        (b"a\x00b", "ab"),
        ("a\u2028b\u202ec".encode(), "a b c"),
        (b"one\n two", "one two"),
    ],
)
def test_subjects_are_one_clean_line(raw: bytes, expected: str) -> None:
    mail = parse(b"Subject: " + raw + b"\nFrom: lee@guests.example\n\nx")
    assert mail.subject == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("\u200b.htaccess", "htaccess"),
        ("..\u2044..\u2044etc", "\u2044..\u2044etc"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a.php\x00.png", "a.php.png"),
        ("\u202egnp.exe", "gnp.exe"),
        ("CON:stream", "CON_stream"),
        ("sąskaita 11.pdf", "sąskaita 11.pdf"),
        ("a\r\nBcc: b.txt", "a Bcc_ b.txt"),
    ],
)
def test_names_of_files(name: str, expected: str) -> None:
    import base64

    encoded = base64.b64encode(name.encode()).decode()
    body = (
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment;"
        f' filename="=?utf-8?b?{encoded}?="\n\nx\n--b--\n'
    )
    (file,) = parse(HEAD + body.encode()).files
    assert "/" not in file.name and not file.name.startswith(".")
    assert file.name == expected


def test_text_beside_html_and_files() -> None:
    mail = EmailMessage()
    mail["From"] = "lee@guests.example"
    mail.set_content("plain words")
    mail.add_alternative("<p>rich words</p>", subtype="html")
    mail.add_attachment(
        b"\x78\x9f\x3e\x22", maintype="application", subtype="ms-tnef", filename="winmail.dat"
    )
    mail.add_attachment(b"sealed", maintype="application", subtype="pkcs7-mime", filename="smime.p7m")
    read = parse(mail.as_bytes())
    assert read.text == "plain words"
    assert read.html == "<p>rich words</p>\n"
    assert [(file.name, file.data) for file in read.files] == [
        ("winmail.dat", b"\x78\x9f\x3e\x22"),
        ("smime.p7m", b"sealed"),
    ]


def test_a_forwarded_mail_is_one_file() -> None:
    inner = EmailMessage()
    inner["Subject"] = "inner"
    inner.set_content("inner words")
    mail = EmailMessage()
    mail["From"] = "lee@guests.example"
    mail.set_content("see below")
    mail.add_attachment(inner)
    read = parse(mail.as_bytes())
    assert read.text == "see below"
    assert [file.name for file in read.files] == ["part-2.eml"]
    assert b"inner words" in read.files[0].data


def test_words_of_a_page_without_plain_text() -> None:
    mail = parse(HEAD + b"Content-Type: text/html\n\n<p>Hello</p><div>a &lt;b&gt;<br>c</div>")
    assert mail.text == "Hello\na <b>\nc"


def test_an_empty_mail_is_read() -> None:
    assert parse(b"").senders == ()


def test_thirty_megabytes_are_read() -> None:
    mail = EmailMessage()
    mail["From"] = "lee@guests.example"
    mail.set_content("see the plan")
    mail.add_attachment(b"\x00\x01" * 9_000_000, maintype="application", subtype="x-plan", filename="plan")
    assert len(parse(mail.as_bytes()).files[0].data) == 18_000_000
