"""The three steps before a reward: the step of the service, reliable data, a response rate under control.

A reward paid on data that nobody can trust rewards whoever bends the data: so it is locked until all
three are green, and again once one is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from barrymore.feedback.faces import faces_counted
from barrymore.feedback.models import Campaign
from barrymore.figures import spoken
from barrymore.figures.at_points import most_used
from barrymore.figures.figure import Figure
from barrymore.figures.points import figure_of, served_of
from barrymore.figures.scope import Period, Scope, today_in
from barrymore.figures.tallies import told_by_point
from barrymore.figures.wording import reasons
from barrymore.formulas.grades import DEFAULT_POLICY, frame_deviation
from barrymore.journal.moment import now
from barrymore.organisation.selectors import company

DAYS = 28
# Grade B shows a share and rewards nobody (METHOD A4).
REWARDED = "A"


@dataclass(frozen=True)
class Step:
    """One step: whether it is green, its numbers in words, and what to do where it is not."""

    code: str
    is_green: bool
    told: list[str]
    to_do: list[str]


@dataclass(frozen=True)
class Measured:
    """What the steps are judged by: a campaign's last 28 days that are over."""

    figure: Figure
    employee: int | None
    external: int | None
    looked: bool

    @property
    def left_out_share(self) -> float | None:
        """The share of answers that confirmed questions have left out; None where nobody has looked."""
        left_out = self.figure.excluded.get("LEFT_OUT", 0)
        given = self.figure.responded + left_out
        return left_out / given if self.looked and given else None


def steps_of(campaign: Campaign) -> list[Step]:
    """The three steps of a campaign now, in three statements."""
    points = list(campaign.points.values_list("pk", flat=True))
    measured = _measured(campaign, points)
    return [_attached(campaign, points), _reliable(measured, _faces(campaign)), _controlled(measured)]


def photos_told(campaign: Campaign) -> dict[str, int]:
    """Photos with consent of the last 28 days, and of those with a face, without one, not looked at."""
    found = faces_counted(campaign.pk, now() - timedelta(days=DAYS))
    yes, no, everything = found.get("yes", 0), found.get("no", 0), sum(found.values())
    return {"consented": everything, "face": yes, "no_face": no, "not_looked_at": everything - yes - no}


def _faces(campaign: Campaign) -> list[str]:
    """What photos tell: a signal in counts beside the others, which makes no step green or red."""
    counts = photos_told(campaign)
    if not counts["consented"]:
        return []
    told = _(
        "{consented} photos with consent: a face was present in {face}, none was found in {no_face}, "
        "{not_looked_at} were not looked at"
    )
    said = {name: spoken.count(n) for name, n in counts.items()}
    return [told.format(**said)]


def _measured(campaign: Campaign, points: Sequence[int]) -> Measured:
    zone = company().timezone
    last = today_in(zone) - timedelta(days=1)
    period = Period(last - timedelta(days=DAYS - 1), last, zone)
    told = list(told_by_point(period, points, campaign=campaign.pk).values())
    counts: dict[str, int] = {}
    for one in told:
        for what, n in one.all.items():
            counts[what] = counts.get(what, 0) + n
    served = served_of(counts)
    figure = figure_of(told, most_used(told), Scope(), period)
    return Measured(figure, served.employee, served.external, bool(counts.get("looked_at")))


def _attached(campaign: Campaign, points: Sequence[int]) -> Step:
    told, to_do = [], []
    if campaign.mode != Campaign.Mode.SURVEY:
        to_do.append(_("Make it a survey, so that everybody who is served is asked."))
    if campaign.step:
        told.append(_("Asked at: {step}").format(step=campaign.step))
    else:
        to_do.append(_("Name the step of the service at which it is asked."))
    if points:
        told.append(ngettext("At {n} point", "At {n} points", len(points)).format(n=len(points)))
    else:
        to_do.append(_("Choose the points where it is asked."))
    if not campaign.is_active:
        to_do.append(_("Switch the campaign on."))
    return Step("ATTACHED", not to_do, told, to_do)


def _reliable(measured: Measured, faces: list[str]) -> Step:
    told, to_do = list(faces), []
    deviation = (
        frame_deviation(measured.employee, measured.external)
        if measured.employee is not None and measured.external
        else None
    )
    if deviation is None:
        to_do.append(_("Let somebody else count those served too: a register, tickets or a door."))
    else:
        told.append(
            _("We counted {ours} served, the other count {theirs}").format(
                ours=spoken.count(measured.employee or 0), theirs=spoken.count(measured.external or 0)
            )
        )
        if deviation > DEFAULT_POLICY.frame_deviation_up_to:
            to_do.append(_("Find out why the two counts differ by more than 5 of 100."))
    share = measured.left_out_share
    if share is None:
        to_do.append(_("Record what the staff were told, so that unusual presses are looked for."))
    else:
        told.append(
            _("{n} of {all} answers left out after a confirmed question").format(
                n=spoken.count(measured.figure.excluded.get("LEFT_OUT", 0)),
                all=spoken.count(measured.figure.responded + measured.figure.excluded.get("LEFT_OUT", 0)),
            )
        )
        if share >= DEFAULT_POLICY.gaming_share_below:
            to_do.append(_("Wait until under 2 of 100 answers had to be left out in four weeks."))
    return Step("RELIABLE", not to_do, told, to_do)


def _controlled(measured: Measured) -> Step:
    figure = measured.figure
    told = [
        _("{answered} of {served} served answered in the last {days} days").format(
            answered=spoken.count(figure.responded), served=spoken.count(figure.served), days=DAYS
        ),
        _("Grade {grade}").format(grade=figure.grade),
    ]
    is_green = figure.grade == REWARDED
    return Step("CONTROLLED", is_green, told, [] if is_green else reasons(figure))
