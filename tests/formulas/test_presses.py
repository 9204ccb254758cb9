"""Which presses of one device are one press."""

from bisect import insort
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barrymore.formulas.presses import Pressed, settle


def marks(*moments: float) -> list[str]:
    """The marks of presses told in this order, by time."""
    settled: list[Pressed] = []
    for number, at in enumerate(moments):
        pressed = Pressed(number, at)
        settle(settled, pressed)
        insort(settled, pressed, key=lambda one: one.at)
    return [one.mark for one in settled]


@pytest.mark.parametrize(
    ("moments", "wanted"),
    [
        ([0], "c"),
        ([0, 1.99], "cd"),
        ([0, 2.0], "cc"),
        ([0, 1.5, 3.0], "cdc"),
        ([3.0, 1.5], "dc"),
        ([n * 2.1 for n in range(7)], "ccccccc"),
        ([n * 2.1 for n in range(8)], "cbbbbbbb"),
        ([n * 0.3 for n in range(30)], "cdddddd" + "b" * 23),
        ([0, *(100 + n * 0.3 for n in range(8))], "ccddddddb"),
    ],
)
def test_marks(moments: list[float], wanted: str) -> None:
    assert "".join(mark[0] for mark in marks(*moments)) == wanted


def test_what_a_burst_takes_back_is_told() -> None:
    settled = [Pressed(n, n * 2.1, "counted") for n in range(7)]
    last = Pressed(7, 14.7)
    assert [one.ref for one in settle(settled, last)] == [1, 2, 3, 4, 5, 6]
    assert last.mark == "burst"


@given(st.lists(st.floats(0, 60), min_size=1, max_size=40))
def test_in_any_order_something_counts_and_no_two_that_count_stand_close(moments: list[float]) -> None:
    settled: list[Pressed] = []
    for number, at in enumerate(moments):
        pressed = Pressed(number, at)
        settle(settled, pressed)
        insort(settled, pressed, key=lambda one: one.at)
        counted = [one.at for one in settled if one.mark == "counted"]
        assert counted
        assert all(later - earlier >= 2.0 for earlier, later in pairwise(counted))
