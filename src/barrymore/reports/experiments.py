"""Experiments for a reader: those whose points one may see, as numbers for page and REST."""

from typing import Any

from barrymore.figures import spoken
from barrymore.figures.models import Experiment
from barrymore.figures.trying import Cell, Result
from barrymore.figures.trying_words import verdict_of
from barrymore.organisation.access import Actor

MOST = 100


def experiments_of(actor: Actor) -> list[Experiment]:
    """The newest, of sites that a person may see, in three statements."""
    found = Experiment.objects.select_related("declared_by").prefetch_related("treated", "control")[:MOST]
    return [one for one in found if may_see(actor, one)]


def may_see(actor: Actor, experiment: Experiment) -> bool:
    """Whether all its points stand at sites that a person may see."""
    points = [*experiment.treated.all(), *experiment.control.all()]
    sites = {point.site_id for point in points}
    return all(actor.may_at_site("figures.read", site) for site in sites)


def lines_of(result: Result) -> list[dict[str, Any]]:
    """The cells that there are, in the order in which they are read."""
    cells = {
        "treated_before": result.treated_before,
        "treated": result.treated,
        "control_before": result.control_before,
        "control": result.control,
    }
    return [{"name": name, **_line(cell)} for name, cell in cells.items() if cell is not None]


def _line(cell: Cell) -> dict[str, Any]:
    rate = cell.response_rate
    return {
        "served": cell.served,
        "external": cell.external,
        "answered": cell.answered,
        "good": cell.good,
        "response_rate": rate,
        "rate": spoken.in_100(rate) if rate is not None else "",
    }


def said_by_rest(experiment: Experiment, result: Result | None = None) -> dict[str, Any]:
    """An experiment as REST tells it, with its result where that is asked for."""
    told: dict[str, Any] = {
        "id": experiment.pk,
        "name": experiment.name,
        "change": experiment.change,
        "primary": experiment.primary,
        "treated": sorted(point.pk for point in experiment.treated.all()),
        "control": sorted(point.pk for point in experiment.control.all()),
        "starts": f"{experiment.starts}",
        "ends": f"{experiment.ends}",
        "declared_at": experiment.declared_at.isoformat(),
    }
    if result is None:
        return told
    effect = result.effect
    return told | {
        "scale": result.scale,
        "last_day": f"{result.last}" if result.last else None,
        "groups": [{key: value for key, value in line.items() if key != "rate"} for line in lines_of(result)],
        "difference": effect.value if effect else None,
        "interval": list(effect.interval) if effect else None,
        "net_of_before": result.is_net_of_before,
        "always_valid_p": result.p,
        "sample_ratio_p": result.mismatch,
        "blocked": result.blocked,
        "verdict": verdict_of(experiment, result),
    }
