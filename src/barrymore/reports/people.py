"""Answers by person (METHOD A6): finished weeks, nobody under thirty answers, groups and no positions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from barrymore.feedback.by_person import Said, naming, said_of_people
from barrymore.figures.at_points import most_used
from barrymore.figures.comparing import Comparison, Row, cells_of, compare
from barrymore.figures.figure import Figure
from barrymore.figures.people import together, told_of_people
from barrymore.figures.scope import Period, today_in
from barrymore.formulas.leagues import Group
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Staff
from barrymore.organisation.points import points_of
from barrymore.reports.compared import Asked, asked_for, quarter_code

NAME = "people"
RIGHT = "feedback.read"
COLUMNS = """person name quarter from to timezone campaign campaign_name question answers answer times good
bad answered served response_rate grade reasons group share_towards_all interval_low interval_high level
inputs_hash""".split()


@dataclass(frozen=True)
class Shown:
    """The people of a quarter and what was said of them. `period` is None before the first week is over."""

    asked: Asked
    period: Period | None
    made: Comparison
    people: dict[int, Staff]
    said: dict[int, list[Said]]

    def in_group(self, group: Group) -> list[Row]:
        """Those of one group by name."""
        rows = [row for row in self.made.rows if row.group == group]
        return sorted(rows, key=lambda row: (self.people[row.point].name, row.point))

    @property
    def uneven(self) -> list[tuple[int, Figure]]:
        """Those with enough answers and without a share, by name."""
        return sorted(self.made.uneven, key=lambda one: (self.people[one[0]].name, one[0]))


def people_for(actor: Actor, query: dict[str, str], language: str) -> Shown:
    """What answers of one campaign say of the people they name, at sites that one may see. Raises BadPeriod.

    The running week is left out: a measure of a person is theirs to see first (`/quality/mine/progress/`).
    """
    points = {point.pk: point for point in points_of(actor, RIGHT)}
    asked = asked_for(query, list(points), naming=True)
    period = finished(asked.period)
    if asked.campaign is None or period is None:
        return Shown(asked, period, Comparison(asked.period, ""), {}, {})
    of_campaign = set(asked.campaign.points.values_list("pk", flat=True)) or set(points)
    told = told_of_people(period, of_campaign & set(points), asked.campaign.pk)
    whole = together(told)
    scale = most_used(whole)
    cells = [
        cell
        for (staff, ref), one in told.items()
        for cell in cells_of(one, staff, scale, f"{points[ref].site_id}", points[ref].step)
    ]
    made = compare(whole, scale, period, cells if asked.is_levelled else None, unit="staff")
    shown = {row.point for row in made.rows} | {ref for ref, _figure in made.uneven}
    sites = {point.site_id for point in points.values()}
    answers = naming(asked.campaign, period.since, period.until, sites).filter(staff_ref__in=shown)
    said = said_of_people(asked.campaign, answers, language)
    return Shown(asked, period, made, Staff.objects.in_bulk(shown), said)


def finished(period: Period) -> Period | None:
    """The weeks of a period that are over; None while there are none."""
    today = today_in(period.timezone)
    last_sunday = today - timedelta(days=today.weekday() + 1)
    last = min(period.last, last_sunday)
    return replace(period, last=last) if last >= period.first else None


def rows_of(shown: Shown) -> Iterator[dict[str, Any]]:
    """One row for each person, question and answer; a person with too few for a share has counts alone."""
    for group in Group:
        for row in shown.in_group(group):
            placed = {
                "group": row.group.value,
                "share_towards_all": row.share,
                "interval_low": row.interval.low,
                "interval_high": row.interval.high,
                "level": shown.made.level,
            }
            yield from _lines(shown, row.point, row.figure, placed)
    for ref, figure in shown.uneven:
        yield from _lines(shown, ref, figure, {})


def _lines(shown: Shown, ref: int, figure: Figure, placed: dict[str, Any]) -> Iterator[dict[str, Any]]:
    asked, period = shown.asked, figure.period
    base = {
        **dict.fromkeys(COLUMNS),
        "person": ref,
        "name": shown.people[ref].name,
        "quarter": quarter_code(asked.quarter),
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "timezone": period.timezone,
        "campaign": asked.campaign.pk if asked.campaign else None,
        "campaign_name": asked.campaign.name if asked.campaign else "",
        "good": figure.values["good"],
        "bad": figure.values["bad"],
        "answered": figure.responded,
        "served": figure.served,
        "response_rate": figure.response_rate,
        "grade": figure.grade,
        "reasons": " ".join(figure.reasons),
        "inputs_hash": figure.inputs_hash,
        **placed,
    }
    for said in shown.said.get(ref, []):
        for answer, times in said.rows:
            yield {
                **base,
                "question": said.text,
                "answers": said.answers,
                "answer": answer,
                "times": times,
            }


def said_by_rest(shown: Shown) -> dict[str, Any]:
    """The page as REST tells it."""
    return {
        "about": {
            "quarter": quarter_code(shown.asked.quarter),
            "finished_weeks": shown.period.as_dict() if shown.period else None,
            "level": shown.made.level,
            "levelled_out": list(shown.made.levelled),
            "differ_beyond_chance": shown.made.rankable,
            "people_with_fewer_than_30_answers": shown.made.few,
            "people_whose_served_were_not_counted": shown.made.uncounted,
        },
        "items": list(rows_of(shown)),
    }
