"""What is entered about opening hours and promises."""

import re
import zoneinfo
from datetime import date
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from barrymore.sla.calendars import BadHours, Day, Hours, check_hours
from barrymore.sla.models import Calendar

SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")


def spans_of(text: str) -> list[tuple[int, int]]:
    """`09:00-13:00, 14:00-18:00` as minutes of the day. Raises ValidationError with what to write."""
    spans = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        match = SPAN.fullmatch(part)
        if match is None:
            raise forms.ValidationError(_("Write hours as 09:00-13:00, 14:00-18:00."))
        hour, minute, last_hour, last_minute = map(int, match.groups())
        spans.append((hour * 60 + minute, last_hour * 60 + last_minute))
    return spans


def text_of(spans: list[tuple[int, int]]) -> str:
    """Minutes of the day as `09:00-13:00, 14:00-18:00`."""
    return ", ".join(f"{a // 60:02d}:{a % 60:02d}-{b // 60:02d}:{b % 60:02d}" for a, b in spans)


class CalendarForm(forms.Form):
    """A name, a zone, hours per weekday in as many blocks as needed, and days that keep other hours."""

    name = forms.CharField(max_length=80, label=_("Name"))
    timezone = forms.CharField(max_length=60, label=_("Time zone"), help_text=_("Such as Europe/Vilnius"))
    holidays = forms.CharField(
        required=False,
        label=_("Days that keep other hours"),
        widget=forms.Textarea,
        help_text=_("One a line: 2026-12-25 Christmas, or 2026-12-24 10:00-14:00 Christmas Eve"),
    )

    def __init__(self, *args: Any, calendar: Calendar | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.calendar = calendar
        days = {f"day{day}": self._day(day) for day in range(7)}
        fields = dict(self.fields)
        self.fields = {
            **{key: fields[key] for key in ("name", "timezone")},
            **days,
            "holidays": fields["holidays"],
        }
        self.initial.update(
            _initial_of(calendar) if calendar else {f"day{day}": "09:00-18:00" for day in range(5)}
        )

    def _day(self, day: int) -> forms.CharField:
        return forms.CharField(required=False, label=WEEKDAYS[day])

    def clean_timezone(self) -> str:
        """A zone that exists."""
        name = str(self.cleaned_data["timezone"])
        try:
            zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
            raise forms.ValidationError(_("Write a time zone such as Europe/Vilnius.")) from error
        return name

    def clean_holidays(self) -> list[Day]:
        """Each line as (date, name, first minute, last minute)."""
        return [_holiday(line.strip()) for line in self.cleaned_data["holidays"].splitlines() if line.strip()]

    def clean(self) -> dict[str, Any]:
        """All blocks of the week, none of which overlap."""
        data = super().clean() or {}
        hours: list[Hours] = []
        for day in range(7):
            try:
                hours += [(day, start, end) for start, end in spans_of(data.get(f"day{day}", ""))]
            except forms.ValidationError as error:
                self.add_error(f"day{day}", error)
        if not self.errors:
            try:
                check_hours(hours)
            except BadHours as error:
                text = _("Hours must not overlap, must end after they begin, and must not be closed always.")
                raise forms.ValidationError(text) from error
        return {**data, "hours": hours}


def _holiday(line: str) -> Day:
    day, _space, rest = line.partition(" ")
    try:
        on = date.fromisoformat(day)
    except ValueError as error:
        raise forms.ValidationError(_("Begin each line with a day such as 2026-12-25.")) from error
    span, _space, name = rest.partition(" ")
    if SPAN.fullmatch(span):
        ((start, end),) = spans_of(span)
        return on, name[:80], start, end
    return on, rest[:80], None, None


def _initial_of(calendar: Calendar) -> dict[str, str]:
    week: dict[int, list[tuple[int, int]]] = {}
    for block in calendar.blocks.all():
        week.setdefault(block.weekday, []).append((block.starts_minute, block.ends_minute))
    lines = []
    for day in calendar.holidays.all():
        span = (
            text_of([(day.starts_minute, day.ends_minute)])
            if day.starts_minute is not None and day.ends_minute is not None
            else ""
        )
        lines.append(" ".join(filter(None, [day.date.isoformat(), span, day.name])))
    days = {f"day{day}": text_of(week.get(day, [])) for day in range(7)}
    return {"name": calendar.name, "timezone": calendar.timezone, "holidays": "\n".join(lines), **days}
