"""Answers leave through the outbox; notes never do; closing asks; nothing is left standing."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from barrymore.alerts.models import Notice
from barrymore.conversations.models import Conversation, Message
from barrymore.conversations.services import Said, keep_draft
from barrymore.delivery.models import OutboxRow
from barrymore.feedback.models import Case, Survey
from barrymore.handling import moves, rounds
from barrymore.handling import services as handling
from barrymore.handling.selectors import silent_conversations
from barrymore.journal.models import Fact
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.models import Company, Staff
from barrymore.routing import services as routing
from barrymore.routing.models import Placement, Presence, Queue
from barrymore.sla.models import Policy
from tests.conftest import load

pytestmark = pytest.mark.django_db
Arrive = Callable[..., Conversation]


def test_an_answer_is_owed_once_to_the_one_who_wrote(arrive: Arrive, amina: Staff) -> None:
    conversation = arrive()
    message = handling.answer(conversation, amina, Said(text="On our way."))
    row = OutboxRow.objects.get(kind="mail")
    assert row.payload == {"message": message.pk}
    assert (message.status, message.recipients["to"]) == ("queued", ["lee@guests.example"])
    assert load(conversation.pk).state == "waiting"


def test_the_first_answer_makes_the_wait_a_fact_once(arrive: Arrive, amina: Staff) -> None:
    start = now() - timedelta(minutes=9)
    with at_moment(start):
        conversation = arrive()
    for minutes in (4, 6):
        with at_moment(start + timedelta(minutes=minutes)):
            handling.answer(conversation, amina, Said(text="On our way."))
    fact = Fact.objects.get(kind="conversation.answered")
    assert (fact.key, fact.values["wait_seconds"]) == (f"conversation:{conversation.pk}:first_reply", 240.0)


def test_an_answer_without_a_word_is_refused(arrive: Arrive, amina: Staff) -> None:
    with pytest.raises(handling.NothingToSend):
        handling.answer(arrive(), amina, Said(text="  \n"))
    assert not OutboxRow.objects.exists()


def test_whoever_answers_becomes_owner_but_takes_nothing_from_a_colleague(
    arrive: Arrive, amina: Staff, sam: Staff
) -> None:
    conversation = arrive()
    handling.answer(conversation, amina, Said(text="One."))
    handling.answer(conversation, sam, Said(text="Two."))
    assert load(conversation.pk).owner == amina


def test_a_note_never_reaches_the_outbox(arrive: Arrive, amina: Staff) -> None:
    conversation = arrive()
    note = moves.note(conversation, amina, "He is angry, be kind.")
    assert note.kind == Message.Kind.NOTE
    assert not OutboxRow.objects.exists()
    with pytest.raises(moves.NothingWritten):
        moves.note(conversation, amina, " ")


def test_a_sent_draft_is_forgotten(arrive: Arrive, amina: Staff) -> None:
    conversation = arrive()
    keep_draft(conversation.pk, amina, Message.Kind.OUTBOUND, "On our")
    keep_draft(conversation.pk, amina, Message.Kind.NOTE, "angry")
    handling.answer(conversation, amina, Said(text="On our way."))
    assert [draft.kind for draft in conversation.drafts.all()] == ["note"]


def test_closing_asks_and_writing_again_before_that_does_not(
    arrive: Arrive, amina: Staff, survey: Survey
) -> None:
    conversation = arrive()
    handling.answer(conversation, amina, Said(text="Done."))
    handling.close(conversation, amina)
    assert Case.objects.get().state == "waiting"
    arrive(conversation_ref=conversation.pk)
    case = Case.objects.get()
    assert (case.state, case.code) == ("final", "WROTE_AGAIN")
    assert load(conversation.pk).state == "open"


def test_nobody_is_asked_about_what_was_never_answered(arrive: Arrive, amina: Staff, survey: Survey) -> None:
    handling.close(arrive(), amina)
    assert not Case.objects.exists()


def test_closing_twice_is_closing_once(arrive: Arrive, amina: Staff, survey: Survey) -> None:
    conversation = arrive()
    handling.answer(conversation, amina, Said(text="Done."))
    handling.close(conversation, amina)
    handling.close(conversation, amina)
    assert Fact.objects.filter(kind="conversation.closed").count() == 1
    assert not Placement.objects.get().is_open


def test_reopening_takes_the_question_back(arrive: Arrive, amina: Staff, survey: Survey) -> None:
    conversation = arrive()
    handling.answer(conversation, amina, Said(text="Done."))
    handling.close(conversation, amina)
    handling.reopen(conversation, amina)
    assert Case.objects.get().code == "WROTE_AGAIN"
    assert Placement.objects.get().is_open


def test_we_may_write_first(queue: Queue, amina: Staff) -> None:
    conversation = handling.start(amina, queue, "noor@guests.example", "Your booking", Said(text="Welcome."))
    assert (conversation.state, conversation.owner) == ("waiting", amina)
    assert not Fact.objects.filter(kind="conversation.answered").exists()
    assert OutboxRow.objects.count() == 1


def test_a_transfer_goes_back_to_the_queue_and_is_offered_again(
    arrive: Arrive, amina: Staff, promise: Policy
) -> None:
    conversation = arrive()
    routing.take(conversation, amina)
    billing = Queue.objects.create(name="Billing")
    moves.transfer(conversation, amina, queue=billing)
    placement = Placement.objects.get()
    assert (placement.queue, placement.has_owner) == (billing, False)
    assert placement.due_at < now() + timedelta(minutes=31)


def test_a_next_step_must_lie_ahead_and_comes_back_by_itself(arrive: Arrive, amina: Staff) -> None:
    conversation = arrive()
    routing.take(conversation, amina)
    with pytest.raises(moves.NeedsNextStep):
        moves.wait_until(conversation, amina, "call", now() - timedelta(minutes=1))
    moves.wait_until(conversation, amina, "call the fitter", now() + timedelta(hours=2))
    assert rounds.steps_round() == 0
    with at_moment(now() + timedelta(hours=3)):
        assert rounds.steps_round() == 1
        assert rounds.steps_round() == 0
    assert load(conversation.pk).next_step_at is None
    assert Message.objects.get(event="came_back").detail["what"] == "call the fitter"


def test_not_spam_arrives_as_if_now(arrive: Arrive, amina: Staff, promise: Policy) -> None:
    with at_moment(now() - timedelta(days=1)):
        conversation = arrive(is_spam=True)
    moves.mark_spam(conversation, amina, False)
    placement = Placement.objects.get()
    assert placement.is_open
    assert placement.due_at > now()


def test_an_agent_who_goes_home_at_noon_leaves_no_silent_case(
    arrive: Arrive, amina: Staff, sam: Staff, promise: Policy
) -> None:
    noon = now().replace(hour=12, minute=0, second=0, microsecond=0)
    with at_moment(noon - timedelta(minutes=10)):
        conversation = arrive()
        routing.set_presence(amina, Presence.State.AVAILABLE)
        routing.take(conversation, amina)
    with at_moment(noon):
        routing.set_presence(amina, Presence.State.AWAY, "home")
        routing.set_presence(sam, Presence.State.AVAILABLE)
    with at_moment(noon + timedelta(minutes=6)):  # the promise is soon to run out
        routing.note_seen(sam)
        rounds.absence_round()
        rounds.offers_round()
        assert load(conversation.pk).owner is None
        assert conversation.offers.get(state="open").staff == sam
        assert not silent_conversations(timedelta()).exists()


def test_a_page_closed_without_a_word_counts_as_away(arrive: Arrive, amina: Staff) -> None:
    routing.set_presence(amina, Presence.State.AVAILABLE)
    with at_moment(now() + timedelta(minutes=4)):
        rounds.absence_round()
    presence = Presence.objects.get()
    assert (presence.state, presence.reason) == ("away", "unseen")


def test_a_short_break_takes_nothing_away(arrive: Arrive, amina: Staff, promise: Policy) -> None:
    conversation = arrive()
    routing.take(conversation, amina)
    routing.set_presence(amina, Presence.State.AWAY)
    with at_moment(now() + timedelta(minutes=2)):
        assert rounds.absence_round() == 0
    assert load(conversation.pk).owner == amina


def test_silence_is_listed_and_told_once(arrive: Arrive, sam: Staff) -> None:
    with at_moment(now() - timedelta(hours=1)):
        conversation = arrive()
    assert list(silent_conversations()) == [conversation]
    assert rounds.silence_round() == 1
    assert rounds.silence_round() == 0
    assert Notice.objects.get().staff == sam


def test_a_promise_that_breaks_tells_owner_and_supervisor_once(
    arrive: Arrive, amina: Staff, sam: Staff, promise: Policy
) -> None:
    with at_moment(now() - timedelta(minutes=40)):
        conversation = arrive()
        routing.take(conversation, amina)
    rounds.promises_round()
    rounds.promises_round()
    told = sorted(Notice.objects.values_list("kind", "staff__name"))
    assert told == [
        ("promise.broken", "Amina Sarr"),
        ("promise.broken", "Sam Okonjo"),
        ("promise.soon", "Amina Sarr"),
    ]


def test_with_offers_off_everything_else_goes_on(arrive: Arrive, amina: Staff) -> None:
    Company.objects.filter(pk=1).update(modules={"offers": False})
    routing.set_presence(amina, Presence.State.AVAILABLE)
    conversation = arrive()
    assert rounds.offers_round() == 0
    routing.take(conversation, amina)
    assert handling.answer(conversation, amina, Said(text="Here.")).pk
