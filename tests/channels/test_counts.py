"""Counts of registers, ticket machines and doors, by file and by REST: each once; a file can be undone."""

import json
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from barrymore.channels.counts.models import CountFile
from barrymore.channels.counts.reading import CannotRead
from barrymore.channels.counts.services import take_file, undo_file
from barrymore.journal.models import Fact
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.models import Point, Site, Staff
from barrymore.organisation.services import issue_token
from tests.channels.devices import stand

pytestmark = pytest.mark.django_db
HEAD = "point,time,count,source,reference,staff\n"


@pytest.fixture
def till(site: Site) -> Point:
    return stand(site, "Till 3")


def total() -> int:
    return sum(fact.values["count"] for fact in Fact.objects.filter(kind="served.counted"))


def take(staff: Staff, text: str, *, check_only: bool = False) -> tuple[int, int, int]:
    taken = take_file(Actor(staff), "till.csv", text.encode(), "register", check_only=check_only)
    return taken.served, taken.known, taken.wrong


def test_lines_count_at_the_moment_and_place_they_name(till: Point, dora: Staff, amina: Staff) -> None:
    lines = f"Till 3,2026-11-20 09:05,2,,R-1,{amina.email}\n{till.pk},20.11.2026 10:00,,tickets,T-1,\n"

    assert take(dora, HEAD + lines) == (3, 0, 0)
    first, second = Fact.objects.filter(kind="served.counted").order_by("at")
    # The clock of a till is that of its site: Vilnius, two hours before UTC in November.
    assert first.at == datetime(2026, 11, 20, 7, 5, tzinfo=UTC)
    assert (first.values, first.staff_ref, first.dims["source"]) == ({"count": 2}, amina.pk, "register")
    assert (second.values, second.staff_ref, second.dims["source"]) == ({"count": 1}, None, "tickets")
    assert first.dims["file"] == CountFile.objects.get().pk


def test_a_check_writes_nothing(till: Point, dora: Staff) -> None:
    assert take(dora, HEAD + "Till 3,2026-11-20 09:05,2,,R-1,\n", check_only=True) == (2, 0, 0)
    assert (Fact.objects.filter(kind="served.counted").count(), CountFile.objects.count()) == (0, 0)


def test_the_same_receipts_in_a_second_file_count_once(till: Point, dora: Staff) -> None:
    take(dora, HEAD + "Till 3,2026-11-20 09:05,2,,R-1,\n")

    assert take(dora, HEAD + "Till 3,2026-11-20 09:05,2,,R-1,\nTill 3,2026-11-20 09:06,1,,R-2,\n") == (
        1,
        1,
        0,
    )
    assert total() == 3


def test_a_wrong_line_is_told_with_its_number_and_holds_up_no_other(till: Point, dora: Staff) -> None:
    lines = [
        "Till 9,2026-11-20 09:05,1,,,", "Till 3,yesterday,1,,,", "Till 3,2026-11-20 09:05,0,,,",
        "Till 3,2026-11-20 09:05,1,guess,,", "Till 3,2026-11-20 09:05,1,,,who@nowhere.example",
        "Till 3,2030-01-01 00:00,1,,,", "Till 3,2026-11-20 09:05,1,,ok,",
    ]  # fmt: skip
    taken = take_file(Actor(dora), "t.csv", (HEAD + "\n".join(lines)).encode(), "register", check_only=False)

    assert (taken.served, taken.wrong, [line.number for line in taken.faults]) == (1, 6, [2, 3, 4, 5, 6, 7])
    assert taken.faults[0].fault == "there is no point Till 9"
    assert taken.faults[1].fault == "write the time as 2026-11-21 14:40"


def test_two_points_of_one_name_are_told_apart_by_number(till: Point, dora: Staff) -> None:
    stand(Site.objects.create(name="Harbour"), "Till 3")

    assert take(dora, HEAD + "Till 3,2026-11-20 09:05,,,a,\n") == (0, 0, 1)
    assert take(dora, HEAD + f"{till.pk},2026-11-20 09:05,,,a,\n") == (1, 0, 0)


def test_a_file_taken_back_leaves_no_count_and_may_come_again(till: Point, dora: Staff) -> None:
    text = HEAD + "Till 3,2026-11-20 09:05,2,,R-1,\n"
    take(dora, text)
    file = CountFile.objects.get()

    assert (undo_file(Actor(dora), file), undo_file(Actor(dora), file), total()) == (1, 0, 0)
    assert take(dora, text) == (2, 0, 0)
    assert take(dora, text) == (0, 1, 0)
    assert total() == 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Missing: point, time"),
        (b"point,when\n", "Missing: time"),
        ("point,time\nKü".encode("latin-1"), "UTF-8"),
        (b"point,time\nTill\x00,1", "no CSV"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(data: bytes, said: str, till: Point, dora: Staff) -> None:
    with pytest.raises(CannotRead, match=said):
        take_file(Actor(dora), "t.csv", data, "register", check_only=False)
    assert total() == 0


def test_semicolons_and_a_byte_order_mark_as_spreadsheets_write_them(till: Point, dora: Staff) -> None:
    data = "\ufeffPoint;Time;Count\nTill 3;2026-11-20 09:05;4\n".encode()

    assert take_file(Actor(dora), "t.csv", data, "register", check_only=False).served == 4


def test_only_who_keeps_the_settings_hands_in_a_file(till: Point, amina: Staff) -> None:
    with pytest.raises(NotAllowed):
        take(amina, HEAD)


def test_the_page_checks_keeps_and_takes_back(client: Client, till: Point, dora: Staff) -> None:
    client.force_login(dora)

    def post(**more: str) -> str:
        file = SimpleUploadedFile("till.csv", f"{HEAD}Till 3,2026-11-20 09:05,2,,R-1,\nNo,x,,,,\n".encode())
        return client.post("/settings/counts/", {"file": file, "source": "register", **more}).content.decode()

    assert "Nothing is kept yet" in (page := post(check="1")) and "there is no point No" in page
    assert total() == 0
    assert "Kept what could be read" in post()
    assert total() == 2
    client.post(f"/settings/counts/{CountFile.objects.get().pk}/undo/")
    assert total() == 0


def test_rest_counts_a_receipt_once(client: Client, till: Point, dora: Staff) -> None:
    token = issue_token(dora, "till", ["served.count"])

    def post(**body: object) -> tuple[int, object]:
        answer = client.post(
            f"/api/v1/points/{till.pk}/served", json.dumps(body), content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {token}",
        )  # fmt: skip
        return answer.status_code, answer.json().get("counted", answer.json().get("detail"))

    assert post(reference="R-1", at="2026-11-20T09:05:00+02:00", count=3) == (200, True)
    assert post(reference="R-1", at="2026-11-20T09:05:00+02:00", count=3) == (200, False)
    assert post(reference="R-2", at="2026-11-20T09:05:00")[0] == 422
    assert post(reference="R-3", at="2030-11-20T09:05:00Z") == (422, "at: this moment has not come yet.")
    assert total() == 3
