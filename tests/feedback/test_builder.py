"""The builder makes a questionnaire without JSON and without a script, and loses nothing on the way."""

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from barrymore.feedback import building
from barrymore.feedback.models import Campaign, Questionnaire
from barrymore.feedback.trades import TRADES, definition_of
from barrymore.formulas.questionnaire_reading import read_definition
from barrymore.formulas.questionnaires import check
from barrymore.organisation.models import Site, Staff
from tests.channels.devices import stand
from tests.conftest import PASSWORD
from tests.feedback.asked import ask

pytestmark = pytest.mark.django_db
NEW = "/settings/campaigns/new/"
COMMON = {
    "name": "At the till", "served_source": "none", "mode": "feedback", "review": "none", "is_active": "on",
}  # fmt: skip


@pytest.fixture
def builder(client: Client, dora: Staff) -> Client:
    """Signed in as the administrator."""
    client.login(email=dora.email, password=PASSWORD)
    client.force_login(dora)
    return client


def fields(page: str) -> dict[str, Any]:
    """What a browser would send of the page's form."""
    form = page[page.index('<div class="builder"') : page.index('id="preview"')]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        told = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        is_box = told.get("type") in ("checkbox", "radio")
        if "name" in told and (not is_box or " checked" in tag):
            value = told.get("value", "on" if is_box else "")
            found.setdefault(told["name"], []).append(html.unescape(value))
    for name, inside in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S):
        found[name] = [html.unescape(inside)]
    for name, inside in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)"[^>]* selected', inside) or re.search(r'value="([^"]*)"', inside)
        found[name] = [html.unescape(chosen[1])] if chosen else []
    found.pop("csrfmiddlewaretoken", None)
    return found


def press(client: Client, address: str, page: str, act: str, **changes: Any) -> Any:
    told = fields(page)
    told |= {name.replace("_", "-") if name[0] != "_" else name[1:]: value for name, value in changes.items()}
    return client.post(address, {**told, "act": act})


def test_a_questionnaire_with_a_branch_is_built_step_by_step(builder: Client, site: Site) -> None:
    point = stand(site)
    page = builder.get(NEW).content.decode()
    page = press(builder, NEW, page, "add", text_0="How was it?", name="At the till").content.decode()
    page = press(builder, NEW, page, "show", text_1="Why?", kind_1="choices", source_1="q1").content.decode()
    assert "options to choose from are needed" in page
    more = {"options_1": "Slow\nDear", "among_1": ["1", "2"], "points": [str(point.pk)]}
    page = press(builder, NEW, page, "show", **more).content.decode()
    assert "only after some answers" in page
    assert "failure" not in page
    done = press(builder, NEW, page, "keep")
    assert done.status_code == 302
    campaign = Campaign.objects.get()
    assert (campaign.name, campaign.mode, list(campaign.points.all())) == ("At the till", "feedback", [point])
    first, second = campaign.questionnaire.definition["questions"]
    assert first["text"]["en"] == "How was it?"
    assert second["when"] == [{"question": "q1", "in": [1, 2]}]
    assert [option["text"]["en"] for option in second["options"]] == ["Slow", "Dear"]
    assert campaign.questionnaire.fielded_at is not None


def test_a_change_of_what_is_in_use_is_the_next_version(builder: Client, dora: Staff) -> None:
    campaign = ask(dora, definition="smile", **COMMON_FIELDS)
    address = f"/settings/campaigns/{campaign.pk}/"
    page = builder.get(address).content.decode()
    assert press(builder, address, page, "keep").status_code == 302
    campaign.refresh_from_db()
    assert campaign.questionnaire.version == 1
    assert press(builder, address, page, "keep", text_0="How was your stay?").status_code == 302
    campaign.refresh_from_db()
    assert (campaign.questionnaire.version, Questionnaire.objects.count()) == (2, 2)
    assert campaign.questionnaire.definition["questions"][0]["text"] == {
        "en": "How was your stay?", "ru": "Как прошло?",
    }  # fmt: skip


COMMON_FIELDS = {"name": "At the desk", "mode": "survey", "served_source": "employee"}


def test_words_are_edited_in_each_language_and_the_others_stay(builder: Client, dora: Staff) -> None:
    campaign = ask(dora, definition="smile", **COMMON_FIELDS)
    address = f"/settings/campaigns/{campaign.pk}/"
    page = press(
        builder, address, builder.get(address).content.decode(), "show", language="ru"
    ).content.decode()
    assert fields(page)["text-0"] == ["Как прошло?"]
    page = press(builder, address, page, "keep", text_0="Как вы?")
    text = Campaign.objects.get().questionnaire.definition["questions"][0]["text"]
    assert text == {"en": "How was it?", "ru": "Как вы?"}


def test_what_is_wrong_is_told_and_what_was_typed_stays(builder: Client) -> None:
    page = builder.get(NEW).content.decode()
    answer = press(builder, NEW, page, "keep", text_0="", name="", prompt="Please tell us")
    told = answer.content.decode()
    assert answer.status_code == 422
    assert "the words of the main language" in told
    assert "Please tell us" in told
    assert not Questionnaire.objects.exists()


def test_questions_move_and_go_with_what_pointed_at_them(builder: Client) -> None:
    draft = {"languages": ["en"], "questions": [
        {"key": "a", "kind": "smile4", "page": 1, "text": {"en": "A"}},
        {"key": "b", "kind": "text", "page": 2, "text": {"en": "B"}, "when": [{"question": "a", "in": [1]}]},
        {"key": "c", "kind": "text", "page": 3, "text": {"en": "C"}},
    ]}  # fmt: skip
    assert building.act(draft, "up:2") == 1
    assert [one["key"] for one in draft["questions"]] == ["a", "c", "b"]
    assert building.act(draft, "remove:0") == 0
    assert draft["questions"][1]["when"] == []
    for nonsense in ("up:0", "down:1", "remove:9", "remove:-1", "up:x", "", "fly:1"):
        before = [one["key"] for one in draft["questions"]]
        building.act(draft, nonsense)
        assert [one["key"] for one in draft["questions"]] == before


def test_an_option_keeps_its_key_when_its_words_change_or_it_moves() -> None:
    before = [{"key": "slow", "text": {"en": "Slow", "ru": "Долго"}}, {"key": "dear", "text": {"en": "Dear"}}]
    changed = building._options(before, ["Too slow", "Dear", "Rude"], "en")
    assert [one["key"] for one in changed] == ["slow", "dear", "o1"]
    assert changed[0]["text"] == {"en": "Too slow", "ru": "Долго"}
    assert [one["key"] for one in building._options(before, ["Dear", "Slow"], "en")] == ["dear", "slow"]


@pytest.mark.parametrize(
    "draft", ["", "x", "[]", "{}", '{"questions": [1], "languages": ["en"]}', '{"questions": []}']
)
def test_a_forged_draft_is_no_page(builder: Client, draft: str) -> None:
    assert builder.post(NEW, {"draft": draft, "act": "keep"}).status_code == 404


@pytest.mark.parametrize("name", TRADES)
def test_every_template_can_be_asked_and_answered(name: str, site: Site) -> None:
    form = read_definition(definition_of(name))
    assert check(form, {form.primary: 4}).score == 4
    assert form.languages[0] == "en"
    assert len(form.languages) == 8


@pytest.mark.parametrize("name", TRADES)
def test_every_template_opens_in_the_builder(builder: Client, name: str) -> None:
    page = builder.get(NEW, {"template": name})
    assert page.status_code == 200
    assert '<div class="failure"' not in page.content.decode()
    assert press(builder, NEW, page.content.decode(), "keep").status_code == 302
    assert Campaign.objects.get().step


def test_an_unknown_template_is_no_page(builder: Client) -> None:
    assert builder.get(NEW, {"template": "casino"}).status_code == 404


def test_the_list_says_what_a_campaign_is(builder: Client, dora: Staff, site: Site) -> None:
    with translation.override("en"):
        ask(dora, stand(site), definition="smile")
        page = builder.get("/settings/campaigns/").content.decode()
    assert "Feedback only: 0 answers" in page
    assert "Supermarket till" in page


def test_the_list_of_answers_has_its_page_and_table(builder: Client, amina: Staff) -> None:
    assert "Nobody has said anything yet." in builder.get("/feedback/").content.decode()
    assert "Nothing of that kind." in builder.get("/feedback/?mode=survey&point=x&score=3").content.decode()
    assert builder.get("/feedback/?after=x").status_code == 302
    table = builder.get("/feedback/table.csv")
    assert b"".join(table.streaming_content).startswith(b"id,at,mode")
    builder.force_login(amina)
    assert builder.get("/feedback/").status_code == 403
