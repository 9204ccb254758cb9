"""Contacts are counted once, on local days, without spam; their mean is over whole days of the house."""

from datetime import UTC, date, datetime, timedelta

import pytest

from barrymore.figures import told, wording
from barrymore.figures.figure import Figure
from barrymore.figures.scope import Period, Scope
from barrymore.figures.selectors import Reading, figure, figures_by
from barrymore.journal.services import record

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
WEEK = Period(date(2026, 10, 5), date(2026, 10, 11), "Europe/Vilnius")


def came(number: int, at: datetime, channel: str = "mail", *, opens: bool = True, spam: bool = False) -> None:
    refs = {"conversation_ref": number, "channel": channel, "site": 1}
    if opens:
        record("conversation.opened", f"c:{number}:o", at=at, values={"spam": spam}, **refs)  # type: ignore[arg-type]
    record("contact.received", f"c:{number}:{at.isoformat()}", at=at, **refs)  # type: ignore[arg-type]


def found(period: Period = WEEK) -> Figure:
    return figure("contacts", Scope(), period)


def test_the_mean_is_over_all_days_from_the_first_contact_on() -> None:
    came(1, NOON - timedelta(days=30))
    for number, day in enumerate([0, 0, 0, 1, 4], start=2):
        came(number, NOON + timedelta(days=day))
    week = found()
    # 3, 1, 0, 0, 1, 0, 0 contacts: mean 5/7; t of 6 degrees 2.4469, sd 1.1127, so 0.714 +- 1.029.
    assert (week.served, week.values["days"], week.values["on_whole_days"]) == (5, 7, 5)
    assert week.estimate == pytest.approx(5 / 7)
    assert week.interval is not None
    assert week.interval == (0.0, pytest.approx(1.7433, abs=1e-3))


def test_days_before_the_house_opened_are_no_days_without_contacts() -> None:
    came(1, NOON + timedelta(days=5))
    came(2, NOON + timedelta(days=6))
    assert (found().values["days"], found().estimate) == (2, 1.0)


def test_spam_is_beside_and_a_further_contact_begins_nothing() -> None:
    came(1, NOON)
    came(1, NOON + timedelta(hours=1), opens=False)
    came(2, NOON, spam=True)
    week = found()
    assert (week.served, week.values["opened"], week.excluded) == (2, 1, {"SPAM": 1})
    assert wording.sentence(week).startswith("2 contacts came")
    assert wording.verdict(week) == "1 began a conversation, the rest went on with one."
    assert ("contacts", 2) in (told.counted(week) or [])


def test_an_empty_week_says_so() -> None:
    assert (found().estimate, found().grade, wording.sentence(found())) == (
        None,
        "C",
        "Nobody came in this period.",
    )


def test_a_contact_belongs_to_the_local_day() -> None:
    came(1, datetime(2026, 10, 11, 21, 30, tzinfo=UTC))
    assert found().served == 0
    assert (
        figure("contacts", Scope(), Period(date(2026, 10, 12), date(2026, 10, 12), WEEK.timezone)).served == 1
    )


def test_hours_of_the_week_through_the_night_of_25_hours() -> None:
    from barrymore.figures.contacts import hours_of

    came(1, datetime(2026, 9, 1, 12, tzinfo=UTC))
    came(2, datetime(2026, 10, 25, 0, 15, tzinfo=UTC))
    came(3, datetime(2026, 10, 25, 1, 15, tzinfo=UTC))
    period = Period(date(2026, 10, 19), date(2026, 10, 25), "Europe/Vilnius")
    week = hours_of(Reading("contacts", Scope(), period).within(period), period)
    assert (week.counts[6][3], week.lived[6][3], week.lived[6][4]) == (2, 2.0, 1.0)
    assert [(odd.hour, odd.hours) for odd in week.odd] == [(3, 2.0)]


def test_parts_by_channel_add_up() -> None:
    came(1, NOON)
    came(2, NOON, "chat")
    came(3, NOON, "chat")
    parts = figures_by("contacts", Scope(), WEEK, "channel")
    assert {name: part.served for name, part in parts.items()} == {"mail": 1, "chat": 2}


def test_a_slice_of_a_longer_reading_is_the_same_figure() -> None:
    for number in range(5):
        came(number, NOON + timedelta(days=number * 3))
    long = Reading("contacts", Scope(), WEEK.before, WEEK)
    alone, sliced = found(), long.figure(WEEK)
    assert (alone.inputs_hash, alone.estimate, alone.interval) == (
        sliced.inputs_hash,
        sliced.estimate,
        sliced.interval,
    )
