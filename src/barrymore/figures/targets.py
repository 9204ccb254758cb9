"""Set an aim, or say why this figure must not be one."""

from django.db import transaction

from barrymore.figures import points
from barrymore.figures.models import Target
from barrymore.figures.refused import refuse_shares
from barrymore.figures.registry import DIAGNOSTICS, METRICS
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.services import audit


class NotAnAim(ValueError):
    """The figure is a diagnostic; the text says why and what to aim at instead."""


@transaction.atomic
def set_target(actor: Actor, metric: str, value: float, scope: str = "") -> Target:
    """Set an aim for a figure that is hard to game. Raises NotAnAim, NotAFigure, ValueError."""
    actor.need("targets.manage")
    if metric in DIAGNOSTICS:
        raise NotAnAim(str(DIAGNOSTICS[metric]))
    refuse_shares(metric)
    if metric not in METRICS and metric != points.NAME:
        raise ValueError(f"metric: one of {', '.join([*METRICS, points.NAME])}")
    target, _ = Target.objects.update_or_create(
        metric=metric,
        scope=scope,
        defaults={"value": value, "set_by_ref": actor.staff.pk, "set_at": now()},
    )
    audit(actor.staff, "target.set", metric, value=value, scope=scope)
    return target
