"""Net promoter score of those who are asked every few months about us as a whole: METHOD A9."""

from collections import Counter
from collections.abc import Sequence

from barrymore.figures.figure import Figure, hash_of
from barrymore.figures.judging import may_be_told
from barrymore.figures.satisfaction import (
    OUTSIDE,
    Asked,
    add_rates,
    facts_in,
    load_cases,
    scope_fact,
    strata_of,
)
from barrymore.figures.scope import Period, Scope
from barrymore.formulas.scores import NpsCounts, nps, nps_counts
from barrymore.journal.models import Fact

__all__ = ["NAME", "VERSION", "compute", "load", "scope_fact"]

NAME = "nps"
VERSION = 1


def _is_of_the_relationship(fact: Fact) -> bool:
    told = fact.values
    return bool(told.get("kind") == "relationship" and told.get("scale") == "scale10")


def load(period: Period) -> list[Asked]:
    """The cases of relationship surveys on the scale from 0 to 10; no transactional one is among them."""
    return load_cases(period, _is_of_the_relationship)


def compute(items: Sequence[Asked], scope: Scope, period: Period) -> Figure:
    """Points from -100 to 100; the estimate is withheld by the same gate as satisfaction."""
    codes = Counter(item.code for item in items)
    frame = [item for item in items if item.code not in OUTSIDE]
    counts = nps_counts([item.score for item in frame])
    figure = Figure(
        metric=NAME,
        definition_version=VERSION,
        period=period,
        scope=scope,
        mode="survey",
        served=len(items),
        invited=len(frame),
        responded=counts.total,
        partial=sum(item.score is None and item.code in ("I", "P") for item in frame),
        refused=codes["R"],
        noncontact=codes["NC"] + codes["UO"],
        pending=codes[""],
        excluded={code: codes[code] for code in OUTSIDE if codes[code]},
        inputs_hash=hash_of(facts_in(items), VERSION),
    )
    figure.values = {
        "promoters": counts.promoters,
        "passives": counts.passives,
        "detractors": counts.detractors,
        "silent": figure.invited - counts.total,
    }
    add_rates(figure, codes)
    _add_bounds(figure, counts)
    strata = strata_of(frame, lambda fact: fact.dims.get("role") or "")
    score = nps(counts)
    if may_be_told(figure, strata, frame=figure.invited, known_lost_share=0.0) and score is not None:
        figure.estimate = score.score
        figure.interval = (score.adjusted.low, score.adjusted.high)
    return figure


def _add_bounds(figure: Figure, counts: NpsCounts) -> None:
    """Had all who did not say been detractors, or promoters (Manski, 2003)."""
    if not figure.invited:
        return
    net, silent = counts.promoters - counts.detractors, figure.invited - counts.total
    figure.bounds = (100 * (net - silent) / figure.invited, 100 * (net + silent) / figure.invited)
