"""Once a day, when the day of a site is over: does the response rate of a point fall by more than chance?"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from barrymore.alerts.models import Alert, Kind
from barrymore.alerts.raising import Happened, finish, raise_alert
from barrymore.alerts.rules import rule_for
from barrymore.figures import spoken
from barrymore.figures.course import RATE, Chart, Course, course_of
from barrymore.figures.models import Followed
from barrymore.figures.tallies import points_that_ask
from barrymore.journal.moment import now
from barrymore.organisation.models import Point, Site
from barrymore.organisation.points import points
from barrymore.sla.selectors import is_open

# What was kept offline over night has arrived by then.
SETTLED_AFTER = timedelta(hours=3)
ASKED_WITHIN = timedelta(days=28)
# After a pause of the work no more days than these are looked at.
MOST_DAYS = 7
# So many closed days without a signal end what was told.
CALM_DAYS = 7


def falling_round() -> int:
    """Look at each site whose day has ended since the last look; returns how many alerts were raised."""
    return sum(_look(site) for site in Site.objects.all())


def _look(site: Site) -> int:
    over = (now() - SETTLED_AFTER).astimezone(ZoneInfo(site.timezone)).date() - timedelta(days=1)
    reader = f"falling:{site.pk}"
    before = Followed.objects.filter(reader=reader).values_list("last_id", flat=True).first() or 0
    if before >= over.toordinal():
        return 0
    since = max(date.fromordinal(before + 1) if before else over, over - timedelta(days=MOST_DAYS - 1))
    here = {point.pk: point for point in points().filter(site=site, is_active=True)}
    asked = points_that_ask(over - ASKED_WITHIN, over, here)
    raised = sum(_look_at(here[ref], since, over) for ref in asked)
    # Last, so that a look that was broken off is done again; what it has raised is known by its key.
    Followed.objects.update_or_create(reader=reader, defaults={"last_id": over.toordinal()})
    return raised


def _look_at(point: Point, since: date, over: date) -> bool:
    course = course_of(point, "day", over)
    chart = course.charts[RATE]
    days = [course.periods[one.place].begins for one in chart.signals if one.side < 0]
    told = Alert.objects.filter(kind=Kind.FALLING_RATE, point=point).exclude(state=Alert.State.DONE)
    if any(day >= since for day in days):
        return not told.exists() and _raise(course, chart, max(days))
    if not any(day > over - timedelta(days=CALM_DAYS) for day in days):
        for alert in told:
            finish(alert)
    return False


def _raise(course: Course, chart: Chart, day: date) -> bool:
    point = course.point
    place = next(number for number, one in enumerate(course.periods) if one.begins == day)
    usual = chart.usual.level if chart.usual else 0.0
    what = Happened(
        kind=Kind.FALLING_RATE,
        key=f"rate:{point.pk}:{day.isoformat()}",
        at=_end_of(day, point.site),
        site=point.site,
        point=point,
        params={
            "point": point.pk,
            "place": f"{point.name}, {point.site.name}",
            "answered": spoken.count(chart.x[place]),
            "served": spoken.count(chart.n[place]),
            "usual": spoken.count(usual * chart.n[place]),
        },
    )
    try:
        with transaction.atomic():
            raise_alert(what, rule_for(Kind.FALLING_RATE, point.site, point, now(), is_open))
    except IntegrityError:
        # Told before: another worker, or a look that was broken off.
        return False
    return True


def _end_of(day: date, site: Site) -> datetime:
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(site.timezone))
    return min(midnight, now())
