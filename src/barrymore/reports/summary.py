"""The summary of a period in sentences: what the page shows, the PDF prints, and a manager is sent."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from barrymore.figures import calls, wording
from barrymore.figures.figure import Figure
from barrymore.figures.scope import Period, Scope, today_in, zone_of
from barrymore.figures.selectors import Reading
from barrymore.journal.moment import now
from barrymore.journal.selectors import facts_of
from barrymore.organisation.models import Site
from barrymore.organisation.selectors import company
from barrymore.reports.library import REPORTS
from barrymore.reports.quality import Line, quality_of


@dataclass(frozen=True)
class Paragraph:
    """One figure: its name, its sentence, and what stands beneath it in small."""

    name: str
    sentence: str
    grade: str
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Summary:
    """All figures of a period. `place` is a site, or empty for all."""

    company: str
    place: str
    period: Period
    made_at: datetime
    contacts: list[Paragraph]
    points: list[Paragraph]

    @property
    def days(self) -> str:
        """The period in words."""
        first, last = (date_format(day, "DATE_FORMAT") for day in (self.period.first, self.period.last))
        return _("{first} to {last}").format(first=first, last=last)

    @property
    def title(self) -> str:
        """What it is of."""
        return f"{self.company}, {self.place}" if self.place else self.company


def summary_of(site: Site | None, period: Period) -> Summary:
    """The reports, each beside the period before, and every point where customers were served or asked.

    A house without a telephone reads nothing of calls.
    """
    rings = facts_of(calls.QUEUED, period.before.since, period.until).exists()
    return Summary(
        company=company().name or "Barrymore",
        place=site.name if site else "",
        period=period,
        made_at=now(),
        contacts=[
            _beside_before(str(report.title), report.metric, site, period)
            for report in REPORTS.values()
            if report.metric != calls.NAME or rings
        ],
        points=_points(site, period),
    )


def _beside_before(name: str, metric: str, site: Site | None, period: Period) -> Paragraph:
    reading = Reading(metric, Scope(site=site.pk if site else None), period, period.before)
    made = _paragraph(name, reading.figure(period))
    before = wording.sentence(reading.figure(period.before))
    made.notes.append(_("In the same number of days before: {sentence}").format(sentence=before))
    return made


def _points(site: Site | None, period: Period) -> list[Paragraph]:
    lines = quality_of(period, site.pk if site else None).lines
    told = [line for line in lines if line.figure is not None or line.served or line.presses]
    with_site = site is None and len({line.point.site_id for line in told}) > 1
    found = []
    for line in told:
        name = f"{line.point.name}, {line.point.site.name}" if with_site else line.point.name
        if line.figure is not None:
            found.append(_paragraph(name, line.figure))
        else:
            found.append(Paragraph(name, _counted(line), "F"))
    return found


def _counted(line: Line) -> str:
    if line.served is None:
        return _("{presses} presses. Nobody counted those served, so there is no share.").format(
            presses=line.presses
        )
    counted = _("{served} served, {presses} presses. Nobody was asked, so there is no share.")
    return counted.format(served=line.served, presses=line.presses)


def _paragraph(name: str, figure: Figure) -> Paragraph:
    notes = [wording.verdict(figure), wording.needed(figure), " ".join(wording.reasons(figure))]
    return Paragraph(name, wording.sentence(figure), figure.grade, [str(note) for note in notes if note])


def last_whole(every: str, site_ref: int | None, on: date | None = None) -> Period:
    """The last calendar week (Monday to Sunday) or month that has ended, by the clock of the site."""
    zone = zone_of(site_ref)
    today = on or today_in(zone)
    if every == "month":
        last = today.replace(day=1) - timedelta(days=1)
        return Period(last.replace(day=1), last, zone)
    last = today - timedelta(days=today.weekday() + 1)
    return Period(last - timedelta(days=6), last, zone)
