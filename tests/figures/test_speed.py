"""Speed of answer counts waits from the customer's clock, with the unanswered apart."""

from datetime import UTC, date, datetime, timedelta

import pytest

from barrymore.figures import spoken, wording
from barrymore.figures.figure import Figure
from barrymore.figures.scope import Period, Scope
from barrymore.figures.selectors import figure
from barrymore.journal.services import record

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
PERIOD = Period(date(2026, 11, 10), date(2026, 11, 10))


def arrived(
    number: int, wait: float | None = None, closed_after: float | None = None, spam: bool = False
) -> None:
    record("conversation.opened", f"c:{number}:o", at=NOON, conversation_ref=number, values={"spam": spam})
    if wait is not None:
        at = NOON + timedelta(seconds=wait)
        record(
            "conversation.answered",
            f"c:{number}:a",
            at=at,
            conversation_ref=number,
            values={"wait_seconds": wait},
        )
    if closed_after is not None:
        at = NOON + timedelta(seconds=closed_after)
        record("conversation.closed", f"c:{number}:c", at=at, conversation_ref=number)


def found() -> Figure:
    return figure("speed_of_answer", Scope(), PERIOD)


def test_mean_median_and_ninetieth_percentile() -> None:
    for number, wait in enumerate([3, 5, 8, 9, 12, 14, 20, 31, 45, 90]):
        arrived(number, float(wait))
    speed = found()
    assert speed.estimate == pytest.approx(23.7)
    assert (speed.values["median"], speed.values["p90"]) == (12.0, 45.0)


def test_those_without_an_answer_are_beside_the_mean_and_in_the_survival_median() -> None:
    for number, wait in enumerate([10.0, 20.0, 30.0]):
        arrived(number, wait)
    for number in range(3, 7):
        arrived(number, closed_after=15.0)
    speed = found()
    assert (speed.estimate, speed.served, speed.responded, speed.values["unanswered"]) == (20.0, 7, 3, 4)
    assert speed.values["kaplan_meier_median"] == 20.0
    assert wording.verdict(speed) == "3 answered, 4 have no answer."


def test_an_answer_on_the_next_day_belongs_to_the_arrival() -> None:
    arrived(1, 86_400.0)
    assert found().responded == 1


def test_spam_has_no_right_to_an_answer() -> None:
    arrived(1, spam=True)
    assert found().served == 0


def test_without_an_answer_there_is_no_mean() -> None:
    arrived(1)
    speed = found()
    assert (speed.estimate, speed.grade, speed.pending) == (None, "C", 1)
    assert wording.sentence(speed) == "No customer has had a first answer in this period."


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.6, "1 min 0 s"),
        (95, "1 min 35 s"),
        (1500, "25 min"),
        (7500, "2 h 5 min"),
        (180_000, "2 d 2 h"),
        (None, "–"),
    ],
)
def test_lengths_are_said_in_two_units(seconds: float | None, words: str) -> None:
    assert spoken.length(seconds) == words
