"""The expected wait against published values and against a simulated queue."""

import numpy as np
import pytest

from barrymore.formulas.errors import FormulaError
from barrymore.formulas.expected_wait import ExpectedWait, expected_wait, within

PAIRS = ((0, 2), (1, 3), (2, 5), (3, 8), (5, 10), (5, 15), (10, 20))


def test_the_mean_is_that_of_the_gaps() -> None:
    # Whitt 1999, (2): n + 1 gaps of 1/(s mu) each.
    found = expected_wait(3, 2, 300.0, 1000)
    assert found is not None and found.mean == 600.0


@pytest.mark.parametrize(
    ("ahead", "observed", "low", "high"),
    # Critical values of F from printed tables: F(.90; 2, 10) = 2.92, F(.90; 4, 20) = 2.25,
    # F(.90; 10, 20) = 1.94; the lower ones are 1/F(.90) with the degrees exchanged: 1/9.39, 1/3.84, 1/2.20.
    [(0, 5, 1 / 9.39, 2.92), (1, 10, 1 / 3.84, 2.25), (4, 10, 1 / 2.20, 1.94)],
)
def test_the_interval_is_that_of_the_tables(ahead: int, observed: int, low: float, high: float) -> None:
    found = expected_wait(ahead, ahead + 1, 1.0, observed)
    assert found is not None
    assert found.low == pytest.approx(low, rel=0.005)
    assert found.high == pytest.approx(high, rel=0.005)


@pytest.mark.parametrize(("ahead", "serving", "observed"), [(0, 1, 5), (2, 3, 12), (9, 4, 50)])
def test_eight_of_ten_waits_lie_in_the_interval(ahead: int, serving: int, observed: int) -> None:
    random = np.random.default_rng(1)
    inside = 0
    for _ in range(2000):
        mean = float(random.exponential(240.0, observed).mean())
        found = expected_wait(ahead, serving, mean, observed)
        assert found is not None
        wait = random.exponential(240.0 / serving, ahead + 1).sum()
        inside += found.low <= wait <= found.high
    assert inside / 2000 == pytest.approx(0.8, abs=0.03)


def test_nothing_is_said_where_nothing_is_known() -> None:
    assert expected_wait(1, 0, 300.0, 100) is None
    assert expected_wait(1, 2, 300.0, 4) is None
    assert expected_wait(1, 2, 0.0, 100) is None
    with pytest.raises(FormulaError):
        expected_wait(-1, 2, 300.0, 100)


def test_the_narrowest_pair_that_holds_it_is_said() -> None:
    assert within(ExpectedWait(190, 300, 470), PAIRS) == (3, 8)
    assert within(ExpectedWait(70, 100, 119), PAIRS) == (0, 2)
    assert within(ExpectedWait(130, 200, 290), PAIRS) == (2, 5)
    assert within(ExpectedWait(30, 300, 900), PAIRS) is None
    assert within(ExpectedWait(600, 900, 9000), PAIRS) is None
