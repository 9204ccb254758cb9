"""The page of components and the sample layouts render, and the theme is kept."""

import copy

import pytest
from django.test import Client

from barrymore.ui import samples


@pytest.fixture(autouse=True)
def ui_alone(settings):
    settings.ROOT_URLCONF = "tests.ui.addresses"
    settings.MIDDLEWARE = ["django.middleware.locale.LocaleMiddleware"]
    engines = copy.deepcopy(settings.TEMPLATES)
    engines[0]["OPTIONS"]["context_processors"] = ["django.template.context_processors.request"]
    settings.TEMPLATES = engines


def test_every_component_is_shown():
    page = Client().get("/ui/").content.decode()
    for mark in (
        "button-primary",
        "row is-open",
        "clock-late",
        "message-note",
        "grade-f",
        "zones",
        "smile",
        "reply",
    ):
        assert mark in page


@pytest.mark.parametrize("name", samples.LAYOUTS)
def test_layouts_render(name):
    assert Client().get(f"/ui/sample/{name}/").status_code == 200


def test_unknown_layout_is_not_found():
    assert Client().get("/ui/sample/etc/").status_code == 404


def test_customer_pages_stay_light():
    client = Client()
    client.cookies["theme"] = "dark"
    assert 'data-theme="light" data-theme-fixed' in client.get("/ui/sample/guest/").content.decode()
    assert 'data-theme="dark"' in client.get("/ui/").content.decode()


def test_theme_is_kept_without_script():
    answer = Client().post("/ui/theme", {"theme": "dark"}, headers={"referer": "http://testserver/ui/"})
    assert (answer.status_code, answer["Location"]) == (302, "http://testserver/ui/")
    assert answer.cookies["theme"].value == "dark"


def test_theme_refuses_another_word_and_another_house():
    answer = Client().post("/ui/theme", {"theme": "pink"}, headers={"referer": "https://elsewhere.example/"})
    assert answer["Location"] == "/"
    assert "theme" not in answer.cookies
