"""Points compared for a reader: which quarter and campaign, the words, the rows for files, the funnel."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from barrymore.feedback.models import Campaign
from barrymore.figures.at_points import most_used
from barrymore.figures.comparing import Comparison, Row, cells_of, compare, quarter, quarters_up_to
from barrymore.figures.figure import Figure
from barrymore.figures.scope import Period, today_in
from barrymore.figures.tallies import Told, answers_by_campaign, told_by_point
from barrymore.formulas.case_mix import Cell
from barrymore.formulas.leagues import Group
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point
from barrymore.organisation.points import points_of
from barrymore.organisation.selectors import company
from barrymore.reports.selectors import BadPeriod

NAME = "points-compared"
QUARTERS = 8
# What a reader writes to see the answers as they were said, nothing levelled out.
AS_SAID = "as-said"
COLUMNS = """point name site step quarter from to timezone campaign campaign_name scale good bad answered
served response_rate bound_low bound_high grade reasons left_out compared group share_towards_all interval_low
interval_high level differ_beyond_chance funnel_95_low funnel_95_high funnel_998_low funnel_998_high
holds_whatever_the_silent_think good_levelled_out place_best place_worst inputs_hash""".split()


@dataclass(frozen=True)
class Asked:
    """What a reader has asked for, and what could be asked for."""

    quarter: tuple[int, int]
    period: Period
    quarters: list[tuple[int, int]]
    campaign: Campaign | None
    campaigns: list[Campaign]
    is_levelled: bool = True


@dataclass(frozen=True)
class Compared:
    """A comparison ready to be shown, in any form. `only_feedback`: points where nobody was asked."""

    asked: Asked
    made: Comparison
    points: dict[int, Point]
    only_feedback: int

    def in_group(self, group: Group) -> list[Row]:
        """The rows of one group by the names of their points; there are no positions."""
        rows = [row for row in self.made.rows if row.group == group]
        return sorted(rows, key=lambda row: self.name_of(row.point))

    def name_of(self, ref: int) -> tuple[str, str]:
        """Name and site of a point."""
        point = self.points[ref]
        return point.name, point.site.name


def compared_for(actor: Actor, query: dict[str, str]) -> Compared:
    """Compare the points of the sites that a person may see, in four statements. Raises BadPeriod."""
    points = {point.pk: point for point in points_of(actor, "figures.read")}
    asked = asked_for(query, list(points))
    if asked.campaign is None:
        told: list[Told] = list(told_by_point(asked.period, points).values())
        return Compared(asked, Comparison(asked.period, ""), points, _pressed_only(told))
    told = list(told_by_point(asked.period, points, campaign=asked.campaign.pk).values())
    scale = most_used(told)
    made = compare(told, scale, asked.period, _cells(told, scale, points) if asked.is_levelled else None)
    return Compared(asked, made, points, _pressed_only(told))


def _cells(told: Iterable[Told], scale: str, points: Mapping[int, Point]) -> list[Cell]:
    return [
        cell
        for one in told
        for cell in cells_of(one, one.point, scale, f"{points[one.point].site_id}", points[one.point].step)
    ]


def _pressed_only(told: Iterable[Told]) -> int:
    return sum(
        not one.total("answer:survey:") and bool(one.total("press:") + one.total("answer:feedback:"))
        for one in told
    )


def asked_for(query: dict[str, str], points: list[int], *, naming: bool = False) -> Asked:
    """Read a reader's wish: the quarter, the campaign, whether to level out. Raises BadPeriod."""
    zone = company().timezone
    choices = quarters_up_to(today_in(zone), QUARTERS)
    wanted = _quarter(query.get("quarter", ""), choices)
    period = quarter(*wanted, zone)
    answers = answers_by_campaign(period, points, naming=naming) if points else {}
    found = Campaign.objects.in_bulk(answers)
    campaigns = sorted(found.values(), key=lambda one: (-answers[one.pk], one.pk))
    named = query.get("campaign", "")
    chosen = next((one for one in campaigns if str(one.pk) == named), None)
    if named and chosen is None:
        raise BadPeriod(_("Nobody has answered this campaign in this quarter. Choose another one."))
    levelled = query.get("mix", "") != AS_SAID
    return Asked(wanted, period, choices, chosen or next(iter(campaigns), None), campaigns, levelled)


def _quarter(text: str, choices: list[tuple[int, int]]) -> tuple[int, int]:
    if not text:
        return choices[0]
    year, _dash, number = text.partition("-")
    if not (year.isdigit() and number in {"1", "2", "3", "4"} and 2000 <= int(year[:5]) <= 9000):
        raise BadPeriod(_("Write the quarter as 2026-4."))
    return int(year), int(number)


def quarter_code(wanted: tuple[int, int]) -> str:
    """As addresses, files and REST name a quarter."""
    return f"{wanted[0]}-{wanted[1]}"


def rows_of(shown: Compared) -> Iterator[dict[str, Any]]:
    """One row for each point with thirty answers or more; a point not compared says so and has no share."""
    for group in Group:
        for row in shown.in_group(group):
            yield {**_counts(shown, row.point, row.figure), **_placed(shown, row)}
    for ref, figure in shown.made.uneven:
        yield {**dict.fromkeys(COLUMNS), **_counts(shown, ref, figure), "compared": False}


def _counts(shown: Compared, ref: int, figure: Figure) -> dict[str, Any]:
    point, asked = shown.points[ref], shown.asked
    low, high = figure.bounds or (None, None)
    return {
        "point": ref,
        "name": point.name,
        "site": point.site.name,
        "step": point.step,
        "quarter": quarter_code(asked.quarter),
        "from": asked.period.first.isoformat(),
        "to": asked.period.last.isoformat(),
        "timezone": asked.period.timezone,
        "campaign": asked.campaign.pk if asked.campaign else None,
        "campaign_name": asked.campaign.name if asked.campaign else "",
        "scale": shown.made.scale,
        "good": figure.values["good"],
        "bad": figure.values["bad"],
        "answered": figure.responded,
        "served": figure.served,
        "response_rate": figure.response_rate,
        "bound_low": low,
        "bound_high": high,
        "grade": figure.grade,
        "reasons": " ".join(figure.reasons),
        "left_out": figure.excluded.get("LEFT_OUT", 0),
        "inputs_hash": figure.inputs_hash,
    }


def _placed(shown: Compared, row: Row) -> dict[str, Any]:
    return {
        "compared": True,
        "group": row.group.value,
        "share_towards_all": row.share,
        "interval_low": row.interval.low,
        "interval_high": row.interval.high,
        "level": shown.made.level,
        "differ_beyond_chance": shown.made.rankable,
        "funnel_95_low": row.limits.warning.low,
        "funnel_95_high": row.limits.warning.high,
        "funnel_998_low": row.limits.action.low,
        "funnel_998_high": row.limits.action.high,
        "holds_whatever_the_silent_think": row.holds_anyway,
        "good_levelled_out": round(row.good, 2),
        "place_best": row.places[0] if row.places else None,
        "place_worst": row.places[1] if row.places else None,
    }


def meaning_of(shown: Compared) -> Iterator[list[Any]]:
    """What the rows are, for the second sheet of a workbook."""
    made = shown.made
    yield ["quarter", quarter_code(shown.asked.quarter)]
    yield ["campaign", shown.asked.campaign.name if shown.asked.campaign else ""]
    yield ["scale", made.scale]
    yield ["level", made.level]
    yield ["differ_beyond_chance", made.rankable]
    yield ["funnel_wider_by", made.spread]
    yield ["levelled_out", ", ".join(made.levelled)]
    yield ["points_with_fewer_than_30_answers", made.few]
    yield ["points_without_a_count_of_the_served", made.uncounted]
    yield ["points_asked_on_another_scale", made.other_scale]
    yield ["points_with_feedback_only", shown.only_feedback]
    yield [
        "method",
        "site, service and part of the day levelled out by a logit where two points share each; "
        "beta-binomial shrinkage, 95 per cent interval; funnel limits 95 and 99.8 per cent "
        "(Spiegelhalter, 2005); assumes that who did not answer thinks as who did",
    ]


def said_by_rest(shown: Compared) -> dict[str, Any]:
    """The comparison as REST tells it."""
    return {
        "about": {str(name).replace(" ", "_"): value for name, value in meaning_of(shown)},
        "items": list(rows_of(shown)),
    }
