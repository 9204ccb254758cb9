"""The product chooser: what suits a place, said with its reasons, and set up by one button."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from barrymore.channels.devices.models import Device
from barrymore.channels.devices.screens import screen_of
from barrymore.feedback.campaigns import campaign_at
from barrymore.feedback.models import Campaign
from barrymore.formulas import kits
from barrymore.journal.moment import now
from barrymore.organisation.models import Point, Role, Site, Staff
from barrymore.web.kit_words import DEVICES, REPORTS, WARNINGS
from tests.conftest import hire
from tests.formulas.test_kits import every_situation

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(dora: Staff) -> Client:
    client = Client()
    client.force_login(dora)
    return client


def entered(site: Site, **changes: Any) -> dict[str, Any]:
    return {
        "goals": ["measure", "hear"],
        "customers_a_day": "60",
        "is_staffed": "on",
        "counter": "staff",
        "network": "always",
        "trade": "hotel",
        "site": site.pk,
        "point": "Reception",
        **changes,
    }


def test_it_says_what_suits_and_what_it_cannot_tell(boss: Client, site: Site) -> None:
    answer = boss.post(reverse("begin_to_ask"), entered(site))
    page = answer.content.decode()
    assert "A kiosk" in page
    assert "A tap for each customer" in page
    assert "takes some 2 days" in page
    assert "counts its own customers" in page
    assert not Point.objects.exists()


def test_one_button_sets_it_up(boss: Client, site: Site) -> None:
    answer = boss.post(reverse("begin_to_ask"), entered(site, set_up="1"))
    point = Point.objects.get()
    assert answer["Location"] == reverse("points:point", args=[point.pk])
    campaign = campaign_at(point, now().date())
    assert campaign is not None
    assert (campaign.mode, campaign.served_source) == ("survey", "employee")
    assert campaign.questionnaire.fielded_at
    assert campaign.prompt
    assert sorted(Device.objects.values_list("kind", flat=True)) == ["kiosk", "poster"]
    assert boss.get(answer["Location"]).status_code == 200


def test_without_a_count_it_is_feedback_and_says_so(boss: Client, site: Site) -> None:
    form = entered(site, counter="nobody")
    assert "no share can be told" in boss.post(reverse("begin_to_ask"), form).content.decode()
    boss.post(reverse("begin_to_ask"), {**form, "set_up": "1"})
    assert Campaign.objects.get().mode == "feedback"


def test_a_quality_post_and_a_cheering_screen(boss: Client, site: Site) -> None:
    boss.post(reverse("begin_to_ask"), entered(site, goals=["whom", "cheer"], set_up="1"))
    assert [screen_of(one).mode for one in Device.objects.order_by("id")] == ["post", "cheer"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"goals": []}, "required"),
        ({"customers_a_day": "0"}, "greater than or equal to 1"),
        ({"customers_a_day": "many"}, "whole number"),
        ({"point": " "}, "required"),
        ({"trade": "zoo"}, "zoo"),
        ({"counter": "me"}, "valid choice"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(
    boss: Client, site: Site, changes: dict[str, Any], said: str
) -> None:
    answer = boss.post(reverse("begin_to_ask"), entered(site, set_up="1", **changes))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Point.objects.exists()


def test_who_may_not_make_campaigns_reads_but_sets_nothing_up(site: Site) -> None:
    client = Client()
    client.force_login(hire("lee@mill.example", "Lee", Role.DEVELOPER))
    page = client.post(reverse("begin_to_ask"), entered(site)).content.decode()
    assert "An administrator can set it up" in page
    assert client.post(reverse("begin_to_ask"), entered(site, set_up="1")).status_code == 403
    assert not Point.objects.exists()


def test_the_same_by_rest(client: Client, dora: Staff, token: Callable[..., Any]) -> None:
    def recommend(**changes: Any) -> Any:
        asked = {"goals": ["measure"], "customers_a_day": 60, "counter": "nobody", **changes}
        head = token(dora, "settings.manage")
        return client.post("/api/v1/kits/recommend", asked, content_type="application/json", **head)

    told = recommend().json()
    assert told["devices"] == ["kiosk"]
    assert told["is_survey"] is False
    assert "NO_DENOMINATOR" in told["warnings"]
    assert recommend(goals=[]).status_code == 422


def test_everything_a_kit_may_say_has_words() -> None:
    found = [kits.kit_for(one) for one in every_situation()]
    assert {name for kit in found for name in kit.devices} == set(DEVICES)
    assert {name for kit in found for name in kit.reports} == set(REPORTS)
    assert {name for kit in found for name in kit.warnings} == set(WARNINGS)
