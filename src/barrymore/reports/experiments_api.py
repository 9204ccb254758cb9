"""REST for experiments."""

from datetime import date
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status

from barrymore.figures.models import Experiment
from barrymore.figures.trying import PERMISSION, declare, result_of
from barrymore.organisation.access import actor_of
from barrymore.organisation.points import points_of
from barrymore.reports.experiments import experiments_of, may_see, said_by_rest

router = Router(tags=["reports"])


class ExperimentIn(Schema):
    """What is declared before it begins; points by their numbers."""

    name: str = Field(min_length=1, max_length=80)
    change: str = Field(min_length=1, max_length=400)
    primary: Literal["satisfaction", "response_rate"] = "satisfaction"
    treated: list[int] = Field(min_length=1, max_length=200)
    control: list[int] = Field(default_factory=list, max_length=200)
    starts: date
    ends: date


@router.get("/experiments")
def get_experiments(request: HttpRequest) -> dict[str, Any]:
    """The newest hundred experiments."""
    actor = actor_of(request)
    actor.need("figures.read")
    return {"items": [said_by_rest(one) for one in experiments_of(actor)]}


@router.get("/experiments/{experiment_id}")
def get_experiment(request: HttpRequest, experiment_id: int) -> dict[str, Any]:
    """One experiment with its groups, difference, interval, p, guardrail and verdict."""
    actor = actor_of(request)
    actor.need("figures.read")
    found = Experiment.objects.get(pk=experiment_id)
    if not may_see(actor, found):
        raise Http404
    return said_by_rest(found, result_of(found))


@router.post("/experiments", response={201: dict[str, Any]})
def post_experiment(request: HttpRequest, told: ExperimentIn) -> Status[dict[str, Any]]:
    """Declare one; it begins tomorrow at the earliest and is frozen from its first day on."""
    actor = actor_of(request)
    actor.need(PERMISSION)
    mine = {point.pk: point for point in points_of(actor, PERMISSION)}
    unknown = sorted({*told.treated, *told.control} - set(mine))
    if unknown:
        raise ValueError(f"points: {', '.join(map(str, unknown))} are not yours, not in use or not there")
    made = declare(
        actor,
        name=told.name,
        change=told.change,
        primary=told.primary,
        treated=[mine[ref] for ref in told.treated],
        control=[mine[ref] for ref in told.control],
        starts=told.starts,
        ends=told.ends,
    )
    return Status(201, said_by_rest(made))
