"""Set the base of a point's charts anew: a named person, with a reason, once it is frozen again."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from barrymore.figures.course import A_WEEK
from barrymore.figures.models import Baseline
from barrymore.figures.scope import today_in
from barrymore.figures.tallies import told_by_period
from barrymore.formulas.courses import LEAST_PERIODS
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point
from barrymore.organisation.services import audit

PERMISSION = "targets.manage"
LONGEST_DAYS = 400
LONGEST_REASON = 400


@transaction.atomic
def rebase(actor: Actor, point: Point, every: str, first: date, last: date, reason: str) -> Baseline:
    """Hold the charts of a point against other days from now on. Raises NotAllowed, ValueError."""
    actor.need(PERMISSION)
    actor.need_at_site(PERMISSION, point.site_id)
    if every not in A_WEEK:
        raise ValueError(_("Choose days or weeks."))
    words = " ".join(reason.replace("\x00", "").split())[:LONGEST_REASON]
    if not words:
        raise ValueError(_("Say why: what is different since then?"))
    if every == "week":
        first, last = first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
    if not first <= last < today_in(point.site.timezone):
        raise ValueError(_("The first day comes before the last, and the last one is over."))
    if (last - first).days > LONGEST_DAYS:
        raise ValueError(_("Choose a year at most."))
    told = told_by_period(point.pk, every, [(first, last)])
    usable = sum(any(what.startswith("answer:survey:") for what in counts) for counts in told.values())
    if usable < LEAST_PERIODS:
        raise ValueError(
            _("Choose a span with at least {least} in which customers answered; this one has {n}.").format(
                least=LEAST_PERIODS, n=usable
            )
        )
    kept = Baseline.objects.create(
        point=point, every=every, first=first, last=last, reason=words, made_by=actor.staff, made_at=now()
    )
    audit(actor.staff, "chart.rebased", point.name, point=point.pk, every=every, reason=words)
    record(
        "chart.rebased",
        f"baseline:{kept.pk}",
        site=point.site_id,
        staff_ref=actor.staff.pk,
        dims={"point": point.pk, "every": every},
        values={"first": first.isoformat(), "last": last.isoformat()},
    )
    return kept
