"""Tickets of Zendesk become conversations as they were; a wrong row is told and the rest is taken."""

import json
from pathlib import Path
from typing import Any

import pytest

from barrymore.channels.imports.models import Import
from barrymore.conversations.models import Conversation, Message
from barrymore.customers.models import Address, Customer
from barrymore.organisation.models import Staff
from barrymore.routing.models import Placement, Queue
from tests.channels.exports import AMINA, LEE, bring, check, comment, faults, lines, packed, ticket, zendesk
from tests.conftest import hire

pytestmark = pytest.mark.django_db


def messages() -> list[tuple[str, str, str]]:
    return [
        (one.kind, one.author_name, one.text) for one in Message.objects.exclude(kind="event").order_by("id")
    ]


def test_a_ticket_keeps_its_words_its_times_and_its_people(dora: Staff, queue: Queue, amina: Staff) -> None:
    job = bring(dora, "zendesk", zendesk(ticket()))
    assert job.state == Import.State.DONE
    found = Conversation.objects.select_related("customer", "address").get()
    assert (found.subject, found.state, found.channel) == ("No hot water", "closed", "mail")
    assert found.opened_at.isoformat() == "2025-03-01T09:00:00+00:00"
    assert found.first_replied_at and found.first_replied_at.isoformat() == "2025-03-01T09:30:00+00:00"
    assert found.closed_at and found.closed_at.isoformat() == "2025-03-02T12:00:00+00:00"
    assert found.customer and (found.customer.name, found.customer.language) == ("Lee Anand", "en")
    assert found.address and found.address.value == "lee@guests.example"
    assert messages() == [
        ("inbound", "Lee Anand", "There is no hot water."),
        ("outbound", "Amina Sarr", "The boiler is mended."),
        ("note", "Amina Sarr", "Boiler is old."),
    ]
    answer = Message.objects.get(kind="outbound")
    assert (answer.author, answer.status) == (amina, "")


def test_the_thread_says_where_it_came_from(dora: Staff, queue: Queue) -> None:
    bring(dora, "zendesk", zendesk(ticket()))
    told = Message.objects.get(event="imported").detail
    assert told == {"by": "Zendesk", "source": "mill.zendesk.com/1", "queue": "", "tags": ["water"]}


@pytest.mark.parametrize(
    "shape",
    [
        lambda: lines({"tickets": [ticket(1), ticket(2)], "users": [LEE, AMINA], "count": 2}),
        lambda: lines({"count": 2, "users": [LEE], "tickets": [ticket(1)]}, {"tickets": [ticket(2)]}),
        lambda: json.dumps({"users": [LEE], "tickets": [ticket(1), ticket(2)]}, indent=2).encode(),
        lambda: json.dumps([LEE, ticket(1), ticket(2)], indent=1).encode(),
        lambda: b"\xef\xbb\xbf" + zendesk(ticket(1), ticket(2)),
        lambda: zendesk(ticket(1), ticket(2)).decode().encode("utf-16"),
        lambda: lines(ticket(2), ticket(1), LEE, AMINA),
        lambda: lines(*({**ticket(n), "requester": LEE, "requester_id": None} for n in (1, 2))),
    ],
    ids=["page", "pages", "indented", "list", "bom", "utf-16", "users last", "requester inside"],
)
def test_every_shape_of_the_export_is_read(dora: Staff, queue: Queue, shape: Any) -> None:
    job = bring(dora, "zendesk", shape())
    assert (job.counts["made_conversations"], job.counts["faults"]) == (2, 0)
    assert Customer.objects.get().name == "Lee Anand"


def test_a_zip_of_several_files_is_read_as_one(dora: Staff, queue: Queue, tmp_path: Path) -> None:
    data = packed(tmp_path, tickets__json=lines(ticket()), users__json=lines(LEE, AMINA))
    assert bring(dora, "zendesk", data, "export.zip").counts["made_messages"] == 3


@pytest.mark.parametrize(
    ("record", "what"),
    [
        ('{"id": 2, "subject": "cut o', "is no whole JSON"),
        (ticket(2, requester_id=None), "names no customer"),
        (ticket(2, requester_id=404), "address of its customer 404"),
        (ticket(2, created_at="yesterday"), "created_at is no time"),
        (ticket(2, created_at="0001-01-01T00:00:00Z"), "created_at is no time"),
        (ticket(2, comments=[{"id": 1, "body": ""}]), "holds no message"),
        (ticket(1, subject="Again"), "stands here a second time"),
        ({"id": 3, "colour": "red"}, "neither a ticket nor a user"),
        ({"subject": "x", "status": "open"}, "has no id"),
        ("[" * 5000 + "]" * 5000, "is no whole JSON"),
        ("7", "has no id"),
    ],
)
def test_a_wrong_row_is_told_and_the_rest_is_taken(dora: Staff, queue: Queue, record: Any, what: str) -> None:
    job = bring(dora, "zendesk", zendesk(ticket(1), record, ticket(9)))
    assert job.counts["made_conversations"] == 2
    ((row, told),) = faults(job)
    assert "tickets.json, line 4" in row
    assert what in told
    assert job.faults.get().what_to_do


def test_a_file_cut_off_in_the_middle_gives_what_is_whole(dora: Staff, queue: Queue) -> None:
    whole = json.dumps({"users": [LEE], "tickets": [ticket(1), ticket(2)]}, indent=1).encode()
    job = bring(dora, "zendesk", whole[: whole.rindex(b"No hot water")])
    assert job.counts["made_conversations"] == 1
    assert "from record 3 on" in faults(job)[0][0]


def test_deleted_people_and_lost_times_are_remarks_and_no_loss(dora: Staff, queue: Queue) -> None:
    gone = ticket(1, comment(), comment("Mended.", 55, id=2, created_at="soon"))
    job = bring(dora, "zendesk", zendesk(gone))
    assert (job.counts["faults"], job.counts["remarks"]) == (0, 2)
    assert ("outbound", "Former user", "Mended.") in messages()
    assert job.faults.filter(is_kept=True, what__contains="author 55").exists()


def test_messages_come_in_the_order_of_time(dora: Staff, queue: Queue) -> None:
    late = comment("second", id=2, created_at="2025-03-01T11:00:00+02:00")
    early = comment("first", id=3, created_at="2025-03-01T08:00:00Z")
    bring(dora, "zendesk", zendesk(ticket(1, late, early)))
    assert [text for _, _, text in messages()] == ["first", "second"]


def test_hostile_words_are_made_harmless(dora: Staff, queue: Queue) -> None:
    html = '<p>Hi<script>alert(1)</script><img src="https://spy.example/x.gif" onerror="x()"></p>'
    evil = comment(None, html_body=html, plain_body="")
    bring(dora, "zendesk", zendesk(ticket(1, evil, subject="No\r\nBcc: all\x00 water\u202e")))
    kept = Message.objects.get(kind="inbound")
    assert "script" not in kept.html and "onerror" not in kept.html and " src=" not in kept.html
    assert kept.text == "Hi"
    assert Conversation.objects.get().subject == "No Bcc: all water"


def test_signs_that_are_no_utf_8_do_not_stop_it(dora: Staff, queue: Queue) -> None:
    data = (
        zendesk(ticket(1, comment("caf\u00e9"))).decode().replace("caf\\u00e9", "caf\u00e9").encode("latin-1")
    )
    bring(dora, "zendesk", data)
    assert messages()[0][2] == "café"


def test_ten_megabytes_in_one_message_are_cut_and_kept(dora: Staff, queue: Queue) -> None:
    bring(dora, "zendesk", zendesk(ticket(1, comment("long " * 2_000_000))))
    assert len(messages()[0][2]) == 500_000


def test_a_file_that_is_only_named_is_named_in_the_text(dora: Staff, queue: Queue) -> None:
    file = {"file_name": "boiler.jpg", "content_url": "https://mill.zendesk.com/attachments/1"}
    bring(dora, "zendesk", zendesk(ticket(1, comment(attachments=[file]))))
    assert "[File: boiler.jpg https://mill.zendesk.com/attachments/1]" in messages()[0][2]


@pytest.mark.parametrize(
    ("status", "state"),
    [("new", "open"), ("open", "open"), ("hold", "open"), ("pending", "waiting"), ("closed", "closed")],
)
def test_states_are_those_of_zendesk(dora: Staff, queue: Queue, status: str, state: str) -> None:
    bring(dora, "zendesk", zendesk(ticket(status=status)))
    assert Conversation.objects.get().state == state


def test_a_deleted_ticket_is_left_out_and_counted(dora: Staff, queue: Queue) -> None:
    job = check(dora, "zendesk", zendesk(ticket(status="deleted")))
    assert (job.counts["left_out"], job.counts["conversations"]) == (1, 0)


def test_a_group_goes_to_the_queue_of_its_name(dora: Staff, queue: Queue) -> None:
    spa = Queue.objects.create(name="Spa")
    groups = {"groups": [{"id": 4, "name": "spa"}]}
    bring(dora, "zendesk", lines(groups, LEE, ticket(group_id=4)))
    assert Placement.objects.get().queue == spa


def test_a_shared_address_leads_to_nobody(dora: Staff, queue: Queue) -> None:
    bring(dora, "zendesk", lines({**LEE, "email": "info@guests.example"}, ticket()))
    assert Address.objects.get().is_shared
    assert Conversation.objects.get().customer is None
    assert not Customer.objects.exists()


def test_a_customer_whom_we_know_stays_the_same(dora: Staff, queue: Queue, arrive: Any) -> None:
    known = arrive(address="LEE@guests.example").customer
    job = bring(dora, "zendesk", zendesk(ticket()))
    assert (job.counts["customers"], job.counts["known"], job.counts["made_customers"]) == (1, 1, 0)
    assert Conversation.objects.order_by("id").last().customer == known


def test_by_telephone_alone_a_customer_is_known_too(dora: Staff, queue: Queue) -> None:
    caller = {**LEE, "email": None, "phone": "+370 612 34567"}
    bring(dora, "zendesk", lines(caller, ticket(via={"channel": "voice"})))
    found = Conversation.objects.select_related("address").get()
    assert (found.channel, found.address and found.address.value) == ("phone", "+37061234567")


def test_a_colleague_who_left_is_only_named(dora: Staff, queue: Queue) -> None:
    hire("other@mill.example", "Other", "agent", queue)
    bring(dora, "zendesk", zendesk(ticket()))
    assert Message.objects.get(kind="outbound").author is None
