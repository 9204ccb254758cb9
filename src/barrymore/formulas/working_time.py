"""Working time of a weekly calendar with holidays, exact to the microsecond on days of 23 and 25 hours."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from barrymore.formulas.errors import FormulaError

END_OF_DAY = "24:00"

Block = tuple[time | str, time | str]
_Spans = tuple[tuple[int, int], ...]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = _EPOCH.toordinal()
_LAST_ORDINAL = date.max.toordinal() - 1
_DAY = 86_400
_MICRO = timedelta(microseconds=1)
_CACHED_DAYS = 4096


class NoWorkingTimeError(FormulaError):
    """The calendar has no (more) working time, so that a deadline would never come."""

    def __init__(self) -> None:
        super().__init__("NO_WORKING_TIME", "the calendar has no working time left; give it opening hours")


@dataclass(frozen=True)
class WorkingWeek:
    """Opening hours: weekday (0 = Monday) to blocks (from, to) in local time of an IANA zone.

    Times are `time` or "HH:MM[:SS]". A block's end may be END_OF_DAY ("24:00"), or midnight (00:00), which
    as an end means the same; ("00:00", "24:00") is a whole day. A weekly block that ends before it starts
    runs on into the next day. `exceptions` replaces a whole local date: empty is a holiday, blocks are
    special hours. A wall time that occurs twice means the first, a skipped one the moment of the jump.
    Errors: UNKNOWN_TIMEZONE, BAD_TIME, BAD_WEEKDAY, BAD_BLOCK.
    """

    timezone: str
    blocks: Mapping[int, Sequence[Block]]
    exceptions: Mapping[date, Sequence[Block]] = field(default_factory=dict)
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)
    _weekly: tuple[_Spans, ...] = field(init=False, repr=False, compare=False)
    _special: dict[int, _Spans] = field(init=False, repr=False, compare=False)
    _days: dict[int, _Spans] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        special = {day.toordinal(): _merged(_exception(blocks)) for day, blocks in self.exceptions.items()}
        object.__setattr__(self, "_zone", _zone_of(self.timezone))
        object.__setattr__(self, "_weekly", _weekly_spans(self.blocks))
        object.__setattr__(self, "_special", special)
        object.__setattr__(self, "_days", {})

    def spans(self, start: datetime) -> Iterator[tuple[int, int]]:
        """Working spans in microseconds since 1970 UTC, from the local day before `start` onwards."""
        # One day early: where clocks go back over midnight, a local date can end after the next began.
        first = start.astimezone(self._zone).toordinal() - 1
        last = _LAST_ORDINAL if any(self._weekly) else max(self._special, default=0)
        for ordinal in range(first, last + 1):
            spans = self._days.get(ordinal)
            yield from self._resolve(ordinal) if spans is None else spans

    def _resolve(self, ordinal: int) -> _Spans:
        walls = self._special.get(ordinal, self._weekly[(ordinal - 1) % 7])
        spans = tuple((self._instant(ordinal, a), self._instant(ordinal, b)) for a, b in walls)
        if len(self._days) >= _CACHED_DAYS:
            self._days.clear()
        self._days[ordinal] = spans
        return spans

    def _instant(self, ordinal: int, seconds: int) -> int:
        wall = datetime.combine(date.fromordinal(ordinal), time()) + timedelta(seconds=seconds)
        before = _offset(wall.replace(tzinfo=self._zone))
        after = _offset(wall.replace(tzinfo=self._zone, fold=1))
        local = (ordinal - _EPOCH_ORDINAL) * _DAY + seconds
        at = local - before if before >= after else self._jump(local - after, local - before)
        return at * 1_000_000

    def _jump(self, low: int, high: int) -> int:
        old = _offset(datetime.fromtimestamp(low, self._zone))
        while high - low > 1:
            middle = (low + high) // 2
            if _offset(datetime.fromtimestamp(middle, self._zone)) == old:
                low = middle
            else:
                high = middle
        return high


def add_working_time(start: datetime, duration: timedelta, week: WorkingWeek) -> datetime:
    """Instant (UTC) by which `duration` of working time has passed since the aware `start` (METHOD A10).

    A promise that ends with a block ends at that block's close, not at the next opening; none at all ends
    at `start`. Errors: NO_WORKING_TIME, NAIVE_DATETIME, NEGATIVE_DURATION.
    """
    at, remaining = _micros(start), duration // _MICRO
    if remaining < 0:
        raise FormulaError("NEGATIVE_DURATION", "a promise cannot be shorter than nothing")
    if remaining == 0:
        return start.astimezone(UTC)
    for opens, closes in week.spans(start):
        begin = max(opens, at)
        available = closes - begin
        if remaining <= available:
            return _EPOCH + timedelta(microseconds=begin + remaining)
        remaining -= max(available, 0)
    raise NoWorkingTimeError


def working_time_between(start: datetime, end: datetime, week: WorkingWeek) -> timedelta:
    """Working time from `start` to `end`, both aware; negative if `end` is earlier (METHOD A10).

    Zero for a calendar without working time. Error NAIVE_DATETIME.
    """
    first, last = _micros(start), _micros(end)
    if last < first:
        return -working_time_between(end, start, week)
    total = 0
    for opens, closes in week.spans(start):
        # Two days on, no span of an odd midnight can reach back any more.
        if opens >= last + 2 * _DAY * 1_000_000:
            break
        total += max(0, min(closes, last) - max(opens, first))
    return timedelta(microseconds=total)


def _micros(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise FormulaError("NAIVE_DATETIME", "give a datetime with a time zone")
    return (moment - _EPOCH) // _MICRO


def _offset(moment: datetime) -> int:
    offset = moment.utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def _zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise FormulaError("UNKNOWN_TIMEZONE", f"{name!r} is not an IANA zone (Europe/Vilnius)") from error


def _seconds(moment: time | str) -> int:
    if moment == END_OF_DAY:
        return _DAY
    try:
        parsed = time.fromisoformat(moment) if isinstance(moment, str) else moment
    except ValueError as error:
        raise FormulaError("BAD_TIME", f"{moment!r} is not a time such as 09:00 or 24:00") from error
    return parsed.hour * 3600 + parsed.minute * 60 + parsed.second


def _wall_spans(blocks: Sequence[Block]) -> list[tuple[int, int]]:
    spans = [(_seconds(start), _seconds(end) or _DAY) for start, end in blocks]
    if any(start == end for start, end in spans):
        raise FormulaError("BAD_BLOCK", "a block must not end where it starts; a whole day is 00:00 to 24:00")
    return spans


def _exception(blocks: Sequence[Block]) -> list[tuple[int, int]]:
    spans = _wall_spans(blocks)
    if any(end < start for start, end in spans):
        raise FormulaError("BAD_BLOCK", "special hours stay within their date; split them at 24:00")
    return spans


def _weekly_spans(blocks: Mapping[int, Sequence[Block]]) -> tuple[_Spans, ...]:
    days: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for weekday, day_blocks in blocks.items():
        if weekday not in range(7):
            raise FormulaError("BAD_WEEKDAY", f"weekdays run from 0 (Monday) to 6 (Sunday), not {weekday}")
        for start, end in _wall_spans(day_blocks):
            days[weekday].append((start, end if end > start else _DAY))
            if end < start:
                days[(weekday + 1) % 7].append((0, end))
    return tuple(_merged(day) for day in days)


def _merged(spans: list[tuple[int, int]]) -> _Spans:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
