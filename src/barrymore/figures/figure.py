"""The figure object: a number that never travels without its counts."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from barrymore.figures.scope import Period, Scope
from barrymore.journal.models import Fact
from barrymore.journal.moment import now


@dataclass
class Figure:
    """The one shape of every figure, in pages, in the API and in exports.

    Shares are fractions from 0 to 1, times are seconds. `values` holds what the estimate
    alone cannot say (median, 90th percentile); everything else is named in DESIGN.md 6.
    """

    metric: str
    definition_version: int
    period: Period
    scope: Scope
    mode: str
    served: int
    invited: int = 0
    responded: int = 0
    partial: int = 0
    refused: int = 0
    noncontact: int = 0
    pending: int = 0
    response_rate: float | None = None
    rates: dict[str, float | None] = field(default_factory=dict)
    estimate: float | None = None
    interval: tuple[float, float] | None = None
    bounds: tuple[float, float] | None = None
    zones: dict[str, float] | None = None
    r_indicator: float | None = None
    max_bias: float | None = None
    effective_n: float | None = None
    grade: str = "C"
    reasons: list[str] = field(default_factory=list)
    known_lost: int = 0
    excluded: dict[str, int] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    answers_to_next: int | None = None
    as_of: datetime = field(default_factory=now)
    inputs_hash: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The figure as JSON carries it."""
        shown = {name: value for name, value in vars(self).items() if name not in ("period", "scope")}
        return {
            **shown,
            "period": self.period.as_dict(),
            "timezone": self.period.timezone,
            "scope": self.scope.as_dict(),
            "as_of": self.as_of.isoformat(),
        }


def hash_of(facts: Iterable[Fact], version: int) -> str:
    """The same facts under the same definition always give the same hash."""
    digest = hashlib.sha256(str(version).encode())
    for line in sorted(map(_line, facts)):
        digest.update(line + b"\n")
    return digest.hexdigest()[:32]


def _line(fact: Fact) -> bytes:
    """A fact as the hash reads it, kept with the fact: a report reads it for whole, part and week."""
    line: bytes | None = fact.__dict__.get("_hashed")
    if line is None:
        line = f"{fact.key}|{json.dumps(fact.values, sort_keys=True)}".encode()
        fact.__dict__["_hashed"] = line
    return line
