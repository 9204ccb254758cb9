"""What callers write into SIP: quotes, line breaks, control and right-to-left signs, 4,000 letters."""

from collections.abc import Callable

import pytest

from barrymore.conversations.models import Conversation
from barrymore.journal.models import Fact
from barrymore.telephony.models import Call, Number
from tests.telephony.conftest import NUMBER, House
from tests.telephony.sip import eventually

NAMES = [
    '"Lee \\" & <b> \' ; DROP, ${SHELL(id)} |" <sip:+37061234560@[local_ip]>',
    '"a%0d%0aEvent: Hangup%0d%0aUniqueid: 1" <sip:+37061234561@[local_ip]>',
    '"\u202eeeL\u202c\u0007 \u0001 \u05d0\u05d1" <sip:+37061234562@[local_ip]>',
    f'"{"x" * 4000}" <sip:+37061234563@[local_ip]>',
    '"a\\nb\\r\\nNumber: 999" <sip:+37061234564@[local_ip]>',
]
FROMS = ["sip:anonymous@anonymous.invalid", "sip:%27%3b%22%0d%0a--@[local_ip]", f"sip:{'9' * 300}@[local_ip]",
         "sip:0@[local_ip]"]  # fmt: skip


@pytest.fixture
def reached(house: Callable[[], House]) -> Callable[..., list[Call]]:
    """Call with each, wait until all have come, and look that the process and Asterisk are well."""
    whole = house()

    def calls(headers: list[str], extra: str = "", number: str = NUMBER) -> list[Call]:
        before = Call.objects.count()
        for header in headers:
            whole.sip.call(number, stays=3, from_header=header, extra=extra)
        eventually(lambda: Call.objects.count() == before + len(headers))
        found = list(Call.objects.order_by("pk"))[before:]
        eventually(lambda: not Call.objects.exclude(state="ended").exists())
        assert whole.asterisk.channels() == 0
        assert Fact.objects.filter(kind="call.queued").count() == Call.objects.count()
        return found

    return calls


def test_what_a_caller_calls_himself_is_one_harmless_line(reached: Callable[..., list[Call]]) -> None:
    found = reached(NAMES)
    assert {call.caller for call in found} == {f"+3706123456{digit}" for digit in range(5)}
    assert {call.number_id for call in found} == {Number.objects.get().pk}
    assert set(Call.objects.values_list("outcome", flat=True)) == {"abandoned"}
    for conversation in Conversation.objects.all():
        assert conversation.subject.isprintable() and len(conversation.subject) < 60


def test_who_gives_no_number_is_nobody_yet(reached: Callable[..., list[Call]]) -> None:
    found = reached([f"<{one}>" for one in FROMS])
    assert {call.caller for call in found} == {""}
    for call in found:
        assert call.caller_told.isprintable() and len(call.caller_told) <= 120
        assert call.conversation and call.conversation.customer is None and call.conversation.address is None


def test_what_is_no_sip_is_dropped_and_the_next_call_comes(house: Callable[[], House]) -> None:
    whole = house()
    wrong = whole.sip.call(NUMBER, stays=2, from_header="<sip:${EXTEN}@[local_ip]>")
    whole.sip.call(NUMBER, stays=2)
    assert whole.call(state="ended").caller == "+37061234567"
    wrong.kill()
    assert Call.objects.count() == 1


def test_headers_that_nobody_asked_for_change_nothing(reached: Callable[..., list[Call]]) -> None:
    extra = (
        'X-Asterisk: ${SHELL(touch /tmp/hostile)}\nP-Asserted-Identity: "x" <sip:+37069999999@evil.example>\n'
        f'X-Long: {"y" * 4000}\nDiversion: <sip:201@evil.example>;reason="a\\r\\nb"\nSubject: \u202e\u0007\n'
    )
    (call,) = reached(["<sip:+37061234567@[local_ip]>"], extra)
    assert call.caller == "+37061234567"


def test_a_number_that_nobody_entered_is_answered_by_the_default_queue(
    reached: Callable[..., list[Call]],
) -> None:
    (call,) = reached(["<sip:+37061234567@[local_ip]>"], number="4711")
    assert call.number is None and call.conversation
    assert call.conversation.placement.queue.is_default


def test_the_same_number_twice_is_one_customer_and_two_contacts(reached: Callable[..., list[Call]]) -> None:
    one, other = reached(["<sip:+37061234567@[local_ip]>", "<sip:0037061234567@[local_ip]>"])
    assert one.conversation and other.conversation
    assert one.conversation_id != other.conversation_id
    assert one.conversation.customer == other.conversation.customer
    # A caller's number is a claim: nothing is proved by it.
    assert one.conversation.address and one.conversation.address.verified_at is None
