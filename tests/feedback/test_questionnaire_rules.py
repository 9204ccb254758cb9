"""The rules of questionnaires, in Python and in the browser's language, held to one table of examples."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barrymore.formulas import questionnaires as rules
from barrymore.formulas.questionnaire_faults import WrongDefinition
from barrymore.formulas.questionnaire_reading import read_definition

TABLE = json.loads((Path(__file__).parent / "questionnaire_examples.json").read_text())
FRONTEND = Path(__file__).parents[2] / "frontend"
CHECKED = ("items", "answered", "code", "score", "scale", "dropped", "problems")


def told(example: dict[str, Any]) -> dict[str, Any]:
    """What the rules say of an example, in the shape of the table."""
    form = read_definition(TABLE["definitions"][example["definition"]])
    answers = example["answers"]
    checked = rules.check(form, answers)
    found: dict[str, Any] = {name: getattr(checked, name) for name in CHECKED}
    found["answers_kept"] = checked.answers
    found["applicable"] = list(checked.applicable)
    kept = checked.answers
    found["next"] = [[page, rules.next_page(form, kept, page)] for page, _ in example.get("next", [])]
    found["previous"] = [
        [page, rules.previous_page(form, kept, page)] for page, _ in example.get("previous", [])
    ]
    found["missing"] = {page: rules.missing(form, kept, int(page)) for page in example.get("missing", {})}
    questions = {one.key: one for one in form.questions}
    found["texts"] = {
        key: [language, rules.told_text(form, questions[key], kept, language)]
        for key, (language, _) in example.get("texts", {}).items()
    }
    found["options"] = {
        key: [option.key for option in rules.options_of(form, questions[key], kept)]
        for key in example.get("options", {})
    }
    return found


@pytest.mark.parametrize("example", TABLE["examples"], ids=lambda one: one["name"])
def test_each_example_holds(example: dict[str, Any]) -> None:
    found = told(example)
    expected = {name: value for name, value in example.items() if name in found}
    assert {name: found[name] for name in expected} == expected
    assert found["problems"] == example.get("problems", {})
    if not found["problems"]:
        form = read_definition(TABLE["definitions"][example["definition"]])
        assert list(rules.applicable(form, found["answers_kept"])) == found["applicable"]


@pytest.mark.parametrize("case", TABLE["refused"], ids=lambda one: one["says"][:60])
def test_a_wrong_definition_is_refused_with_its_place(case: dict[str, Any]) -> None:
    with pytest.raises(WrongDefinition) as refused:
        read_definition(case["definition"])
    faults = [f"{place}: {what}" for place, what in refused.value.faults]
    assert any(fault.startswith(case["says"]) for fault in faults), faults


@pytest.mark.parametrize(
    "nonsense", [None, [], 7, "x", {}, {"languages": 1}, {"languages": ["en"], "questions": [1]}]
)
def test_no_nonsense_breaks_the_reader(nonsense: Any) -> None:
    with pytest.raises(WrongDefinition):
        read_definition(nonsense)


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 12) | st.sampled_from(["slow", "rude", "", "x", "worst"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "email", "in"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(
    st.dictionaries(st.sampled_from(["score", "why", "worst", "rest", "call", "loved"]), anything, max_size=6)
)
def test_whatever_is_answered_has_one_code_and_only_what_applies_is_kept(answers: dict[str, Any]) -> None:
    form = read_definition(TABLE["definitions"]["branch"])
    checked = rules.check(form, answers)
    assert checked.code in ("I", "P", "R")
    assert set(checked.answers) <= set(checked.applicable)
    assert 0 <= checked.answered <= checked.items <= len(checked.applicable)
    again = rules.check(form, checked.answers)
    assert (again.answers, again.code, again.dropped, again.problems) == (
        checked.answers,
        checked.code,
        0,
        {},
    )


def test_the_browsers_twin_says_the_same(tmp_path: Path) -> None:
    node, esbuild = shutil.which("node"), FRONTEND / "node_modules/.bin/esbuild"
    if node is None or not esbuild.exists():
        pytest.skip("node and frontend/node_modules are needed: run scripts/bundle")
    twin = tmp_path / "twin.mjs"
    subprocess.run(
        [str(esbuild), str(FRONTEND / "src/questionnaire.ts"), "--bundle", "--format=esm",
         f"--outfile={twin}"],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    run = tmp_path / "run.mjs"
    run.write_text((Path(__file__).parent / "run_twin.mjs").read_text())
    table = tmp_path / "table.json"
    table.write_text(json.dumps(TABLE))
    done = subprocess.run([node, str(run), str(table)], check=True, capture_output=True, timeout=60)
    said = json.loads(done.stdout)
    assert len(said) == len(TABLE["examples"])
    for example, one in zip(TABLE["examples"], said, strict=True):
        assert one == told(example), example["name"]
