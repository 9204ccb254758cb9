"""REST of the product chooser. What it recommends is put there by `/points`, `/campaigns` and `/devices`."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from barrymore.formulas.kits import Counter, Goal, Network, Situation, kit_for
from barrymore.organisation.access import actor_of

router = Router(tags=["points"])


class SituationIn(Schema):
    """A place and what is wanted there."""

    goals: list[Goal] = Field(min_length=1)
    customers_a_day: int = Field(ge=1, le=1_000_000)
    network: Network = "always"
    counter: Counter = "nobody"
    is_staffed: bool = True


@router.post("/kits/recommend")
def recommend(request: HttpRequest, asked: SituationIn) -> dict[str, Any]:
    """What suits a place, what can be told of it and what cannot, as codes; nothing is made."""
    actor_of(request).need("settings.manage")
    place = Situation(
        frozenset(asked.goals), asked.network, asked.customers_a_day, asked.is_staffed, asked.counter
    )
    return asdict(kit_for(place))
