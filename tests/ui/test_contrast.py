"""Every pair of text and ground reaches WCAG 2 contrast in both themes, read from the style sheet itself."""

import re
from pathlib import Path

import pytest

STYLE = Path(__file__).parents[2] / "frontend" / "style"
THEMES = ("light", "dark")
GROUNDS = ("paper", "sunk", "raised", "selected")
TEXTS = ("ink", "ink2", "ink3", "brass", "risk", "broken", "good", "live")
PAIRS = [(text, ground) for text in TEXTS for ground in GROUNDS] + [
    ("ink", "note"),
    ("ink2", "note"),
    ("ink", "hover"),
    ("ink2", "hover"),
    ("on-brass", "brass-fill"),
    ("on-brass", "brass-press"),
    ("broken", "broken-wash"),
    ("on-bar", "bar-good"),
    ("on-bar", "bar-bad"),
    ("ink", "bar-silent"),
    ("bar-bad-word", "paper"),
    ("bar-bad-word", "selected"),
]


def tokens(theme: str) -> dict[str, str]:
    css = (STYLE / "tokens.css").read_text()
    block = re.search(rf'\[data-theme="{theme}"\] {{(.*?)\n}}', css, re.S)
    assert block
    return dict(re.findall(r"--([\w-]+): (#[0-9A-Fa-f]{6});", block[1]))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_formula():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read(theme, text, ground):
    colours = tokens(theme)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", ["paper", "raised", "selected"])
def test_edges_of_fields_can_be_seen(theme, ground):
    colours = tokens(theme)
    assert contrast(colours["control"], colours[ground]) >= 3


def test_both_themes_name_the_same_tokens():
    assert tokens("light").keys() == tokens("dark").keys()
