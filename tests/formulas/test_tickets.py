"""Made figures of conversations: each question is asked of what it names, and not of honest habits."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from barrymore.formulas.detectors_tickets import (
    DAY,
    HOUR,
    MINUTE,
    closed_unanswered,
    hard_declined,
    hollow_first_replies,
    kept_from_asking,
    lowered_when_late,
    ticket_questions,
)
from barrymore.formulas.simulated_tickets import FIRST_DAY, TICKETS, TicketPlan, simulate_tickets
from barrymore.formulas.tickets_data import TicketEvents, trails_of

PEOPLE, WEEKS, SIZE = 6, 3, 40


@dataclass
class Desk:
    """Rows of events as a test tells them."""

    rows: list[tuple[float, str, str, str, str, str, str]] = field(default_factory=list)

    def add(
        self, name: str, at: float, kind: str, staff: str = "", *, customer: str = "", shape: str = ""
    ) -> None:
        self.rows.append((FIRST_DAY + at, kind, name, customer or f"of {name}", staff, "Q", shape))

    def events(self) -> TicketEvents:
        columns = list(zip(*self.rows, strict=True))
        return TicketEvents(np.array(columns[0]), *(np.array(one, dtype=np.str_) for one in columns[1:]))


Thread = Callable[[Desk, str, str, float, int], None]


def usual(desk: Desk, name: str, staff: str, at: float, n: int) -> None:
    """Opened, taken, answered after some minutes, closed."""
    desk.add(name, at, "opened")
    desk.add(name, at + 5 * MINUTE, "owned", staff)
    desk.add(name, at + 15 * MINUTE, "sent", staff)
    if n % 3 == 0:
        desk.add(name, at + 20 * MINUTE, "received")
        desk.add(name, at + 25 * MINUTE, "sent", staff)
    desk.add(name, at + 40 * MINUTE, "closed", staff)


def office(special: Thread, *, every: int = 2) -> Desk:
    """Six people for three weeks; in the second week every second conversation of the first is special."""
    desk = Desk()
    for person in range(PEOPLE):
        for week in range(WEEKS):
            for n in range(SIZE):
                at = week * 7 * DAY + n % 5 * DAY + (9 + n // 5 % 6) * HOUR + n * MINUTE / 2
                name = f"{person}-{week}-{n}"
                made = special if (person, week) == (0, 1) and n % every == 0 else usual
                made(desk, name, f"S{person}", at, n)
    return desk


def refiled(desk: Desk, name: str, staff: str, at: float, n: int) -> None:
    desk.add(name, at, "opened")
    desk.add(name, at + MINUTE, "closed", staff)
    desk.add(f"{name} again", at + 3 * HOUR, "opened", customer=f"of {name}")


def hollow(desk: Desk, name: str, staff: str, at: float, n: int) -> None:
    desk.add(name, at, "opened")
    desk.add(name, at + 5 * MINUTE, "owned", staff)
    desk.add(name, at + 5 * MINUTE + 20, "sent", staff, shape="got it")
    desk.add(name, at + 40 * MINUTE, "sent", staff)
    desk.add(name, at + 50 * MINUTE, "closed", staff)


def ready_made(desk: Desk, name: str, staff: str, at: float, n: int) -> None:
    """As quick and as alike, but it was enough."""
    desk.add(name, at, "opened")
    desk.add(name, at + 5 * MINUTE, "owned", staff)
    desk.add(name, at + 5 * MINUTE + 20, "sent", staff, shape="the code of the door")
    desk.add(name, at + 50 * MINUTE, "closed", staff)


def lowered(desk: Desk, name: str, staff: str, at: float, n: int) -> None:
    usual(desk, name, staff, at, n)
    desk.add(name, at + 10 * MINUTE, "broken")
    desk.add(name, at + 12 * MINUTE, "lowered", staff)


def hidden(desk: Desk, name: str, staff: str, at: float, n: int) -> None:
    usual(desk, name, staff, at, n)
    desk.add(name, at + 39 * MINUTE, "spam", staff)


def unasked(desk: Desk, name: str, staff: str, at: float, n: int) -> None:
    usual(desk, name, staff, at, n)
    desk.add(f"{name} before", at - 3 * DAY, "rated_badly", customer=f"of {name}")
    desk.add(name, at + 40 * MINUTE, "held_back", staff)


def piled(desk: Desk, name: str, staff: str, at: float, n: int) -> None:
    desk.add(name, at, "opened")
    desk.add(name, at + 5 * MINUTE, "sent", staff)
    desk.add(name, 11 * DAY + 16.5 * HOUR + n * MINUTE / 2, "closed", staff)


def declined(desk: Desk, name: str, staff: str, at: float, n: int) -> None:
    """The hard ones go to a colleague."""
    if n % 3:
        return usual(desk, name, staff, at, n)
    desk.add(name, at + MINUTE, "declined", staff)
    return usual(desk, name, "S1", at, n)


@pytest.mark.parametrize(
    ("special", "kind"),
    [
        (refiled, "closed_unanswered"),
        (hollow, "hollow_first_replies"),
        (lowered, "lowered_when_late"),
        (hidden, "kept_from_asking"),
        (unasked, "kept_from_asking"),
        (piled, "closed_at_the_end"),
    ],
)
def test_a_week_that_stands_out_is_asked_about_with_its_counts(special: Thread, kind: str) -> None:
    (flag,) = ticket_questions(office(special).events())
    assert (flag.kind, flag.staff, flag.start) == (kind, "S0", FIRST_DAY + 7 * DAY)
    assert flag.evidence["seen"] >= SIZE // 2 and flag.evidence["of"] >= flag.evidence["seen"]
    assert flag.p is not None and flag.p <= 1 / 1000
    assert str(flag.evidence["seen"]) in flag.text


def test_declining_what_is_hard_is_asked_about() -> None:
    found = ticket_questions(office(declined, every=1).events())
    assert [(flag.kind, flag.staff) for flag in found] == [("hard_declined", "S0")]


@pytest.mark.parametrize("special", [usual, ready_made])
def test_nothing_is_asked_of_usual_work(special: Thread) -> None:
    assert ticket_questions(office(special, every=1).events()) == []


def test_the_order_of_the_rows_does_not_matter() -> None:
    events = office(hollow).events()
    mixed = events.take(np.random.default_rng(3).permutation(len(events)))
    assert ticket_questions(mixed) == ticket_questions(events)


def test_with_few_others_nothing_is_asked() -> None:
    desk = office(hidden)
    desk.rows = [row for row in desk.rows if row[4] in ("", "S0", "S1", "S2")]
    assert ticket_questions(desk.events()) == []
    assert ticket_questions(TicketEvents(*(np.empty(0) for _ in range(7)))) == []


def one_hit(look: Callable[..., object], tell: Callable[[Desk], None]) -> list[bool]:
    desk = Desk()
    tell(desk)
    return [chance.hit for chance in look(trails_of(desk.events()))]  # type: ignore[attr-defined]


def test_closed_without_an_answer_counts_only_if_the_customer_writes_again_within_a_day() -> None:
    def told(hours: float, customer: str) -> Callable[[Desk], None]:
        def tell(desk: Desk) -> None:
            desk.add("1", 0, "opened")
            desk.add("1", HOUR, "closed", "S0")
            desk.add("2", HOUR + hours * HOUR, "opened", customer=customer)

        return tell

    assert one_hit(closed_unanswered, told(23, "of 1")) == [True]
    assert one_hit(closed_unanswered, told(25, "of 1")) == [False]
    assert one_hit(closed_unanswered, told(2, "of another")) == [False]


def test_what_was_opened_before_the_time_looked_at_may_have_been_answered_then() -> None:
    def tell(desk: Desk) -> None:
        desk.add("1", HOUR, "closed", "S0")
        desk.add("2", 2 * HOUR, "opened", customer="of 1")

    assert one_hit(closed_unanswered, tell) == [False]


@pytest.mark.parametrize(("minutes", "hit"), [(-59, True), (-61, False), (600, True)])
def test_lowering_counts_from_an_hour_before_the_promise_broke(minutes: int, hit: bool) -> None:
    def tell(desk: Desk) -> None:
        desk.add("1", 10 * HOUR, "broken")
        desk.add("1", 10 * HOUR + minutes * MINUTE, "lowered", "S0")

    assert one_hit(lowered_when_late, tell) == [hit]


def test_spam_that_nobody_answered_is_spam() -> None:
    def tell(desk: Desk) -> None:
        desk.add("1", 0, "opened")
        desk.add("1", MINUTE, "spam", "S0")

    assert one_hit(kept_from_asking, tell) == [False]


def test_a_quick_word_after_which_the_customer_writes_is_not_hollow() -> None:
    def tell(desk: Desk) -> None:
        for n in range(6):
            desk.add(str(n), 0, "opened")
            desk.add(str(n), 30, "sent", "S0", shape="got it")
            desk.add(str(n), 20 * MINUTE, "received" if n else "sent", "" if n else "S0")
            desk.add(str(n), 40 * MINUTE, "sent", "S0")

    assert one_hit(hollow_first_replies, tell) == [True, *[False] * 5]


def test_easy_ones_may_be_declined() -> None:
    def tell(desk: Desk) -> None:
        for n, answers in enumerate((1, 1, 3)):
            desk.add(str(n), 0, "declined", "S0")
            for number in range(answers):
                desk.add(str(n), (1 + number) * HOUR, "sent", "S1")
            desk.add(str(n), 9 * HOUR, "closed", "S1")

    assert one_hit(hard_declined, tell) == [True]


def test_the_simulator_gives_the_same_rows_for_the_same_plan() -> None:
    plan = TicketPlan(4, prevalence=0.5, people=4, weeks=2)
    (one, labels), (other, _labels) = simulate_tickets(plan), simulate_tickets(plan)
    assert one.at.tolist() == other.at.tolist() and one.kind.tolist() == other.kind.tolist()
    assert set(labels.scenario) <= {"", *TICKETS} and len(labels) == 2 * 4 * 2


@pytest.mark.parametrize("seed", [21, 22])
def test_in_an_honest_house_nobody_is_asked(seed: int) -> None:
    events, _labels = simulate_tickets(TicketPlan(seed, prevalence=0.0, weeks=6))
    assert ticket_questions(events) == []


def test_made_figures_are_mostly_found_and_nobody_else_is_asked() -> None:
    events, labels = simulate_tickets(TicketPlan(23, prevalence=0.1))
    gamed = {
        (str(staff), float(start), str(scenario))
        for staff, start, scenario in zip(labels.staff, labels.start, labels.scenario, strict=True)
        if scenario
    }
    told = {(flag.staff, flag.start, flag.kind) for flag in ticket_questions(events)}
    assert told <= gamed
    assert len(told) >= len(gamed) / 2
