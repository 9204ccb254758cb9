"""Which devices and counts suit a place, and what can then be told of it: the product chooser (E41, E43).

The rules are the house's own: what a figure asks for stands in `formulas.grades`, what a device can do in
docs/devices.md and docs/kiosk.md.
"""

import math
from dataclasses import dataclass
from typing import Literal

from barrymore.formulas.grades import DEFAULT_POLICY, GatePolicy

Goal = Literal["hear", "measure", "whom", "cheer"]
Network = Literal["always", "sometimes", "never"]
Counter = Literal["register", "tickets", "door", "staff", "nobody"]
Device = Literal["kiosk", "poster", "post", "cheer"]
COUNTED_BY = {"register": "register", "tickets": "tickets", "door": "door", "staff": "employee"}


@dataclass(frozen=True, slots=True)
class Situation:
    """A place: what is wanted there, what it has, and how many customers a day it serves."""

    goals: frozenset[Goal]
    network: Network
    customers_a_day: int
    is_staffed: bool
    counter: Counter

    def __post_init__(self) -> None:
        if not self.goals:
            raise ValueError("goals: at least one of hear, measure, whom, cheer")
        if not 0 < self.customers_a_day <= 1_000_000:
            raise ValueError("customers_a_day: a number from 1 to 1,000,000")


@dataclass(frozen=True, slots=True)
class Kit:
    """What to put there and what it can tell.

    `devices` are kinds, the first the most important; `served_by` counts those served, empty where nobody
    does; `is_survey` whether shares will be told; `reports` and `warnings` are codes that a page puts into
    words. `days_to_a_share` is at the least rate of answers; None where no share will be told.
    """

    devices: tuple[Device, ...]
    served_by: str
    is_survey: bool
    reports: tuple[str, ...]
    warnings: tuple[str, ...]
    days_to_a_share: int | None


def kit_for(place: Situation, policy: GatePolicy = DEFAULT_POLICY) -> Kit:
    """The set that suits a place; a wish that it cannot fulfil stands among the warnings."""
    devices = _devices(place)
    served_by = COUNTED_BY.get(place.counter, "")
    if place.counter == "staff" and not place.is_staffed:
        served_by = ""
    asks = any(one in ("kiosk", "post") for one in devices)
    is_survey = asks and bool(served_by)
    return Kit(
        devices=devices,
        served_by=served_by,
        is_survey=is_survey,
        reports=_reports(devices, is_survey=is_survey),
        warnings=_warnings(place, served_by, devices),
        days_to_a_share=_days(place.customers_a_day, policy) if is_survey else None,
    )


def _devices(place: Situation) -> tuple[Device, ...]:
    wanted: list[Device] = []
    if "whom" in place.goals:
        wanted.append("post")
    elif place.goals & {"measure", "hear"}:
        # A kiosk keeps answers without a network; a poster needs that of the guest and nothing else.
        only_hears = "measure" not in place.goals
        wanted.append("poster" if only_hears and not place.is_staffed else "kiosk")
    if "hear" in place.goals and "poster" not in wanted:
        wanted.append("poster")
    if "cheer" in place.goals:
        wanted.append("cheer")
    return tuple(wanted)


def _reports(devices: tuple[Device, ...], *, is_survey: bool) -> tuple[str, ...]:
    if devices == ("cheer",):
        return ("smiles",)
    told = ["satisfaction", "zones", "response_rate"] if is_survey else ["counts"]
    if "post" in devices:
        told.append("whom")
    return (*told, "words", "recovery")


def _warnings(place: Situation, served_by: str, devices: tuple[Device, ...]) -> tuple[str, ...]:
    checks = {
        "NO_DENOMINATOR": bool(place.goals & {"measure", "whom"}) and not served_by,
        "COUNTED_BY_THE_JUDGED": place.counter == "staff" and place.is_staffed,
        "NOBODY_TO_TAP": place.counter == "staff" and not place.is_staffed,
        "LATE_WITHOUT_NETWORK": "hear" in place.goals and place.network != "always",
        "CARRIED_BY_HAND": place.network == "never",
        "FEW_CUSTOMERS": place.customers_a_day < 10,
        "POSTER_IS_FEEDBACK": "poster" in devices,
        "CHEER_MEASURES_NOTHING": "cheer" in devices,
        "NAMES_ARE_PEOPLE": "post" in devices,
    }
    return tuple(code for code, holds in checks.items() if holds)


def _days(customers: int, policy: GatePolicy) -> int:
    """Days until there are answers enough for a share, at the rate below which no number of days would do."""
    return math.ceil(policy.b.answers / (customers * policy.b.response_rate))
