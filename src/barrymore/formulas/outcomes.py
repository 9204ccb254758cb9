"""Final codes of a survey case and the response, cooperation, refusal and contact rates made of them."""

from dataclasses import dataclass
from typing import Literal

from barrymore.formulas.errors import FormulaError

Disposition = Literal["I", "P", "R"]

# US OMB Statistical Standards 3.2.9: below this rate a non-response bias analysis is due.
BIAS_ANALYSIS_BELOW = 0.80


@dataclass(frozen=True, slots=True)
class OutcomeCounts:
    """Cases by final AAPOR code; every case has exactly one, so that their sum is the frame.

    `eligibility` is e, the estimated share (0 to 1) of unknown cases that are eligible.
    Errors: NEGATIVE_COUNT, ELIGIBILITY_OUT_OF_RANGE.
    """

    complete: int = 0
    partial: int = 0
    refusal: int = 0
    non_contact: int = 0
    other: int = 0
    unknown_household: int = 0
    unknown_other: int = 0
    eligibility: float = 1.0

    def __post_init__(self) -> None:
        known = (self.complete, self.partial, self.refusal, self.non_contact, self.other)
        if min(*known, self.unknown_household, self.unknown_other) < 0:
            raise FormulaError("NEGATIVE_COUNT", "every outcome count must be 0 or more")
        if not 0 <= self.eligibility <= 1:
            raise FormulaError("ELIGIBILITY_OUT_OF_RANGE", f"e must be from 0 to 1, not {self.eligibility}")

    @property
    def interviews(self) -> int:
        """Complete and partial answers, I+P."""
        return self.complete + self.partial

    @property
    def eligible(self) -> int:
        """Cases known to be eligible, (I+P)+(R+NC+O)."""
        return self.interviews + self.refusal + self.non_contact + self.other

    @property
    def unknown(self) -> int:
        """Cases of unknown eligibility, UH+UO."""
        return self.unknown_household + self.unknown_other

    @property
    def frame(self) -> int:
        """All cases."""
        return self.eligible + self.unknown


@dataclass(frozen=True, slots=True)
class ResponseRates:
    """The sixteen AAPOR rates as fractions; None where the denominator is zero."""

    rr1: float | None
    rr2: float | None
    rr3: float | None
    rr4: float | None
    rr5: float | None
    rr6: float | None
    coop1: float | None
    coop2: float | None
    coop3: float | None
    coop4: float | None
    ref1: float | None
    ref2: float | None
    ref3: float | None
    con1: float | None
    con2: float | None
    con3: float | None


def response_rates(counts: OutcomeCounts) -> ResponseRates:
    """All rates of one frame: RR1-6, COOP1-4, REF1-3, CON1-3 (AAPOR Standard Definitions, 10th ed. 2023).

    RR1 <= RR3 <= RR5 and RR1 <= RR2 always hold.
    """
    full = counts.frame
    estimated = counts.eligible + counts.eligibility * counts.unknown
    known = counts.eligible
    spoken = counts.interviews + counts.refusal
    contacted = spoken + counts.other
    return ResponseRates(
        rr1=_share(counts.complete, full),
        rr2=_share(counts.interviews, full),
        rr3=_share(counts.complete, estimated),
        rr4=_share(counts.interviews, estimated),
        rr5=_share(counts.complete, known),
        rr6=_share(counts.interviews, known),
        coop1=_share(counts.complete, contacted),
        coop2=_share(counts.interviews, contacted),
        coop3=_share(counts.complete, spoken),
        coop4=_share(counts.interviews, spoken),
        ref1=_share(counts.refusal, full),
        ref2=_share(counts.refusal, estimated),
        ref3=_share(counts.refusal, known),
        con1=_share(contacted, full),
        con2=_share(contacted, estimated),
        con3=_share(contacted, known),
    )


def classify(
    answered: int, applicable: int, complete_above: float = 0.8, partial_from: float = 0.5
) -> Disposition | None:
    """Code of an opened form: I above 80 % of applicable items, P from 50 %, R (break-off) below.

    None when no item applied. Error ANSWERS_EXCEED_ITEMS. The thresholds are frozen per survey version
    before fieldwork (AAPOR Standard Definitions, 2023).
    """
    if not 0 <= answered <= max(applicable, 0):
        raise FormulaError("ANSWERS_EXCEED_ITEMS", f"{answered} of {applicable} items cannot be answered")
    if applicable == 0:
        return None
    share = answered / applicable
    # Nothing answered is a break-off too: a form that was opened is an implicit refusal (AAPOR 2.12).
    return "I" if share > complete_above else "P" if share >= partial_from else "R"


def asked_rate(counts: OutcomeCounts, served: int) -> float | None:
    """Share of served customers who were asked, (I+P+R)/served; None if none were (METHOD A1)."""
    return _share(counts.interviews + counts.refusal, served)


def bias_analysis_due(response_rate: float | None) -> bool:
    """Whether a non-response bias analysis must accompany the figure (US OMB Standards, 2006, 3.2.9)."""
    return response_rate is None or response_rate < BIAS_ANALYSIS_BELOW


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
