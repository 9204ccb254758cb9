"""No template breaks the content security policy or names what stands above."""

import re
from pathlib import Path

import pytest

import barrymore.ui

HOUSE = Path(barrymore.ui.__file__).parents[1]
TEMPLATES = sorted(HOUSE.glob("*/templates/**/*.html"))
OWN = sorted((HOUSE / "ui").glob("templates/**/*.html"))


def test_there_are_templates():
    assert len(OWN) > 20


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_nothing_inline(path):
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text), "an inline style is refused by the policy"
    assert not re.search(r"<style\b", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "a script needs a src"
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", text), "an inline handler is refused by the policy"
    assert "javascript:" not in text
    assert "hx-on" not in text, "htmx runs with allowEval off"


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_ui_names_only_its_own_addresses(path):
    for name in re.findall(r"{%\s*url\s+[\"']([^\"']+)", path.read_text()):
        assert name.startswith("ui:")


def test_style_sheets_are_short_and_read_both_ways():
    styles = sorted((HOUSE.parents[1] / "frontend" / "style").glob("*.css"))
    for path in styles:
        text = path.read_text()
        assert len(text.splitlines()) <= 300, path.name
        assert not re.search(r"(margin|padding|border)-(left|right)\b|(?<![-\w])(left|right):", text), (
            path.name
        )
