"""A guest walks through a questionnaire on a phone by keys alone, and every page keeps the rules."""

import pytest

from barrymore.feedback.models import Questionnaire, Response, Survey
from barrymore.journal.moment import now
from tests.browser.test_axe import faults
from tests.feedback.asked import DEFINITIONS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True),
]


def test_every_page_of_a_questionnaire_works_by_keys_on_a_phone(house, enter, tmp_path):
    asked = Questionnaire.objects.create(
        name="Stay", definition=DEFINITIONS["branch"], created_at=now(), fielded_at=now()
    )
    Survey.objects.update(questionnaire=asked)
    page = enter(f"/s/{house.survey}/", None, viewport={"width": 360, "height": 740})
    for number, keys in enumerate((["Space"], ["Space"], ["Space"], ["Space"])):
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.screenshot(path=tmp_path / f"{number}.png")
        page.locator("form input:is([type=radio], [type=checkbox])").first.focus()
        for key in keys:
            page.keyboard.press(key)
        page.locator("form .button-primary").press("Enter")
        page.wait_for_load_state()
    assert page.locator("h1").inner_text() == "Thank you for your answer."
    assert Response.objects.get(questionnaire=asked).code == "I"
