"""What an estimate must pass before anybody reads it: alikeness, the gate, the weights (METHOD A4, A5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from barrymore.figures.figure import Figure
from barrymore.formulas.grades import GateInputs, display, grade
from barrymore.formulas.intervals import wilson
from barrymore.formulas.representativeness import r_indicator
from barrymore.formulas.weighting import kish, poststratify

# In smaller strata chance alone makes answering look uneven.
SMALLEST_STRATUM = 30


@dataclass(frozen=True)
class Stratum:
    """A part of the frame: customers served or asked, those who answered, those who said good."""

    served: int
    answered: int
    good: int

    @property
    def is_telling(self) -> bool:
        """Whether it can stand alone."""
        return self.served >= SMALLEST_STRATUM and self.answered > 0


def taken_together(strata: Sequence[Stratum]) -> list[Stratum]:
    """Those that can stand alone, and all others as one."""
    rest = [one for one in strata if not one.is_telling]
    kept = [one for one in strata if one.is_telling]
    together = Stratum(
        sum(one.served for one in rest), sum(one.answered for one in rest), sum(one.good for one in rest)
    )
    return [*kept, together] if together.served else kept


def may_be_told(
    figure: Figure,
    strata: Sequence[Stratum],
    *,
    frame: int | None,
    frame_deviation: float | None = None,
    gaming_share: float | None = None,
    known_lost_share: float | None = None,
) -> bool:
    """Grade a figure of answers; whether its estimate may be shown. Shares are fractions, None unknown."""
    represented = r_indicator([one.served for one in strata], [one.answered for one in strata])
    if represented is not None:
        figure.r_indicator, figure.max_bias = represented.r_indicator, represented.max_bias
    verdict = grade(
        GateInputs(
            mode="survey",
            answered=figure.responded,
            served=frame,
            r_indicator=figure.r_indicator,
            frame_deviation=frame_deviation,
            gaming_share=gaming_share,
            known_lost_share=known_lost_share,
        )
    )
    figure.grade, figure.reasons = verdict.grade, list(verdict.reasons)
    figure.answers_to_next = verdict.answers_to_next
    return verdict.show_estimate and display(figure.responded) != "counts"


def weigh(figure: Figure, strata: Sequence[Stratum]) -> None:
    """The share of good weighted to the frame in each stratum, with Wilson on the effective number."""
    served, answered = [one.served for one in strata], [one.answered for one in strata]
    weighted = poststratify(served, answered, [one.good for one in strata])
    if weighted is None or 0 in answered:
        return
    spread = kish([n / r for n, r in zip(served, answered, strict=True)], answered)
    figure.effective_n = spread.effective_n if spread else float(figure.responded)
    figure.estimate = weighted.estimate
    figure.values["unweighted"] = figure.values["good"] / figure.responded
    interval = wilson(weighted.estimate * figure.effective_n, figure.effective_n)
    figure.interval = tuple(interval) if interval else None  # type: ignore[assignment]


def judge_what_we_wrote(figure: Figure, good: int, of: int, codes: Mapping[str, str]) -> None:
    """A share of what the house wrote down itself: nobody chose to answer, so all of the frame has.

    `codes` gives the gate's reasons the words of the figure; reasons that cannot hold here are left out.
    """
    verdict = grade(
        GateInputs(
            mode="survey",
            answered=of,
            served=of,
            r_indicator=1.0,
            frame_deviation=0.0,
            gaming_share=0.0,
            known_lost_share=0.0,
        )
    )
    figure.grade = verdict.grade
    figure.reasons = [codes[code] for code in verdict.reasons if code in codes]
    if verdict.show_estimate:
        figure.estimate = good / of
        figure.effective_n = float(of)
        figure.interval = tuple(wilson(good, of) or ()) or None  # type: ignore[assignment]
