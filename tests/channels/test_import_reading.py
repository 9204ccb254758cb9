"""The parts that read: JSON piece by piece, values made fit to keep, mbox borders, threads, the index."""

import json
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from barrymore.channels.imports import json_stream
from barrymore.channels.imports.cleaning import (
    body_of,
    email_of,
    line_of,
    moment_of,
    part_of,
    phone_of,
    text_of,
)
from barrymore.channels.imports.json_stream import Found, records
from barrymore.channels.imports.mbox_files import border_time, bytes_at, places
from barrymore.channels.imports.mbox_threads import subject_key
from barrymore.channels.imports.staging import Stage
from barrymore.handling.past import RowError


def read(tmp_path: Path, text: str | bytes) -> list[Any]:
    """The records of a text, a fault as its row."""
    path = tmp_path / "x.json"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return [one.value if isinstance(one, Found) else f"! {one.row}" for one in records(path, "x.json")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("\n\n  \n", []),
        ('{"id": 1}\n{"id": 2}\n', [{"id": 1}, {"id": 2}]),
        ('{"id": 1},\n{"id": 2}', [{"id": 1}, {"id": 2}]),
        ('[{"id": 1}, {"id": 2}]', [{"id": 1}, {"id": 2}]),
        ('[\n {"id": 1},\n {"id": 2}\n]\n', [{"id": 1}, {"id": 2}]),
        ('{\n "count": 1,\n "tickets": [\n  {"id": 1}\n ]\n}', [{"id": 1}]),
        ('{\n "data": {\n  "meta": {},\n  "payload": [\n {"id": 1} ] } }', [{"id": 1}]),
        ('{"users": [{"id": 1}], "tickets": [{"id": 2}]}', [{"id": 1}, {"id": 2}]),
        ('{\n "id": 1,\n "tags": ["a"]\n}', [{"id": 1, "tags": ["a"]}]),
        ('{\n "id": 1\n}\n{\n "id": 2\n}', [{"id": 1}, {"id": 2}]),
        ('{"id": 1}\n{"id": 2\n{"id": 3}', [{"id": 1}, "! x.json, line 2", {"id": 3}]),
        ('{"id": 1, "sub\n{"id": 2}\n', ["! x.json, line 1", {"id": 2}]),
        ('{"tickets": [\n{"id": 1},\n{"id": 2}\n]}\n', [{"id": 1}, {"id": 2}]),
        (
            '{"count": 2, "tickets": [\n{"id": 1}\n,{"id": 2}\n]}\n{"tickets": [{"id": 3}]}',
            [{"id": 1}, {"id": 2}, {"id": 3}],
        ),
        ('[{"id": 1}, {"id": 2', [{"id": 1}, "! x.json, from record 2 on"]),
        ('[{"id": 1}, {"id" 2}]', [{"id": 1}, "! x.json, from record 2 on"]),
        ("<html>not here</html>", ["! x.json, from record 1 on"]),
        ('{\n "tickets": [ 1, 23, 456 ] }', [1, 23, 456]),
    ],
)
def test_every_shape_gives_its_records(tmp_path: Path, text: str, found: list[Any]) -> None:
    assert read(tmp_path, text) == found


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_a_border_between_two_pieces_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(json_stream, "CHUNK", size)
    whole = [
        {"id": n, "text": 'Grüße, \\ " [x] {y} ' * n, "n": -1.5e3, "deep": {"a": [1, None]}} for n in range(5)
    ]
    text = json.dumps({"count": 123456, "tickets": whole}, indent=2, ensure_ascii=False)
    assert read(tmp_path, text) == whole


def test_a_record_that_is_too_long_is_told_and_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "LARGEST_RECORD", 50)
    long = json.dumps({"id": 2, "text": "x" * 200})
    assert read(tmp_path, f'{{"id": 1}}\n{long}\n{{"id": 3}}') == [{"id": 1}, "! x.json, line 2", {"id": 3}]


def test_a_fault_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"id": 1}\n{"id')
    fault = list(records(path, "x.json"))[-1]
    assert isinstance(fault, RowError)
    assert fault.what and fault.what_to_do


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2025-03-01T09:00:00Z", datetime(2025, 3, 1, 9, tzinfo=UTC)),
        ("2025-03-01T11:00:00+02:00", datetime(2025, 3, 1, 9, tzinfo=UTC)),
        ("2025-03-01 09:00:00 UTC", datetime(2025, 3, 1, 9, tzinfo=UTC)),
        ("2025-03-01T09:00:00", datetime(2025, 3, 1, 9, tzinfo=UTC)),
        (1740819600, datetime(2025, 3, 1, 9, tzinfo=UTC)),
        ("1740819600", datetime(2025, 3, 1, 9, tzinfo=UTC)),
        (1740819600000, datetime(2025, 3, 1, 9, tzinfo=UTC)),
        *(
            (wrong, None)
            for wrong in ("", "soon", 0, -1, True, None, [], 1e300, "9999-01-01", "1989-12-31", "٣")
        ),
    ],
)
def test_moments(value: Any, at: datetime | None) -> None:
    assert moment_of(value) == at


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("a\r\nb\tc", "a b c"),
        ("  x\u202e\u200by\x00 ", "x y"),
        (None, ""),
        (7, "7"),
        (True, ""),
        ({"a": 1}, ""),
        ("x" * 300, "x" * 250),
    ],
)
def test_lines(value: Any, line: str) -> None:
    assert line_of(value) == line


def test_texts_keep_their_lines_and_lose_what_no_database_takes() -> None:
    assert text_of("a\r\nb\rc\x00") == "a\nb\nc"
    assert text_of(b"caf\xe9".decode("utf-8", "surrogateescape")) == "café"
    assert text_of("half \ud83d pair") == "half ? pair"


def test_addresses_in_normal_spelling_or_none() -> None:
    assert (email_of("LEE@Guests.Example"), email_of("lee"), email_of(None)) == ("lee@guests.example", "", "")
    assert (phone_of("+370 612 34567"), phone_of("no"), phone_of(12)) == ("+37061234567", "", "")


def test_a_body_of_html_alone_has_its_words_too() -> None:
    text, html = body_of(None, "<p>Hello <b>you</b></p><script>x()</script>")
    assert (text, html) == ("Hello you", "<p>Hello <b>you</b></p>")


def test_a_part_that_is_missing_is_none() -> None:
    assert part_of({"a": {"b": 1}}, "a", "b") == 1
    assert part_of({"a": [1]}, "a", "b") is None
    assert part_of(None, "a") is None


@pytest.mark.parametrize(
    ("border", "is_one"),
    [
        ("From lee@x.example Sat Mar  1 09:00:00 2025", True),
        ("From 1783@xxx Sat Mar 01 09:00:00 +0000 2025", True),
        ("From - Sat Mar  1 09:00:00 2025", True),
        ("From ", True),
        ("From our room we see the sea.", False),
        (">From lee@x.example Sat Mar  1 09:00:00 2025", False),
        ("from lee@x.example Sat Mar  1 09:00:00 2025", False),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_where_a_mail_begins(tmp_path: Path, border: str, is_one: bool, end: str) -> None:
    path = tmp_path / "x.mbox"
    first = f"From a@b Sat Mar  1 09:00:00 2025{end}A: 1{end}{end}one{end}{end}"
    path.write_bytes(f"{first}{border}{end}B: 2{end}{end}two{end}".encode())
    found = list(places(path))
    assert len(found) == 1 + is_one
    assert bytes_at(path, found[0].start, found[0].size).startswith(b"A: 1")
    assert bytes_at(path, found[-1].start, found[-1].size).rstrip().endswith(b"two")


def test_the_time_of_a_border() -> None:
    assert border_time(b"From a@b Sat Mar  1 09:00:00 2025\n") == datetime(2025, 3, 1, 9, tzinfo=UTC)
    assert border_time(b"From - \n") is None
    assert border_time(b"From a b c d\n") is None


@pytest.mark.parametrize(
    "subject",
    ["No hot water", "Re: no hot water", "RE: AW: No hot water", "Отв: No hot water", "Re[2]: no HOT water"],
)
def test_a_subject_without_its_answers(subject: str) -> None:
    mail = EmailMessage()
    mail["Subject"] = subject
    assert subject_key(mail) == "no hot water"


def test_the_index_keeps_each_id_once_and_in_order(tmp_path: Path) -> None:
    with Stage(tmp_path / "s", fresh=True) as stage:
        assert [stage.add_thread(ref, "row", {"n": ref}) for ref in ("b", "a", "b")] == [True, True, False]
        assert [(number, ref) for number, ref, _, _ in stage.threads()] == [(1, "b"), (2, "a")]
        assert [ref for _, ref, _, _ in stage.threads(after=1)] == ["a"]
        assert stage.count() == 2
        stage.add_said("a", "1", "row", {"x": 1})
        stage.add_said("gone", "1", "row", {"x": 2})
        assert (stage.said_in("a", 9), stage.orphans()) == ([{"x": 1}], 1)
        assert (stage.person("7"), stage.add_address("email", "x"), stage.add_address("email", "x")) == (
            {},
            True,
            False,
        )


def test_the_index_can_be_opened_again_and_made_anew(tmp_path: Path) -> None:
    with Stage(tmp_path / "s", fresh=True) as stage:
        stage.add_thread("a", "row", {})
    with Stage(tmp_path / "s") as stage:
        assert stage.count() == 1
    with Stage(tmp_path / "s", fresh=True) as stage:
        assert stage.count() == 0
