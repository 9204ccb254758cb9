"""Every metric of the house: its name, what it counts, and whether anybody may aim at it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from barrymore.figures import calls, contacts, nps, promises, recovery, satisfaction, speed
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
    nps.NAME: Metric(
        name=nps.NAME,
        label=_("Net promoter score"),
        definition=_(
            "Of the customers asked every few months about us as a whole, from 0 to 10: those of 9 and 10 "
            "less those of 0 to 6, in points of a hundred. Answers after a single conversation are not "
            "among them."
        ),
        version=nps.VERSION,
        load=nps.load,
        scope_fact=nps.scope_fact,
        compute=nps.compute,
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
    contacts.NAME: Metric(
        name=contacts.NAME,
        label=_("Contacts"),
        definition=_(
            "Every arrival by any channel counts once, at the hour at which it came, in the time zone of the "
            "site or company. The mean is over whole days that are past, from the first contact of the house "
            "on, days without a contact included. What was taken for spam on its arrival is left out and "
            "counted beside it."
        ),
        version=contacts.VERSION,
        load=contacts.load,
        scope_fact=contacts.scope_fact,
        compute=contacts.compute,
    ),
    promises.NAME: Metric(
        name=promises.NAME,
        label=_("Promises kept"),
        definition=_(
            "Of the promises that ended in the period, how many ended before their time ran out. A promise "
            "still running is neither kept nor broken; one whose time has run out and that has not ended is "
            "counted beside. A solution that was opened again counts once, with its last end."
        ),
        version=promises.VERSION,
        load=promises.load,
        scope_fact=promises.scope_fact,
        compute=promises.compute,
    ),
    calls.NAME: Metric(
        name=calls.NAME,
        label=_("Calls answered in time"),
        definition=_(
            "Of the calls that reached a queue in the period and have ended: how many were answered within "
            "the target that held when they came. Who hung up within five seconds is left out and counted "
            "beside; who hung up later, and what was lost by our fault, counts as not answered in time. "
            "The wait runs from the first entry into a queue, also where the call was passed on."
        ),
        version=calls.VERSION,
        load=calls.load,
        scope_fact=calls.scope_fact,
        compute=calls.compute,
    ),
    recovery.NAME: Metric(
        name=recovery.NAME,
        label=_("Put right within the visit"),
        definition=_(
            "Red presses that count and bad answers, each once; more red at one point while nobody has it is "
            "one. Put right is what the guest confirms; what we say is counted apart. The share is over "
            "guests whose departure is known and who confirmed or left; who left without a word counts "
            "as not put right. Others are counted beside it."
        ),
        version=recovery.VERSION,
        load=recovery.load,
        scope_fact=recovery.scope_fact,
        compute=recovery.compute,
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
