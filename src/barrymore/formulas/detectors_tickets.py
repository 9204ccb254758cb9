"""How conversations are handled where it is measured: six questions about a person's week, beside peers.

What is measured is managed, and so manipulated (Goodhart, 1975; Campbell, 1979). The patterns are those that
managers of call centres and help desks report of speed and closing targets (METHOD B3): re-filing, early
closing, empty first answers, moved priorities, surveys avoided, easy work chosen (creaming: Lipsky, 1980).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from barrymore.formulas.detection_flags import Flag
from barrymore.formulas.tickets_beside import Chance, Week, beside_others, week_of
from barrymore.formulas.tickets_data import Event, TicketEvents, Trail, trails_of

DAY, HOUR, MINUTE = 86_400.0, 3600.0, 60.0
# Tuned on seeds 1 to 12, then frozen (docs/detection.md).
REFILED_WITHIN = DAY
HOLLOW_WITHIN = MINUTE
HOLLOW_ALIKE = 5
FOLLOWED_AFTER = 10 * MINUTE
LOWERED_BEFORE = HOUR
BAD_REMEMBERED = 30 * DAY
# A week of so few hours has no last one to speak of.
FEWEST_HOURS = 8
TIMES_AS_OFTEN = 2.0
HOLLOW_SHARE = 0.5


def ticket_questions(events: TicketEvents) -> list[Flag]:
    """All questions, by time; the order of the rows does not matter. Few peers, no question."""
    trails = trails_of(events)
    found = [
        flag
        for kind, look, text in QUESTIONS
        for flag in beside_others(
            kind, look(trails), text, EXCUSES[kind](trails) if kind in EXCUSES else set()
        )
    ]
    return sorted(found, key=lambda one: (one.start, one.staff or "", one.kind))


def closed_unanswered(trails: Iterable[Trail]) -> Iterable[Chance]:
    """Closes without any answer, and the same customer opens another conversation within a day."""
    trails = list(trails)
    opened: dict[str, list[float]] = defaultdict(list)
    for trail in trails:
        if trail.customer:
            opened[trail.customer] += [one.at for one in trail.events if one.kind == "opened"]
    for trail in trails:
        for one in trail.of("closed"):
            again = (0 < at - one.at <= REFILED_WITHIN for at in opened.get(trail.customer, ()))
            # What was opened earlier may have been answered before the time that is looked at.
            known = trail.before(one, "opened")
            unanswered = known and not trail.before(one, "sent") and not trail.before(one, "spam")
            yield Chance(one.staff, trail.queue, one.at, unanswered and any(again))


def closed_at_the_end(trails: Iterable[Trail]) -> Iterable[Chance]:
    """Closes in the hour before a person's last one of the week."""
    for (staff, _number), closes in _closes(trails).items():
        ends = _last_hour(closes)
        for at, queue in closes:
            yield Chance(staff, queue, at, ends is not None and at > ends)


def _no_pile(trails: Iterable[Trail]) -> set[Week]:
    """Weeks whose last hour has no more closes than twice the busiest other hour of the person."""
    excused = set()
    for week, closes in _closes(trails).items():
        ends = _last_hour(closes)
        hours = Counter(int(at // HOUR) for at, _queue in closes if ends is not None and at <= ends)
        if ends is None or sum(at > ends for at, _queue in closes) <= TIMES_AS_OFTEN * max(hours.values()):
            excused.add(week)
    return excused


def _closes(trails: Iterable[Trail]) -> dict[Week, list[tuple[float, str]]]:
    weeks: dict[Week, list[tuple[float, str]]] = defaultdict(list)
    for trail in trails:
        for one in trail.of("closed"):
            weeks[one.staff, week_of(one.at)].append((one.at, trail.queue))
    return weeks


def _last_hour(closes: list[tuple[float, str]]) -> float | None:
    """When the last hour of the week's closing began; None for a week of few hours."""
    ends = max(at for at, _queue in closes) - HOUR
    return ends if len({int(at // HOUR) for at, _queue in closes if at <= ends}) >= FEWEST_HOURS else None


def hollow_first_replies(trails: Iterable[Trail]) -> Iterable[Chance]:
    """First answers within a minute, short and the same many times, that another of ours had to follow."""
    for one in _firsts(trails):
        yield Chance(one.event.staff, one.queue, one.event.at, one.quick and one.followed)


def _helpful(trails: Iterable[Trail]) -> set[Week]:
    """Weeks in which ready-made answers were mostly enough, or the person's others hardly more: good work."""
    quick: dict[Week, list[bool]] = defaultdict(list)
    others: dict[Week, list[bool]] = defaultdict(list)
    for one in _firsts(trails):
        (quick if one.quick else others)[one.event.staff, week_of(one.event.at)].append(one.followed)
    excused = set()
    for week in quick.keys() | others.keys():
        usual = sum(others[week]) / max(len(others[week]), 1)
        share = max(HOLLOW_SHARE, TIMES_AS_OFTEN * usual)
        if sum(quick[week]) < max(HOLLOW_ALIKE, share * len(quick[week])):
            excused.add(week)
    return excused


@dataclass(frozen=True, slots=True)
class _First:
    """A first answer: quick, short and one of many alike; another of ours came before the customer wrote."""

    event: Event
    queue: str
    quick: bool
    followed: bool


def _firsts(trails: Iterable[Trail]) -> list[_First]:
    firsts = [(trail, first) for trail in trails if (first := trail.first_answer())]
    alike = Counter((one.staff, week_of(one.at), one.shape) for _trail, one in firsts if one.shape)
    found = []
    for trail, one in firsts:
        begun = max(
            (early.at for early in trail.events if _begins(early) and early.at <= one.at), default=0.0
        )
        many = bool(one.shape) and alike[one.staff, week_of(one.at), one.shape] >= HOLLOW_ALIKE
        then = trail.next_after(one, ("sent", "received", "closed"))
        followed = then is not None and then.kind == "sent" and then.at - one.at >= FOLLOWED_AFTER
        found.append(_First(one, trail.queue, many and one.at - begun <= HOLLOW_WITHIN, followed))
    return found


def _begins(one: Event) -> bool:
    return one.kind in ("opened", "owned")


def lowered_when_late(trails: Iterable[Trail]) -> Iterable[Chance]:
    """Priorities lowered after a promise was broken, or within the hour before it."""
    for trail in trails:
        broken = [one.at for one in trail.of("broken")]

        def is_late(one: Event, broken: list[float] = broken) -> bool:
            return one.kind == "lowered" and any(one.at >= at - LOWERED_BEFORE for at in broken)

        yield from _worked(trail, is_late)


def kept_from_asking(trails: Iterable[Trail]) -> Iterable[Chance]:
    """Spam that we had answered, and surveys held back from customers who had lately answered badly."""
    trails = list(trails)
    bad: dict[str, list[float]] = defaultdict(list)
    for trail in trails:
        if trail.customer:
            bad[trail.customer] += [one.at for one in trail.of("rated_badly")]
    for trail in trails:
        rated = bad.get(trail.customer, [])

        def kept(one: Event, trail: Trail = trail, rated: list[float] = rated) -> bool:
            if one.kind == "spam":
                return trail.before(one, "sent")
            lately = any(0 <= one.at - at <= BAD_REMEMBERED for at in rated)
            return one.kind == "held_back" and lately

        yield from _worked(trail, kept)


def hard_declined(trails: Iterable[Trail]) -> Iterable[Chance]:
    """Hard conversations that came to a person and were declined.

    Hard is what needed more of our answers, whoever gave them, than half of the closed ones of its queue.
    """
    for one, queue, hard in _came(trails):
        if hard:
            yield Chance(one.staff, queue, one.at, one.kind == "declined")


def _all_alike(trails: Iterable[Trail]) -> set[Week]:
    """Weeks in which hard ones were declined less than twice as often as easy ones: somebody was busy."""
    counts: dict[Week, Counter[tuple[bool, bool]]] = defaultdict(Counter)
    for one, _queue, hard in _came(trails):
        counts[one.staff, week_of(one.at)][hard, one.kind == "declined"] += 1
    return {
        week
        for week, seen in counts.items()
        if _share(seen[True, True], seen[True, False])
        < TIMES_AS_OFTEN * _share(seen[False, True], seen[False, False])
    }


def _share(hits: int, others: int) -> float:
    return hits / max(hits + others, 1)


def _came(trails: Iterable[Trail]) -> Iterable[tuple[Event, str, bool]]:
    """What a person took or declined of closed conversations, its queue, and whether it was hard."""
    done = [trail for trail in trails if trail.of("closed")]
    needed: dict[str, list[int]] = defaultdict(list)
    for trail in done:
        needed[trail.queue].append(len(trail.of("sent")))
    usual = {queue: float(np.median(counts)) for queue, counts in needed.items()}
    for trail in done:
        hard = len(trail.of("sent")) > usual[trail.queue]
        for one in trail.events:
            if one.kind in ("owned", "declined"):
                yield one, trail.queue, hard


def _worked(trail: Trail, is_hit: Callable[[Event], bool]) -> Iterable[Chance]:
    """One chance per person and week who worked on the conversation."""
    weeks: dict[tuple[str, int], tuple[float, bool]] = {}
    for one in trail.events:
        if one.staff and one.kind in ("sent", "closed", "lowered", "spam", "held_back"):
            key = (one.staff, week_of(one.at))
            at, hit = weeks.get(key, (one.at, False))
            weeks[key] = (at, hit or is_hit(one))
    for (staff, _number), (at, hit) in weeks.items():
        yield Chance(staff, trail.queue, at, hit)


EXCUSES: dict[str, Callable[[Iterable[Trail]], set[Week]]] = {
    "closed_at_the_end": _no_pile,
    "hollow_first_replies": _helpful,
    "hard_declined": _all_alike,
}
QUESTIONS: tuple[tuple[str, Callable[[Iterable[Trail]], Iterable[Chance]], str], ...] = (
    (
        "closed_unanswered",
        closed_unanswered,
        "{k} of {n} closed conversations had no answer, and the customer opened another within a day; "
        "{expected:.1f} are usual. Why were they closed?",
    ),
    (
        "closed_at_the_end",
        closed_at_the_end,
        "{k} of {n} closes fell into the last hour of the week; {expected:.1f} are usual. What was closed?",
    ),
    (
        "hollow_first_replies",
        hollow_first_replies,
        "{k} of {n} first answers came within a minute, short and alike, and another had to follow; "
        "{expected:.1f} are usual. Did they help?",
    ),
    (
        "lowered_when_late",
        lowered_when_late,
        "{k} of {n} conversations got a lower priority when their promise broke; {expected:.1f} are usual. "
        "Why then?",
    ),
    (
        "kept_from_asking",
        kept_from_asking,
        "{k} of {n} conversations were answered and then marked as spam, or not asked about after a bad "
        "answer; {expected:.1f} are usual. Why?",
    ),
    (
        "hard_declined",
        hard_declined,
        "{k} of {n} hard conversations were declined, easy ones were not; {expected:.1f} are usual. Why?",
    ),
)
