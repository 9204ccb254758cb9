"""Template tags give exactly these words and marks."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from barrymore.ui.times import when_words

NOW = datetime(2026, 11, 21, 14, 40, tzinfo=UTC)


@pytest.fixture(autouse=True)
def utc():
    with timezone.override(UTC):
        yield


def drawn(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context({"now": NOW, **context})).strip()


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("minutes", "state", "words"),
    [
        (46, "calm", "46 min"),
        (30, "calm", "30 min"),
        (29, "soon", "29 min"),
        (12, "soon", "12 min"),
        (0, "late", "1 min over"),
        (-8, "late", "8 min over"),
        (-150, "late", "2 h over"),
        (-3 * 1440, "late", "3 d over"),
        (110, "calm", "16:30"),
        (2 * 1440 - 280, "calm", "Mon 10:00"),
        (9 * 1440, "calm", "30 Nov"),
    ],
)
def test_clock_says_what_is_left(minutes, state, words):
    html = drawn("{% clock due now=now %}", due=at(minutes))
    assert html.startswith(f'<time class="clock clock-{state}"')
    assert html.endswith(f">{words}</time>")


def test_half_of_a_short_promise_is_soon():
    assert "clock-calm" in drawn("{% clock due started now=now %}", due=at(6), started=at(-4))
    assert "clock-soon" in drawn("{% clock due started now=now %}", due=at(4), started=at(-6))


def test_clock_that_does_not_run():
    assert drawn("{% clock due paused=True %}", due=at(5)) == '<span class="clock clock-paused">paused</span>'
    assert drawn("{% clock due kept=True %}", due=at(5)).endswith("kept</span>")
    assert drawn("{% clock due %}", due=None) == ""


def test_clock_card_tells_how_much_is_spent():
    html = drawn("{% clock_card due started now=now %}", due=at(12), started=at(-18))
    assert '<progress class="bar bar-soon" max="100" value="60"' in html
    assert "left of 30 min" in html
    assert "by 14:52" in html


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (-18, "14:22"),
        (-1280, "yesterday, 17:20"),
        (1440, "tomorrow, 14:40"),
        (-3 * 1440, "Wed 14:40"),
        (-252 * 1440, "14 Mar"),
        (-617 * 1440, "14 Mar 2025"),
    ],
)
def test_when_in_short_words(minutes, words):
    assert drawn("{% when at now %}", at=at(minutes)).endswith(f">{words}</time>")


@pytest.mark.parametrize(("n", "badge"), [(0, "0"), (7, "7"), (999, "999"), (1000, "999+"), (None, "")])
def test_count_is_capped(n, badge):
    assert drawn("{% count n %}", n=n) == badge


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Amina Sarr", "AS"),
        ("Rūta Žemaitytė-Kazlauskienė", "RŽ"),
        ("Maximilian von Hohenberg", "MH"),
        ("Ольга", "О"),
        ("", "?"),
        ("+370 600", "?"),
    ],
)
def test_initials(name, letters):
    assert drawn("{{ name|initials }}", name=name) == letters


def test_avatar_escapes_a_name():
    assert "<b>" not in drawn("{% avatar name %}", name='<b>"x')


def test_grade_chip():
    assert (
        drawn('{% grade_chip "B" %}')
        == '<span class="grade grade-b" role="img" aria-label="Grade B">B</span>'
    )
    with pytest.raises(ValueError, match="A, B, C or F"):
        drawn('{% grade_chip "D" %}')


def test_icon_is_hidden_unless_it_has_a_label():
    assert drawn('{% icon "mail" %}').startswith('<svg class="icon" width="16" height="16"')
    assert 'aria-hidden="true"' in drawn('{% icon "mail" %}')
    assert 'role="img" aria-label="Mail"' in drawn('{% icon "mail" 18 label="Mail" %}')


def test_icon_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match="16, 18 or 24"):
        drawn('{% icon "mail" 20 %}')


def test_number_keeps_thousands_apart():
    assert drawn("{{ n|number }}", n=8120) == "8,120"


FIGURE = {
    "grade": "B",
    "sentence": "Of 100 guests served, 62 said good.",
    "verdict": "Enough to act.",
    "mode": "survey",
    "served": 100,
    "responded": 67,
    "estimate": 0.925,
    "interval": (0.837, 0.968),
    "bounds": {"low": 0.62, "high": 0.95},
    "reasons": ["67 answers, A asks for 100"],
}


def test_figure_is_a_sentence_with_its_reasons_behind():
    html = drawn("{% figure fig %}", fig=FIGURE)
    assert "Of 100 guests served, 62 said good." in html
    assert "Good for between 62 and 95 of the 100, whatever the silent ones think." in html
    assert "Of the 67 who answered, 92.5 in 100 said good (83.7 to 96.8)." in html
    assert "<dt>served</dt><dd>100</dd><dt>answered</dt><dd>67</dd>" in html
    assert "67 answers, A asks for 100" in html


def test_withheld_figure_prints_no_share():
    html = drawn("{% figure fig %}", fig={**FIGURE, "grade": "C", "estimate": None})
    assert "in 100" not in html


def test_zones_draw_counts_or_say_them():
    html = drawn("{% zones 62 33 5 %}")
    assert 'aria-label="62 good, 33 did not say, 5 bad"' in html
    assert '<rect x="62.0%" width="33.0%" height="20" fill="url(#hatch)"/>' in html
    words = drawn("{% zones 6 12 1 %}")
    assert words == '<span class="zones-words">6 good, 1 bad, 12 did not say. Too few to draw.</span>'


def test_pager_keeps_the_query_and_drops_old_cursors():
    request = RequestFactory().get("/", {"q": "hot water", "after": "old"})
    html = drawn('{% pager following="new" %}', request=request)
    assert 'href="?q=hot+water&amp;after=new"' in html
    assert "Earlier" not in html
    assert drawn("{% pager %}", request=request) == ""


@pytest.mark.parametrize(
    ("cookie", "theme"), [("dark", "dark"), ("light", "light"), ('"><script>', "system"), ("", "system")]
)
def test_theme_is_one_of_three(cookie, theme):
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = cookie
    assert drawn("{% theme %}", request=request) == theme


@pytest.mark.parametrize(
    ("language", "hour", "near", "far", "long_ago", "days"),
    [
        ("en", "14:22", "Wed 14:40", "14 Mar", "14 Mar 2025", "1–6 Mar 2026"),
        ("ru", "14:22", "ср 14:40", "14 мар.", "14 мар. 2025\u202fг.", "1–6 мар. 2026\u202fг."),
        ("it", "14:22", "mer 14:40", "14 mar", "14 mar 2025", "01–06 mar 2026"),
        ("lt", "14:22", "14:40, tr", "03-14", "2025-03-14", "2026 kov. 1–6"),
        ("et", "14:22", "K 14:40", "14. märts", "14. märts 2025", "1.–6. märts 2026"),
        ("de", "14:22", "Mi., 14:40", "14. März", "14. März 2025", "1.–6. März 2026"),
        ("fr", "14:22", "mer. 14:40", "14 mars", "14 mars 2025", "1–6 mars 2026"),
        ("bg", "14:22", "ср, 14:40", "14.03", "14.03.2025\u202fг.", "1.03 – 6.03.2026\u202fг."),
    ],
)
def test_every_language_writes_dates_its_own_way(language, hour, near, far, long_ago, days):
    moments = [at(-18), at(-3 * 1440), at(-252 * 1440), at(-617 * 1440)]
    with translation.override(language):
        assert [when_words(one, NOW) for one in moments] == [hour, near, far, long_ago]
        assert drawn("{% days first last %}", first=date(2026, 3, 1), last=date(2026, 3, 6)) == days
