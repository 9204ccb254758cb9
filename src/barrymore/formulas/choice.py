"""The pure routing choice: who takes this contact, and which contact comes next."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

Key = Callable[["Candidate"], float]


@dataclass(frozen=True, slots=True)
class Need:
    """What a waiting contact asks for; an empty language means any. `excluded` staff already declined.

    `skills` maps a skill to the least level. `has_waited` says that it has waited long enough for those
    who lack a skill, and for people of the queue behind, to be asked too.
    """

    language: str
    waiting_since: datetime
    excluded: frozenset[int] = frozenset()
    skills: Mapping[str, int] = field(default_factory=dict)
    has_waited: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """One available member of staff: languages and skills with level 1-3, conversations open and the
    most allowed, whether they spoke with this customer last, whether they only help out in this queue."""

    staff_ref: int
    languages: Mapping[str, int]
    open_count: int
    capacity: int
    last_offer_at: datetime | None
    last_spoke: bool = False
    skills: Mapping[str, int] = field(default_factory=dict)
    is_behind: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Who, and the machine codes of what decided it, in order."""

    staff_ref: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queued contact; a higher priority goes first."""

    ref: int
    priority: int
    due_at: datetime | None
    enqueued_at: datetime


def choose(need: Need, candidates: Iterable[Candidate]) -> Choice | None:
    """Member of staff for a need, or None if nobody is free (longest-idle rule: Armony, 2005).

    In order: of the queue itself (or, once it has waited, of the queue behind: `overflow`), holds the skills
    (or, once it has waited, nobody who does is free: `skill_fallback:name`), speaks the language (or nobody
    does: `language_fallback:xx`), spoke with this customer last, fewest open relative to capacity, longest
    since the last offer, lowest ref.
    """
    free = [c for c in candidates if c.open_count < c.capacity and c.staff_ref not in need.excluded]
    pool, reasons = _able(need, free)
    if not pool:
        return None
    pool, spoken = _by_language(need.language, pool)
    reasons = (*reasons, *spoken)
    if len(pool) == 1:
        return Choice(pool[0].staff_ref, (*reasons, "only_one"))
    for reason, key in _RULES:
        best = min(map(key, pool))
        kept = [c for c in pool if key(c) == best]
        if len(kept) < len(pool):
            reasons = (*reasons, reason)
        pool = kept
    return Choice(pool[0].staff_ref, reasons)


def next_waiting(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Order of service: priority, then longest waiting, then the earlier deadline, then the lower ref."""
    return sorted(waiting, key=_urgency)


def _able(need: Need, free: Sequence[Candidate]) -> tuple[Sequence[Candidate], tuple[str, ...]]:
    """Whoever may take it now: own people with the skills first, then those who help out, then anybody."""
    told = tuple(f"skill:{name}" for name in sorted(need.skills))
    own = [c for c in free if not c.is_behind]
    if able := [c for c in own if _holds(c, need)]:
        return able, told
    if not need.has_waited:
        return [], ()
    behind = [c for c in free if c.is_behind]
    if able := [c for c in behind if _holds(c, need)]:
        return able, ("overflow", *told)
    lacking = tuple(f"skill_fallback:{name}" for name in sorted(need.skills))
    return (own, lacking) if own else (behind, ("overflow", *lacking) if behind else ())


def _holds(candidate: Candidate, need: Need) -> bool:
    return all(candidate.skills.get(name, 0) >= level for name, level in need.skills.items())


def _by_language(language: str, free: Sequence[Candidate]) -> tuple[Sequence[Candidate], tuple[str, ...]]:
    if not language:
        return free, ()
    speakers = [c for c in free if c.languages.get(language, 0) >= 1]
    return (speakers, (f"language:{language}",)) if speakers else (free, (f"language_fallback:{language}",))


def _last_offer(candidate: Candidate) -> float:
    # Somebody who was never offered anything has been idle longest of all.
    return candidate.last_offer_at.timestamp() if candidate.last_offer_at else float("-inf")


def _urgency(entry: Waiting) -> tuple[int, datetime, bool, datetime, int]:
    due = entry.due_at or entry.enqueued_at
    return -entry.priority, entry.enqueued_at, entry.due_at is None, due, entry.ref


_RULES: tuple[tuple[str, Key], ...] = (
    ("last_spoke", lambda c: not c.last_spoke),
    ("fewest_open", lambda c: c.open_count / c.capacity),
    ("longest_idle", _last_offer),
    ("lowest_ref", lambda c: c.staff_ref),
)
