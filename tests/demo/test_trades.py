"""A house of each trade: its template is answered as its rules allow, and its figures say who was served."""

import random
from datetime import timedelta
from pathlib import Path

import pytest

from barrymore.demo.services import install_demo
from barrymore.demo.trades import HOUSES, said_to
from barrymore.feedback.models import Response
from barrymore.feedback.trades import TRADES, definition_of
from barrymore.figures.scope import Period
from barrymore.figures.tallying import add_up
from barrymore.formulas.questionnaire_reading import read_definition
from barrymore.formulas.questionnaires import check
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.reports.quality import quality_of


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(TRADES))
def test_whatever_is_said_keeps_the_rules_of_the_questionnaire(name: str) -> None:
    form, seed = read_definition(definition_of(name)), random.Random(5)
    codes = set()
    for _ in range(200):
        answers = said_to(form, seed)
        checked = check(form, answers)
        assert (checked.problems, checked.dropped) == ({}, 0)
        codes.add(checked.code)
    assert "I" in codes


@pytest.mark.django_db
def test_each_trade_has_a_house_of_its_own(tmp_path: Path) -> None:
    install_demo(tmp_path, "http://localhost:8000", 1, 2, lambda done, whole: None, days=2, trades=True)
    add_up(Fact.objects.all())
    period = Period(now().date() - timedelta(days=3), now().date(), "Europe/Vilnius")
    lines = {line.point.site.name: line for line in quality_of(period).lines}
    for trade, site, *_ in HOUSES:
        line = lines[site]
        assert line.figure is not None and 0 < line.figure.responded < line.figure.served
        assert line.external == line.served
        asked = Response.objects.filter(point_ref=line.point.pk).first()
        assert asked is not None and asked.campaign is not None
        assert asked.campaign.step == str(TRADES[trade].step)
