"""Every worked example, and the families are whole."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from .adapter import FUNCTIONS

FAMILIES = {"OUT", "CI", "BND", "REP", "NPS", "TEL", "SLA", "EB", "SPC", "EXP", "DEV"}

with (Path(__file__).parent / "examples.csv").open(newline="", encoding="utf-8") as _file:
    EXAMPLES = list(csv.DictReader(_file))


def differences(expected: Any, actual: Any, tolerance: float, path: str = "") -> list[str]:
    """Paths at which the two disagree; numbers within the tolerance, everything else exactly."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        if expected.keys() != actual.keys():
            return [f"{path}: keys {sorted(expected)} but got {sorted(actual)}"]
        pairs = [(f"{path}.{key}", expected[key], actual[key]) for key in expected]
        return [line for name, e, a in pairs for line in differences(e, a, tolerance, name)]
    if isinstance(expected, list) and isinstance(actual, (list, tuple)) and len(expected) == len(actual):
        pairs = [(f"{path}[{i}]", e, a) for i, (e, a) in enumerate(zip(expected, actual, strict=True))]
        return [line for name, e, a in pairs for line in differences(e, a, tolerance, name)]
    numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (expected, actual))
    same = abs(expected - actual) <= tolerance + 1e-12 if numbers else expected == actual
    return [] if same else [f"{path}: {expected!r} but got {actual!r}"]


def test_no_family_is_left_out() -> None:
    assert {row["family"] for row in EXAMPLES} == FAMILIES


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_family_is_whole(family: str) -> None:
    wanted = {row["function"] for row in EXAMPLES if row["family"] == family}
    assert wanted and wanted <= FUNCTIONS.keys()


@pytest.mark.parametrize("row", [r for r in EXAMPLES if r["function"] in FUNCTIONS], ids=lambda r: r["id"])
def test_example(row: dict[str, str]) -> None:
    actual = FUNCTIONS[row["function"]](**json.loads(row["inputs_json"]))
    assert differences(json.loads(row["expected_json"]), actual, float(row["tol"])) == []


@pytest.mark.parametrize(
    ("expected", "actual"),
    [({"a": None}, {"a": 0}), ({"a": [1.0, 2.0]}, {"a": [1.0]}), ({"a": 1}, {}), (True, 1.5), (1.0, 1.1)],
)
def test_the_comparison_notices(expected: Any, actual: Any) -> None:
    assert differences(expected, actual, 1e-6) != []
