"""Every metric of the house: its name, what it counts, and whether anybody may aim at it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from barrymore.figures import satisfaction, speed
from barrymore.figures.figure import Figure
from barrymore.figures.scope import Period, Scope
from barrymore.journal.models import Fact


@dataclass(frozen=True)
class Metric:
    """How a figure is made: load the items of a period once, then compute any part of them."""

    name: str
    label: Promise
    definition: Promise
    version: int
    load: Callable[[Period], Sequence[Any]]
    scope_fact: Callable[[Any], Fact]
    compute: Callable[[Sequence[Any], Scope, Period], Figure]


METRICS: dict[str, Metric] = {
    satisfaction.NAME: Metric(
        name=satisfaction.NAME,
        label=_("Satisfaction"),
        definition=_(
            "Of the customers drawn by lot after a closed conversation: how many said good or "
            "great, how many said otherwise, how many did not say. Those not drawn, or asked not long ago, "
            "are outside the frame."
        ),
        version=satisfaction.VERSION,
        load=satisfaction.load,
        scope_fact=satisfaction.scope_fact,
        compute=satisfaction.compute,
    ),
    speed.NAME: Metric(
        name=speed.NAME,
        label=_("Average speed of answer"),
        definition=_(
            "From the customer's first message to our first answer by a person, mean over answered "
            "conversations. Those without an answer are not in the mean; they are counted beside it."
        ),
        version=speed.VERSION,
        load=speed.load,
        scope_fact=speed.scope_fact,
        compute=speed.compute,
    ),
}

# Figures that are easily manipulated and do not say how good the service was (C6, C11).
DIAGNOSTICS: dict[str, Promise] = {
    "handle_time": _(
        "The length of a contact is no aim: people take the time that the customer needs. "
        "Aim at the speed of answer or at satisfaction with its comments."
    ),
    "first_contact_resolution": _(
        "Solved at the first contact is easily claimed and hides repeated contacts. "
        "Aim at satisfaction with its comments, and read this one as a diagnosis."
    ),
    "green_share": _(
        "A share of green presses speaks only of those who pressed. "
        "Run a survey with a counted number of served."
    ),
}
