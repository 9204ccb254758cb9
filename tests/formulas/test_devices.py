"""Every event of a device counts once, in whatever order it comes, and silence has a probability."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barrymore.formulas import devices
from barrymore.formulas.errors import FormulaError

events = st.lists(st.tuples(st.sampled_from(["door", "desk"]), st.integers(1, 40)), max_size=80)


@given(events, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing_but_the_duplicates(
    found: list[tuple[str, int]], chance: object
) -> None:
    once = devices.take_events(found)
    again = [*found, *found]
    chance.shuffle(again)  # type: ignore[attr-defined]
    twice = devices.take_events(again)
    assert (twice.accepted, twice.gaps, twice.order) == (once.accepted, once.gaps, once.order)
    assert twice.accepted + twice.duplicates == len(again)


@given(events)
def test_accepted_and_missing_are_all_numbers_up_to_the_highest(found: list[tuple[str, int]]) -> None:
    taken = devices.take_events(found)
    for device, numbers in taken.order.items():
        assert sorted({*numbers, *taken.gaps.get(device, ())}) == list(range(1, max(numbers) + 1))


def test_silence() -> None:
    assert devices.silence_probability(6, 1) == pytest.approx(math.exp(-6))
    assert devices.silence_probability(6, 1, dispersion=2) > devices.silence_probability(6, 1)
    assert devices.silence_probability(6, 1, dispersion=1e9) == pytest.approx(math.exp(-6), rel=1e-6)
    assert devices.silence_probability(0, 100) == 1


def test_a_burst() -> None:
    mean, p = devices.burst_probability(3, 15, 20)
    assert mean == pytest.approx(20 * 15 / 3600)
    assert p == pytest.approx(1 - math.exp(-mean) * (1 + mean + mean**2 / 2))
    assert devices.burst_probability(0, 15, 20)[1] == 1


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: devices.take_events([("door", 0)]), "COUNT_OUT_OF_RANGE"),
        (lambda: devices.silence_probability(-1, 1), "SCALE_OUT_OF_RANGE"),
        (lambda: devices.silence_probability(1, 1, 0), "SCALE_OUT_OF_RANGE"),
        (lambda: devices.burst_probability(-1, 1, 1), "COUNT_OUT_OF_RANGE"),
        (lambda: devices.burst_probability(1, 0, 1), "SCALE_OUT_OF_RANGE"),
    ],
)
def test_what_has_no_honest_result_is_refused(call: object, code: str) -> None:
    with pytest.raises(FormulaError) as refused:
        call()  # type: ignore[operator]
    assert refused.value.code == code
