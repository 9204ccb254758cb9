"""Comparisons keep their promises about error, also for those who look every day."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barrymore.formulas import experiments
from barrymore.formulas.errors import FormulaError
from barrymore.formulas.experiments import Verdict
from barrymore.formulas.intervals import wilson


def test_the_published_difference() -> None:
    """Newcombe, 1998, table II, (a): 56/70 against 48/80 by method 10."""
    found = experiments.compare_shares(56, 70, 48, 80)
    assert (found.interval.low, found.interval.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_without_variance_there_is_no_z() -> None:
    found = experiments.compare_shares(10, 10, 8, 8)
    assert (found.difference, found.z, found.p) == (0, None, None)
    assert found.exact_p == 1
    assert found.interval.low < 0 < found.interval.high


@given(st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=50, deadline=None)
def test_the_order_turns_the_sign(x1: int, x2: int) -> None:
    there, back = (
        experiments.compare_shares(x1, 60, x2, 60),
        experiments.compare_shares(x2, 60, x1, 60),
    )
    assert there.difference == pytest.approx(-back.difference)
    assert there.interval.low == pytest.approx(-back.interval.high)


def test_looking_every_day_does_not_find_what_is_not_there() -> None:
    """Two equal arms watched after every tenth case: at most 5 % ever cross, a plain z test far more."""
    chance = np.random.default_rng(11)
    crossed = plain = 0
    for _ in range(300):
        a, b = chance.binomial(1, 0.7, (2, 500)).cumsum(axis=1)
        looks = range(19, 500, 10)
        crossed += any(
            experiments.mixture_test(a[n] / (n + 1), b[n] / (n + 1), n + 1, 0.01).p < 0.05 for n in looks
        )
        plain += any(
            (experiments.compare_shares(int(a[n]), n + 1, int(b[n]), n + 1).p or 1) < 0.05 for n in looks
        )
    assert crossed <= 0.05 * 300
    assert plain > 2 * 0.05 * 300


def test_what_does_not_vary_proves_nothing() -> None:
    assert experiments.mixture_test(1.0, 1.0, 50, 0.01).p == 1


@given(st.integers(0, 200), st.integers(1, 200))
@settings(max_examples=60, deadline=None)
def test_an_interval_to_be_watched_is_wider_than_one_looked_at_once(x: int, n: int) -> None:
    x = min(x, n)
    watched, once = experiments.confidence_sequence(x, n), wilson(x, n)
    assert once is not None
    assert 0 <= watched.low <= x / n <= watched.high <= 1
    assert watched.width > once.width * 0.999


def test_before_the_first_answer_everything_is_possible() -> None:
    assert tuple(experiments.confidence_sequence(0, 0)) == (0, 1)


def test_verdicts_case_by_case() -> None:
    assert experiments.wald_sequential([1, 1, 1], 0.05, 0.2).verdict is Verdict.WORSE
    assert experiments.wald_sequential([0] * 20, 0.05, 0.2).verdict is Verdict.USUAL
    assert experiments.wald_sequential([0, 1, 0], 0.05, 0.2).verdict is Verdict.GO_ON


@pytest.mark.parametrize(
    ("looks", "kind", "constant"),
    # Jennison & Turnbull, 2000, tables 2.1 and 2.3, alpha 0.05.
    [(1, "obf", 1.960), (2, "obf", 1.977), (4, "obf", 2.024), (5, "pocock", 2.413), (2, "pocock", 2.178)],
)
def test_planned_looks(looks: int, kind: str, constant: float) -> None:
    found, bounds = experiments.planned_looks(looks, kind)
    assert found == pytest.approx(constant, abs=0.001)
    assert len(bounds) == looks
    assert bounds[-1] == pytest.approx(found)


def test_many_questions() -> None:
    """Benjamini & Hochberg, 1995, their 15 tests: four are rejected, by Holm three."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
         0.6528, 0.7590, 1.0]  # fmt: skip
    assert experiments.adjust_many(p, method="bh").rejected == 4
    assert experiments.adjust_many(p, method="holm").rejected == 3
    assert experiments.adjust_many(p, method="by").rejected <= 4
    assert experiments.adjust_many([]).p == ()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
@settings(max_examples=60)
def test_no_adjusted_p_is_smaller_than_it_was(p: list[float]) -> None:
    for method in ("holm", "bh", "by"):
        raised = experiments.adjust_many(p, 0.05, method).p
        assert all(now >= was - 1e-12 for now, was in zip(raised, p, strict=True))


def test_more_cases_for_less_difference() -> None:
    sizes = [experiments.sample_size(0.8, other) for other in (0.9, 0.85, 0.82)]
    assert sizes == sorted(sizes)
    assert experiments.sample_size(0.8, 0.9) == experiments.sample_size(0.9, 0.8)


def test_arms_that_did_not_fall_as_planned() -> None:
    assert experiments.arms_mismatch([5000, 5030], [0.5, 0.5]) > 0.5
    assert experiments.arms_mismatch([5000, 5600], [0.5, 0.5]) < experiments.MISMATCH_BELOW


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: experiments.compare_shares(1, 0, 1, 1), "COUNT_OUT_OF_RANGE"),
        (lambda: experiments.compare_shares(2, 1, 1, 1), "COUNT_OUT_OF_RANGE"),
        (lambda: experiments.mixture_test(0.5, 0.5, 0, 0.01), "COUNT_OUT_OF_RANGE"),
        (lambda: experiments.mixture_test(1.5, 0.5, 5, 0.01), "SHARE_OUT_OF_RANGE"),
        (lambda: experiments.mixture_test(0.5, 0.5, 5, 0), "SCALE_OUT_OF_RANGE"),
        (lambda: experiments.confidence_sequence(3, 2), "COUNT_OUT_OF_RANGE"),
        (lambda: experiments.wald_sequential([1], 0.2, 0.1), "SHARE_OUT_OF_RANGE"),
        (lambda: experiments.planned_looks(0), "LOOKS_OUT_OF_RANGE"),
        (lambda: experiments.planned_looks(3, "daily"), "UNKNOWN_KIND"),
        (lambda: experiments.adjust_many([1.2]), "P_OUT_OF_RANGE"),
        (lambda: experiments.adjust_many([0.2], method="hope"), "UNKNOWN_KIND"),
        (lambda: experiments.sample_size(0.5, 0.5), "NO_DIFFERENCE"),
        (lambda: experiments.sample_size(0, 0.5), "SHARE_OUT_OF_RANGE"),
        (lambda: experiments.arms_mismatch([0, 0], [0.5, 0.5]), "COUNT_OUT_OF_RANGE"),
        (lambda: experiments.arms_mismatch([1, 1], [0.5, 0.6]), "SHARE_OUT_OF_RANGE"),
    ],
)
def test_what_has_no_honest_result_is_refused(call: object, code: str) -> None:
    with pytest.raises(FormulaError) as refused:
        call()  # type: ignore[operator]
    assert refused.value.code == code
