"""How conversations are handled is asked about only if the staff were told, and from real facts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from barrymore.alerts.models import Notice
from barrymore.conversations.models import Conversation
from barrymore.conversations.services import Said
from barrymore.feedback.models import Case, Survey
from barrymore.feedback.services import mark_sent, record_response
from barrymore.formulas.detection_flags import KINDS
from barrymore.formulas.simulated_tickets import TICKETS
from barrymore.formulas.tickets_data import TicketEvents
from barrymore.handling import moves
from barrymore.handling import services as handling
from barrymore.journal.moment import at_moment, now
from barrymore.journal.services import in_one_insert, record
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Role, Staff
from barrymore.quality import services
from barrymore.quality.looking import look_for_flags
from barrymore.quality.models import Flag
from barrymore.quality.texts import QUESTIONS, limit_of, question_of
from barrymore.quality.ticket_evidence import shape_of, ticket_events
from barrymore.routing import services as routing
from barrymore.routing.models import Offer, Placement
from barrymore.sla.models import Policy
from barrymore.sla.services import fire_breach
from tests.conftest import hire

pytestmark = pytest.mark.django_db
Arrive = Callable[..., Conversation]


@pytest.fixture
def quinn(queue: object) -> Staff:
    """The quality manager."""
    return hire("quinn@mill.example", "Quinn Aster", Role.QUALITY)


def seen() -> TicketEvents:
    return ticket_events(now() - timedelta(days=40), now() + timedelta(days=40))


def told(kind: str) -> list[tuple[str, str]]:
    """Staff and conversation of the events of a kind."""
    events = seen()
    rows = events.kind == kind
    return list(zip(events.staff[rows].tolist(), events.conversation[rows].tolist(), strict=True))


def test_a_contact_leaves_the_events_that_are_looked_at(
    arrive: Arrive, amina: Staff, sam: Staff, survey: Survey, promise: Policy
) -> None:
    one = arrive()
    offer = Offer.objects.create(
        conversation=one, staff=sam, offered_at=now(), expires_at=now() + timedelta(minutes=2)
    )
    assert routing.decline(offer.pk, sam)
    with at_moment(now() + timedelta(hours=1)):
        clock = one.clocks.get(kind="first_response")
        assert fire_breach(clock.pk)
        moves.prioritise(one, amina, 1)
        handling.answer(one, amina, Said(text="Dear Lee,\nwe are at it."))
        handling.close(one, amina)
        case = Case.objects.get(conversation=one)
        mark_sent(case)
        record_response(Case.objects.get(pk=case.pk), score=1)

    ours = [(str(amina.pk), str(one.pk))]
    assert told("declined") == [(str(sam.pk), str(one.pk))]
    assert told("owned") == told("sent") == told("closed") == told("lowered") == ours
    assert told("opened") == told("received") == [("", str(one.pk))]
    assert len(told("broken")) == 1 and len(told("rated_badly")) == 1
    events = seen()
    assert events.shape[events.kind == "sent"].tolist() == [shape_of("we are at it")]
    assert set(events.queue.tolist()) >= {str(Placement.objects.get().queue_id)}


def test_spam_and_not_asking_are_told_with_the_person(arrive: Arrive, amina: Staff, survey: Survey) -> None:
    one, other = arrive(), arrive(address="noor@guests.example")
    for conversation in (one, other):
        handling.answer(conversation, amina, Said(text="Done."))
    moves.mark_spam(one, amina, True)
    handling.close(one, amina)
    handling.close(other, amina, not_asking="on holiday")

    assert told("spam") == [(str(amina.pk), str(one.pk))]
    assert told("held_back") == [(str(amina.pk), str(other.pk))]


def test_raised_priorities_and_good_answers_are_nothing_to_look_at(
    arrive: Arrive, amina: Staff, survey: Survey
) -> None:
    one = arrive()
    moves.prioritise(one, amina, 4)
    handling.answer(one, amina, Said(text="Done."))
    handling.close(one, amina)
    case = Case.objects.get()
    mark_sent(case)
    record_response(Case.objects.get(pk=case.pk), score=4)
    assert told("lowered") == told("rated_badly") == told("held_back") == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Dear Lee,\nwe are at it.", "Hello Noor!\nWe are at it", True),
        ("Your room 412 is ready.", "Your room 7 is ready", True),
        ("We are at it.", "The key is at the desk.", False),
        ("Dear Lee,", "Dear Noor,", False),
    ],
)
def test_texts_are_alike_but_for_name_numbers_and_signs(one: str, other: str, same: bool) -> None:
    assert (shape_of(one) == shape_of(other)) is same


def test_long_answers_and_greetings_in_chats_have_no_shape(arrive: Arrive, amina: Staff) -> None:
    for channel, text in (("mail", "word " * 90), ("chat", "Hello, how can I help?")):
        handling.answer(arrive(channel=channel), amina, Said(text=text))
    assert set(seen().shape.tolist()) == {""}


def monday(weeks_ago: int) -> datetime:
    day = now().date() - timedelta(days=now().weekday() + 7 * weeks_ago)
    return datetime.combine(day, datetime.min.time(), UTC)


@pytest.fixture
def month(queue: object) -> list[Staff]:
    """Six people close thirty answered conversations a week; the first hides half of one week as spam."""
    people = [hire(f"agent{n}@mill.example", f"Agent {n}", Role.AGENT) for n in range(6)]
    number = 0
    with in_one_insert():
        for place, person in enumerate(people):
            for week in (3, 2, 1):
                for n in range(30):
                    number += 1
                    at = monday(week) + timedelta(days=n % 5, hours=9 + n // 5, minutes=n)
                    for minutes, kind in (
                        (5, "message.sent"),
                        (9, "conversation.spam"),
                        (10, "conversation.closed"),
                    ):
                        if kind != "conversation.spam" or ((place, week) == (0, 2) and n % 2):
                            record(
                                kind, f"message:{number}:{kind}", at=at + timedelta(minutes=minutes), queue=1,
                                conversation_ref=number, customer_ref=number, staff_ref=person.pk,
                            )  # fmt: skip
    return people


def tell(quinn: Staff, *, handling: bool) -> None:
    services.record_notice(Actor(quinn), "We compare.", "meeting", monday(3).date(), names_handling=handling)


def test_nobody_looks_at_handling_before_the_staff_were_told_of_it(month: list[Staff], quinn: Staff) -> None:
    tell(quinn, handling=False)
    assert look_for_flags() == 0


def test_the_person_hears_it_first_and_it_is_asked_once(month: list[Staff], quinn: Staff) -> None:
    tell(quinn, handling=True)
    assert look_for_flags() == 1
    assert look_for_flags() == 0
    flag = Flag.objects.get()
    assert (flag.kind, flag.staff, flag.since) == ("kept_from_asking", month[0], monday(2))
    assert (flag.evidence["seen"], flag.evidence["of"]) == (15, 30)
    assert Notice.objects.get(kind="flag.asked").staff == month[0]
    assert "marked as spam" in question_of(flag) and limit_of(flag)


def test_rejected_ones_are_forgotten_and_not_asked_again(month: list[Staff], quinn: Staff) -> None:
    tell(quinn, handling=True)
    look_for_flags()
    services.reject(Actor(quinn), Flag.objects.get(), "A wave of forged orders.")
    Flag.objects.update(decided_at=now() - timedelta(days=31))
    assert services.forget_rejected() == 1
    assert Flag.objects.get().staff is None
    assert look_for_flags() == 0


def test_every_question_has_its_words() -> None:
    assert set(QUESTIONS) >= {*KINDS, *TICKETS}
