"""Dry run first, then in batches; killed, cancelled, refused, repeated and undone, and no figure moves."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from barrymore.alerts.models import Notice
from barrymore.channels.imports import keeping, rounds, running, undoing
from barrymore.channels.imports.models import Import, Imported, ImportedAddress
from barrymore.channels.imports.rounds import imports_round
from barrymore.channels.imports.selectors import staying
from barrymore.channels.imports.services import CannotImport, cancel, start, start_undo
from barrymore.channels.models import RawMail
from barrymore.conversations.models import Attachment, Conversation, Message
from barrymore.conversations.services import Said, keep_draft
from barrymore.customers.models import Customer
from barrymore.delivery.models import OutboxRow
from barrymore.desk.selectors import others_with
from barrymore.feedback.models import Case, Survey
from barrymore.figures.scope import Period, Scope
from barrymore.figures.selectors import figure
from barrymore.handling import history, moves
from barrymore.handling.rounds import promises_round, silence_round, steps_round
from barrymore.handling.services import answer
from barrymore.journal.models import Fact
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.models import AuditEntry, Staff
from barrymore.routing.models import Placement, Queue
from barrymore.routing.selectors import last_spoke_with
from barrymore.routing.services import take
from barrymore.sla.models import Clock, Policy
from tests.channels.exports import (
    LEE,
    bring,
    check,
    comment,
    faults,
    lines,
    mail,
    mbox,
    ticket,
    upload,
    work,
    zendesk,
)
from tests.conftest import load

pytestmark = pytest.mark.django_db


def people(count: int) -> bytes:
    """So many tickets, each of another customer."""
    users = [{**LEE, "id": 100 + n, "email": f"guest{n}@guests.example"} for n in range(count)]
    tickets = [ticket(n + 1, comment(author=100 + n), requester_id=100 + n) for n in range(count)]
    return lines(*users, *tickets)


def test_the_check_counts_and_writes_nothing(dora: Staff, queue: Queue, arrive: Callable[..., Any]) -> None:
    arrive(address="guest0@guests.example")
    job = check(dora, "zendesk", people(3) + b"\n{broken")
    assert job.state == Import.State.READY
    assert {**job.counts} == {
        "conversations": 3,
        "messages": 3,
        "files": 0,
        "open": 0,
        "customers": 3,
        "known": 1,
        "there": 0,
        "left_out": 0,
        "faults": 1,
        "remarks": 0,
    }
    assert job.samples[0]["subject"] == "No hot water"
    assert (Conversation.objects.count(), Imported.objects.count()) == (1, 0)


def test_a_row_that_is_told_names_its_line_and_what_to_do(dora: Staff, queue: Queue) -> None:
    job = check(dora, "zendesk", zendesk(ticket()) + b"\n{broken")
    assert faults(job) == [("tickets.json, line 4", "is no whole JSON, perhaps cut off")]


def test_the_same_file_again_brings_nothing(dora: Staff, queue: Queue) -> None:
    bring(dora, "zendesk", people(3))
    again = bring(dora, "zendesk", people(4))
    assert (again.counts["there"], again.counts["made_conversations"], again.counts["skipped"]) == (3, 1, 3)
    assert Conversation.objects.count() == 4


def test_the_database_itself_refuses_a_second_one(dora: Staff, queue: Queue) -> None:
    job = bring(dora, "zendesk", zendesk(ticket()))
    known = Imported.objects.get()
    other = Conversation.objects.create(channel="mail", opened_at=now(), last_message_at=now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Imported.objects.create(
            kind="zendesk", source_id=known.source_id, job=job, conversation=other, last_message_ref=1
        )


def test_after_a_kill_in_the_middle_it_goes_on_where_it_stood(
    dora: Staff, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    job = check(dora, "zendesk", people(5))
    start(dora, job.pk)
    imports_round(seconds=0)
    job.refresh_from_db()
    assert (job.done, job.counts["made_conversations"], job.state) == (2, 2, "running")
    # Another process, after the lease of the one that died.
    monkeypatch.setattr(keeping, "ME", "another")
    assert imports_round() == 0
    Import.objects.update(leased_until=now() - timedelta(seconds=1))
    work()
    job.refresh_from_db()
    assert (job.state, job.counts["made_conversations"], Conversation.objects.count()) == ("done", 5, 5)


def test_a_batch_that_failed_half_way_leaves_nothing_behind(
    dora: Staff, queue: Queue, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    letter = mail(1)
    letter.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="bill.pdf")
    job = check(dora, "mbox", mbox(letter))
    start(dora, job.pk)

    def killed(*_: Any, **__: Any) -> None:
        raise KeyError("power")

    monkeypatch.setattr(running, "hold", killed)
    with pytest.raises(KeyError):
        imports_round()
    assert (Conversation.objects.count(), Imported.objects.count()) == (0, 0)
    assert _stored(tmp_path) == []
    monkeypatch.undo()
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "files")
    work()
    assert Attachment.objects.count() == 1


def _stored(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "files" / "attachments").rglob("*") if path.is_file()]


def test_one_conversation_that_is_refused_does_not_keep_back_the_others(
    dora: Staff, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = history.keep_past

    def refusing(threads: Any) -> Any:
        if any(thread.detail["source"].endswith("/2") for thread in threads):
            raise ValueError("no")
        return keep(threads)

    monkeypatch.setattr(history, "keep_past", refusing)
    job = bring(dora, "zendesk", people(4))
    assert (job.state, job.counts["made_conversations"], job.counts["refused"]) == ("done", 3, 1)
    assert faults(job)[-1][1] == "could not be written"


def test_a_cancelled_run_keeps_what_came_and_can_go_on(
    dora: Staff, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    job = check(dora, "zendesk", people(5))
    start(dora, job.pk)
    imports_round(seconds=0)
    cancel(dora, job.pk)
    work()
    assert Conversation.objects.count() == 2
    start(dora, job.pk)
    work()
    job.refresh_from_db()
    assert (job.state, Conversation.objects.count()) == ("done", 5)


def test_a_cancelled_check_leaves_no_file(
    dora: Staff, queue: Queue, django_capture_on_commit_callbacks: Any
) -> None:
    job = upload(dora, "zendesk", people(5))
    imports_round(seconds=0)
    with django_capture_on_commit_callbacks(execute=True):
        cancel(dora, job.pk)
    work()
    assert not keeping.folder_of(job.path).exists()
    assert not rounds._checks


def test_a_finished_import_leaves_no_upload(dora: Staff, queue: Queue) -> None:
    job = upload(dora, "zendesk", people(1))
    folder = keeping.folder_of(job.path)
    assert folder.exists()
    work()
    start(dora, job.pk)
    work()
    assert not folder.exists()


def test_an_index_that_is_gone_is_made_anew(dora: Staff, queue: Queue) -> None:
    job = check(dora, "zendesk", people(2))
    (keeping.folder_of(job.path) / "stage.sqlite3").unlink()
    start(dora, job.pk)
    work()
    assert Conversation.objects.count() == 2


@pytest.mark.parametrize(("is_checked", "state"), [(False, "failed"), (True, "cancelled")])
def test_an_upload_that_is_gone_is_told(dora: Staff, queue: Queue, is_checked: bool, state: str) -> None:
    job = check(dora, "zendesk", people(2)) if is_checked else upload(dora, "zendesk", people(2))
    shutil.rmtree(keeping.folder_of(job.path))
    if is_checked:
        start(dora, job.pk)
    work()
    job.refresh_from_db()
    assert (job.state, job.error["what"], job.path) == (state, "The uploaded file is gone.", "")


@pytest.mark.parametrize("act", [start, start_undo])
def test_what_cannot_be_done_now_is_refused(dora: Staff, queue: Queue, act: Callable[..., Any]) -> None:
    job = upload(dora, "zendesk", people(1))
    with pytest.raises(CannotImport):
        act(dora, job.pk)
    job.refresh_from_db()
    assert job.state == Import.State.CHECKING


def test_closed_ones_make_no_noise(
    dora: Staff, sam: Staff, queue: Queue, promise: Policy, survey: Survey
) -> None:
    bring(dora, "zendesk", people(3))
    assert promises_round() + steps_round() + silence_round() == 0
    for model in (OutboxRow, Case, Clock, Notice, RawMail):
        assert not model.objects.exists()
    assert set(Fact.objects.exclude(kind="conversation.imported").values_list("kind", flat=True)) == set()
    assert not Placement.objects.filter(is_open=True).exists()


def test_open_ones_stand_in_the_queue_with_a_promise_from_now(
    dora: Staff, sam: Staff, queue: Queue, promise: Policy
) -> None:
    spa = Queue.objects.create(name="Spa")
    bring(dora, "zendesk", zendesk(ticket(status="open"), ticket(2, status="pending")), queue_ref=spa.pk)
    is_open, waiting = Conversation.objects.order_by("id")
    assert (is_open.state, waiting.state) == ("open", "waiting")
    assert is_open.opened_at.year == 2025
    placement = Placement.objects.get(conversation=is_open)
    assert (placement.queue, placement.is_open, placement.has_owner) == (spa, True, False)
    assert timedelta(minutes=29) < placement.due_at - now() <= timedelta(minutes=30)
    assert is_open.next_step_at == placement.due_at
    assert waiting.next_step_at and waiting.next_step_at > now() + timedelta(days=6)
    assert not Clock.objects.filter(conversation=waiting).exists()
    silence_round()
    assert not Notice.objects.exists()


def test_open_ones_can_be_closed_instead(dora: Staff, queue: Queue, promise: Policy) -> None:
    bring(dora, "zendesk", zendesk(ticket(status="open")), closes_open=True)
    found = Conversation.objects.get()
    assert (found.state, found.closed_at and found.closed_at.year) == ("closed", 2025)
    assert not Clock.objects.exists()


@pytest.mark.parametrize("metric", ["speed_of_answer", "contacts", "promises_kept", "satisfaction"])
def test_no_figure_moves_by_it(
    dora: Staff, queue: Queue, promise: Policy, survey: Survey, arrive: Callable[..., Any], metric: str
) -> None:
    today = now()
    with at_moment(today - timedelta(days=1)):
        arrive()
    period = Period((today - timedelta(days=7)).date(), today.date(), "UTC")

    def told() -> dict[str, Any]:
        return {**figure(metric, Scope(), period).as_dict(), "as_of": None}

    before = told()
    hour = (today - timedelta(hours=20)).isoformat()
    recent = ticket(1, comment(created_at=hour), comment("Yes.", 9, created_at=hour), created_at=hour)
    bring(dora, "zendesk", zendesk(recent, {**recent, "id": 2, "status": "open", "url": ""}))
    assert Conversation.objects.count() == 3
    assert told() == before


def test_the_journal_knows_it_with_its_own_time(dora: Staff, queue: Queue) -> None:
    job = bring(dora, "zendesk", zendesk(ticket()))
    fact = Fact.objects.get()
    found = Conversation.objects.get()
    assert (fact.kind, fact.key) == ("conversation.imported", f"import:{job.pk}:{found.pk}")
    assert fact.at == found.opened_at


def test_an_undo_leaves_the_house_as_it_was(dora: Staff, queue: Queue, arrive: Callable[..., Any]) -> None:
    known = arrive(address="guest0@guests.example").customer
    job = bring(dora, "zendesk", people(3))
    start_undo(dora, job.pk)
    work()
    job.refresh_from_db()
    assert (job.state, job.counts["removed_conversations"], job.counts["removed_customers"]) == (
        "undone",
        3,
        2,
    )
    assert list(Customer.objects.all()) == [known]
    assert (Conversation.objects.count(), Imported.objects.count(), ImportedAddress.objects.count()) == (
        1,
        0,
        0,
    )
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "import.begun",
        "import.run",
        "import.undone",
    ]


def test_an_undo_removes_the_files(dora: Staff, queue: Queue, tmp_path: Path) -> None:
    letter = mail(1)
    letter.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="bill.pdf")
    job = bring(dora, "mbox", mbox(letter))
    assert len(_stored(tmp_path)) == 1
    start_undo(dora, job.pk)
    work()
    assert _stored(tmp_path) == []


@pytest.mark.parametrize("touch", ["note", "owner", "spam", "draft", "answer", "reason"])
def test_what_somebody_has_touched_stays_and_is_named(
    dora: Staff, amina: Staff, queue: Queue, promise: Policy, touch: str
) -> None:
    job = bring(dora, "zendesk", zendesk(ticket(1, status="open"), ticket(2, status="open")))
    touched = load(Conversation.objects.order_by("id")[0].pk)
    _touch(touched, amina, touch)
    start_undo(dora, job.pk)
    work()
    job.refresh_from_db()
    assert [one.pk for one in Conversation.objects.all()] == [touched.pk]
    assert [one.conversation_id for one in staying(job)] == [touched.pk]
    assert (job.counts["stayed"], job.counts["removed_customers"]) == (1, 0)


def _touch(conversation: Conversation, staff: Staff, how: str) -> None:
    if how == "note":
        moves.note(conversation, staff, "Called them.")
    elif how == "owner":
        take(conversation, staff)
    elif how == "spam":
        moves.mark_spam(conversation, staff, True)
    elif how == "draft":
        keep_draft(conversation.pk, staff, "outbound", "Dear")
    elif how == "answer":
        answer(conversation, staff, Said(text="Good news."))
    else:
        moves.classify(conversation, staff)


def test_what_happens_by_itself_is_no_touch(dora: Staff, sam: Staff, queue: Queue, promise: Policy) -> None:
    job = bring(dora, "zendesk", zendesk(ticket(1, status="open")))
    with at_moment(now() + timedelta(hours=9)):
        assert promises_round() and steps_round()
        start_undo(dora, job.pk)
        work()
    assert not Conversation.objects.exists()


def test_a_killed_undo_goes_on(dora: Staff, queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "BATCH", 2)
    job = bring(dora, "zendesk", people(5))
    start_undo(dora, job.pk)
    imports_round(seconds=0)
    assert Conversation.objects.count() == 3
    work()
    job.refresh_from_db()
    assert (job.state, Conversation.objects.count(), job.counts["removed_conversations"]) == ("undone", 0, 5)


def test_after_an_undo_the_same_file_can_come_again(dora: Staff, queue: Queue) -> None:
    job = bring(dora, "zendesk", people(2))
    start_undo(dora, job.pk)
    work()
    assert bring(dora, "zendesk", people(2)).counts["made_conversations"] == 2


def test_the_statements_of_a_batch_do_not_grow_with_its_messages(dora: Staff, queue: Queue) -> None:
    def statements(messages: int) -> int:
        said = [comment(f"{n}", id=n) for n in range(messages)]
        base = Imported.objects.count() + 1
        job = check(dora, "zendesk", lines(LEE, *(ticket(base + n, *said) for n in range(20))))
        start(dora, job.pk)
        with CaptureQueriesContext(connection) as seen:
            work()
        return len(seen)

    statements(1)
    few, many = statements(1), statements(20)
    # SQLite takes 999 values in a statement: some seventy messages.
    assert many <= few + 2 * 400 // 70
    assert few < 40


def test_a_new_customer_costs_a_few_statements(dora: Staff, queue: Queue) -> None:
    job = check(dora, "zendesk", people(40))
    start(dora, job.pk)
    with CaptureQueriesContext(connection) as seen:
        work()
    assert len(seen) < 40 * 4 + 40
    assert Message.objects.filter(kind="inbound").count() == 40


def test_the_card_shows_the_newest_of_the_past_and_routing_the_newest_answer(
    dora: Staff, amina: Staff, sam: Staff, queue: Queue, arrive: Callable[..., Any]
) -> None:
    now_here = arrive()
    answer(now_here, sam, Said(text="Mended."))
    old = [ticket(n, updated_at=f"202{n}-01-01T00:00:00Z") for n in range(1, 5)]
    early = [{**one, "created_at": "2020-01-01T00:00:00Z"} for one in old]
    bring(dora, "zendesk", zendesk(*early))
    others = others_with(now_here, dora, [queue.pk])
    assert [one.closed_at and one.closed_at.year for one in others] == [2024, 2023, 2022, 2021][: len(others)]
    assert last_spoke_with(now_here) == sam.pk
