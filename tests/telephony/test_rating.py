"""Asked by keys after the talk: who, what Asterisk does by itself, and the one code of each call."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from barrymore.feedback.by_keys import newest_of
from barrymore.feedback.models import Case, Questionnaire, Response, Survey
from barrymore.feedback.selectors import last_said
from barrymore.figures import satisfaction
from barrymore.figures.scope import Period
from barrymore.handling import services as handling
from barrymore.handling.models import Recovery
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.organisation.models import Staff
from barrymore.routing.models import Presence
from barrymore.telephony import allocation, calls
from barrymore.telephony.configuring.writing import Place, files_of
from barrymore.telephony.forms import NumberForm
from barrymore.telephony.hearing import Caller, Leg, line_of
from barrymore.telephony.menus import rating, sounds
from barrymore.telephony.menus.asking import spoken_words
from barrymore.telephony.menus.chosen import Rated, rated_of
from barrymore.telephony.menus.unsaid import unsaid
from barrymore.telephony.models import Call, Extension, Node, Number, Registration
from tests.telephony.conftest import NUMBER, House, arrive_at_work
from tests.telephony.keys import press
from tests.telephony.sip import eventually


@pytest.fixture
def asked(number: Number) -> Survey:
    """Callers of the number are all asked."""
    made = Survey.objects.create(name="After a call", kind="call", probability=1.0)
    Number.objects.update(asks=made)
    number.refresh_from_db()
    return made


@pytest.fixture
def talking(
    node: Node, number: Number, amina: Staff, phone_of: Callable[..., Extension], asked: Survey
) -> Callable[..., Call]:
    """A caller whom Amina has answered."""
    Node.objects.update(connected_at=now())
    node.refresh_from_db()
    phone = phone_of(amina)
    Registration.objects.create(node=node, extension=phone, since=now())
    arrive_at_work(amina)

    def answered(name: str = "1.1", caller: str = "+37061234567") -> Call:
        call = calls.arrive(node, Caller(name, f"PJSIP/x-{name}", number.pk, caller))
        call = allocation.for_call(call) if call else None
        assert call
        found = calls.answer(Leg(call.pk, call.attempt, phone.pk, name), now() - timedelta(seconds=30))
        assert found
        return found

    return answered


def rated(call: Call, phase: str, key: int | None = None, *, over: bool = True) -> Rated:
    return Rated(call.unique_id, 1, phase, key, now(), over)


@pytest.mark.django_db
def test_a_key_is_the_answer_with_its_way_on_the_card_and_in_the_figure_once(
    talking: Callable[..., Call], amina: Staff, survey: Survey
) -> None:
    call = talking()
    assert rating.told(call) and rating.is_asked(call) and not Case.objects.exists()
    calls.end(call.pk)
    case = Case.objects.get()
    assert (case.state, case.code, case.staff) == ("sent", "", amina)
    for _again in range(2):
        rating.take_in(call.node, rated(call, "key", 4), None)
    response = Response.objects.get()
    assert (response.channel, response.mode, response.score, response.scale) == (
        "telephone", "survey", 4, "smile4",
    )  # fmt: skip
    case.refresh_from_db()
    assert case.code == "I" and last_said(case.customer) == case
    conversation = calls.call_of(call.pk).conversation
    assert conversation
    # The close asks no second time: it is the same case.
    handling.close(conversation, amina)
    assert Case.objects.count() == 1 and Fact.objects.filter(kind="survey.case").count() == 1
    items = satisfaction.load(Period(now() - timedelta(hours=1), now() + timedelta(hours=1)))
    assert [(one.code, one.score) for one in items] == [("I", 4)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("phase", "over", "code", "how"),
    [
        ("before", True, "R", "hung_up_before"),
        ("asked", True, "R", "hung_up"),
        ("nokey", True, "R", "no_key"),
        ("asked", False, "O", "broken"),
    ],
)
def test_each_end_without_a_key_has_its_code(
    talking: Callable[..., Call], phase: str, over: bool, code: str, how: str
) -> None:
    call = talking()
    calls.end(call.pk)
    rating.take_in(call.node, rated(call, phase, over=over), None)
    case = Case.objects.get()
    assert case.code == code and case.sent_at and not Response.objects.exists()
    assert Fact.objects.get(kind="survey.final").values["how"] == how


@pytest.mark.django_db
def test_a_bad_key_leaves_a_recovery_and_one_off_the_scale_is_no_answer(talking: Callable[..., Call]) -> None:
    first = talking()
    calls.end(first.pk)
    rating.take_in(first.node, rated(first, "key", 1), None)
    assert Recovery.objects.count() == 1
    off = talking("1.2", "+37061234568")
    calls.end(off.pk)
    rating.take_in(off.node, rated(off, "key", 9), None)
    assert Response.objects.count() == 1 and Case.objects.get(wave=f"call:{off.pk}").code == "R"


@pytest.mark.django_db
def test_who_hangs_up_first_was_not_asked_and_may_be_next_time(talking: Callable[..., Call]) -> None:
    call = talking()
    calls.end(call.pk)
    rating.settle(call.pk)
    case = Case.objects.get()
    assert case.code == "NC" and case.sent_at is None
    assert rating.told(talking("1.2"))


@pytest.mark.django_db
def test_a_line_that_breaks_by_our_fault_is_no_refusal(talking: Callable[..., Call]) -> None:
    calls.lose(talking().pk)
    assert Case.objects.get().code == "O"


@pytest.mark.django_db
def test_one_cap_holds_with_every_other_way_of_asking(talking: Callable[..., Call]) -> None:
    first = talking()
    calls.end(first.pk)
    rating.take_in(first.node, rated(first, "nokey"), None)
    second = talking("1.2")
    assert second.not_asked == "CONTACT_CAP" and not rating.told(second) and not rating.is_asked(second)
    calls.end(second.pk)
    assert sorted(Case.objects.values_list("code", "state")) == [("CONTACT_CAP", "skipped"), ("R", "final")]


@pytest.mark.django_db
def test_a_hidden_number_or_nobody_drawn_is_outside_the_frame(
    talking: Callable[..., Call], asked: Survey
) -> None:
    hidden = talking("1.1", "")
    assert hidden.not_asked == "NO_ADDRESS"
    calls.end(hidden.pk)
    Survey.objects.update(probability=0.0)
    assert talking("1.2").not_asked == "NOT_DRAWN"


@pytest.mark.django_db
def test_a_talk_that_goes_on_after_a_cut_line_is_drawn_once(talking: Callable[..., Call]) -> None:
    call = talking()
    calls.hold_on(call.pk)
    Survey.objects.update(probability=0.0)
    again = allocation.for_call(calls.call_of(call.pk))
    assert again and again.staff
    leg = Leg(call.pk, again.attempt, again.staff.extensions.get().pk, call.unique_id)
    found = calls.answer(leg)
    assert found and rating.told(found)


@pytest.mark.django_db
def test_the_dialplan_asks_twice_takes_only_keys_of_the_scale_and_keeps_every_end(
    node: Node, number: Number, asked: Survey
) -> None:
    text = files_of(node, Place(Path("/x"), "/x"))["extensions.conf"]
    ref = Questionnaire.objects.get(name="After a call").pk
    assert f"Set(BM_CANASK={ref})" in text and f"exten => a{ref},1," in text
    assert f"Read(BM_KEY,/x/prompts/ask{ref}-${{BM_LANGUAGE}},1,,1,7)" in text
    assert "0${BM_NUM} >= 1 & 0${BM_NUM} <= 4" in text and "/x/prompts/rated-${BM_LANGUAGE}" in text
    Survey.objects.update(is_active=False)
    text = files_of(node, Place(Path("/x"), "/x"))["extensions.conf"]
    assert "barrymore-after]" not in text and "BM_CANASK=" not in text


@pytest.mark.django_db
def test_what_cannot_be_said_is_not_asked_and_the_doctor_says_so(
    talking: Callable[..., Call], node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sounds, "can_speak", lambda: False)
    assert "barrymore-after]" not in files_of(node, Place(Path("/x"), "/x"))["extensions.conf"]
    assert any("Reception" in one for one in unsaid())
    call = talking()
    assert rating.told(call) == "" and not rating.is_asked(call)
    calls.end(call.pk)
    assert not Case.objects.exists()


def made(kind: str, *more: dict[str, object], **fields: object) -> Questionnaire:
    question = {"key": "q1", "kind": kind, "text": {"en": "Would you call again?"}, **fields}
    definition = {"languages": ["en"], "questions": [question, *more], "thanks": {}}
    return Questionnaire.objects.create(
        name=f"Keys {kind} {len(more)}", definition=definition, created_at=now(), fielded_at=now()
    )


@pytest.mark.django_db
def test_a_scale_is_said_with_its_keys_and_ends_and_others_are_refused(number: Number) -> None:
    ten = made("scale10", ends={"en": "never – at once"})
    said = [text for text, _code in spoken_words(ten.form, "en")]
    assert said[0] == "Would you call again?" and "0: never. 10: at once." in said and "hash" in said[-1]
    Survey.objects.create(name="Ten", kind="call", questionnaire=ten)
    two = made("scale5", {"key": "q2", "kind": "text", "text": {"en": "Why?"}})
    wrong = Survey.objects.create(name="Two", kind="call", questionnaire=two)
    linked = Survey.objects.create(name="Link")
    sent = {"number": number.number, "ring_seconds": 20, "closed_then": "wait", "is_active": True}
    for refused in (wrong, linked):
        form = NumberForm({**sent, "asks": refused.pk}, instance=number)
        assert not form.is_valid() and list(form.errors) == ["asks"], form.errors
    assert newest_of(wrong) is None
    form = NumberForm({**sent, "asks": Survey.objects.get(name="Ten").pk}, instance=number)
    assert form.is_valid(), form.errors


@pytest.mark.parametrize(
    "text",
    ["", "7-1795353206-key-4", "7-1795353206-key-444-1", "7-1-key-4-1", "7-1795353206-else-4-1", "x" * 90],
)
def test_what_is_no_answer_of_ours_is_nothing(text: str) -> None:
    assert rated_of("1795353206.4", text) is None


def test_an_answer_and_its_place_are_read_as_asterisk_spells_them() -> None:
    found = rated_of("1795353206.4", f"7-{now().timestamp():.0f}-key-4-1")
    assert found and (found.phase, found.number, found.is_over) == ("key", 4, True) and found.at
    assert line_of({"Context": "barrymore-after", "Exten": "a7", "Uniqueid": "1.1"}).is_asked


def test_the_person_hangs_up_the_caller_presses_four_and_the_next_is_with_the_person(
    house: Callable[[], House], asked: Survey, amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    whole = house()
    arrive_at_work(amina)
    whole.sip.phone("amina", "pw-amina", talks=2)
    press(whole.sip, NUMBER, (6.0, "4"), (2.0, "4"), (2.0, "4"), (2.0, "4"), stays=60)
    call = whole.call(outcome="answered")
    # Free already, while the caller hears the question.
    assert not Presence.objects.get(staff=amina).engaged_since and whole.asterisk.channels() == 1
    response = eventually(lambda: Response.objects.first())
    assert (response.score, response.channel) == (4, "telephone")
    assert Case.objects.get().code == "I"
    eventually(lambda: "0 results" in whole.asterisk.ask("database show barrymore-answer"))
    eventually(lambda: whole.asterisk.channels() == 0)
    call.refresh_from_db()
    assert call.talk_seconds < 5 and Fact.objects.get(kind="call.ended").values["talk_seconds"] < 5


@pytest.mark.long
def test_our_process_is_away_while_the_caller_answers(
    house: Callable[[], House], asked: Survey, amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    whole = house()
    arrive_at_work(amina)
    whole.sip.phone("amina", "pw-amina", talks=8)
    press(whole.sip, NUMBER, (14.0, "3"), (2.0, "3"), (2.0, "3"), stays=60)
    call = whole.call(state="talking")
    eventually(
        lambda: f"BM_ASK={rating.told(call)}" in whole.asterisk.ask(f"core show channel {call.channel}")
    )
    whole.rest()
    eventually(lambda: "-key-3-1" in whole.asterisk.ask("database show barrymore-answer"), 60)
    assert not Case.objects.exists() and calls.call_of(call.pk).state == "talking"
    eventually(lambda: whole.asterisk.channels() == 0)
    whole.work()
    assert eventually(lambda: Response.objects.first()).score == 3
    call = whole.call(pk=call.pk, outcome="answered")
    assert 5 < call.talk_seconds < 11 and Case.objects.get().code == "I"
    eventually(lambda: "0 results" in whole.asterisk.ask("database show barrymore-answer"))


@pytest.mark.long
def test_our_process_comes_back_while_the_caller_is_asked(
    house: Callable[[], House], asked: Survey, amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    whole = house()
    arrive_at_work(amina)
    whole.sip.phone("amina", "pw-amina", talks=8)
    press(whole.sip, NUMBER, stays=60)
    call = whole.call(state="talking")
    eventually(lambda: "BM_ASK=" in whole.asterisk.ask(f"core show channel {call.channel}"))
    whole.rest()
    eventually(lambda: "-before--0" in whole.asterisk.ask("database show barrymore-answer"), 60)
    whole.work()
    # The talk is over, the caller is neither put back into the queue nor cut off.
    call = whole.call(pk=call.pk, outcome="answered")
    assert whole.asterisk.channels() == 1 and Case.objects.get().code == ""
    eventually(lambda: Case.objects.filter(code="R").exists(), 60)
    assert Fact.objects.get(kind="survey.final").values["how"] == "no_key"
    assert Fact.objects.filter(kind="call.ended").count() == 1


@pytest.mark.long
def test_who_hangs_up_first_is_not_asked_and_the_next_caller_is_rung_meanwhile(
    house: Callable[[], House], asked: Survey, amina: Staff, phone_of: Callable[..., Extension]
) -> None:
    phone_of(amina)
    whole = house()
    arrive_at_work(amina)
    whole.sip.phone("amina", "pw-amina", talks=6)
    press(whole.sip, NUMBER, stays=60)
    first = whole.call(state="talking")
    press(whole.sip, NUMBER, stays=8, from_header="<sip:+37061234568@[local_ip]>")
    second = whole.call(caller="+37061234568")
    assert whole.call(pk=first.pk, outcome="answered")
    # Rung, and talking, while the first caller still hears the question.
    whole.call(pk=second.pk, state="talking")
    assert Case.objects.get().code == "" and whole.asterisk.channels() == 3
    second = whole.call(pk=second.pk, outcome="answered")
    case = eventually(lambda: Case.objects.filter(conversation=second.conversation, code="NC").first())
    assert case.sent_at is None
    eventually(lambda: Case.objects.filter(code="R").exists())
