"""Every page keeps WCAG 2.2 AA as far as a machine can tell, in light and in dark."""

from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True),
]
AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = {
    "sign-in": "/account/login/",
    "survey": "/s/{survey}/",
    "public link": "/q/{public}/",
    "results for somebody outside": "/settings/campaigns/{campaign}/results/",
    "shared results": "/results/{shared}/",
    "public link of a campaign": "/settings/campaigns/{campaign}/link/",
    "list": "/desk/",
    "empty list": "/desk/?in=failed",
    "conversation": "/desk/{first}/",
    "card": "/desk/{first}/?view=card",
    "forward": "/desk/{first}/message/{message}/forward/",
    "write": "/desk/new/",
    "own page": "/me/",
    "security": "/account/2fa/",
    "passkeys": "/account/2fa/webauthn/",
    "ways to sign in": "/settings/sign-in/",
    "new OpenID Connect provider": "/settings/sign-in/new/oidc/",
    "OpenID Connect provider": "/settings/sign-in/{oidc}/",
    "SAML provider": "/settings/sign-in/{saml}/",
    "welcome": "/welcome/",
    "customers": "/customers/",
    "customer": "/customers/{customer}/",
    "reports": "/reports/",
    "satisfaction": "/reports/satisfaction/",
    "speed of answer": "/reports/speed-of-answer/",
    "contacts": "/reports/contacts/",
    "buttons and posters": "/reports/presses/",
    "quality at the points": "/reports/quality/",
    "points compared": "/reports/points-compared/",
    "goals": "/reports/goals/",
    "answers by person": "/reports/people/",
    "summary": "/reports/summary/",
    "begin to ask": "/settings/begin/",
    "course of a point": "/reports/points/{point}/",
    "bonus rules": "/settings/bonus/",
    "experiments": "/reports/experiments/",
    "new experiment": "/reports/experiments/new/",
    "own shifts": "/quality/mine/progress/",
    "employee button": "/served/",
    "questions about presses": "/quality/flags/",
    "staff notice": "/quality/notice/",
    "questions to me": "/quality/mine/",
    "wireless buttons": "/settings/buttons/",
    "new broker": "/settings/buttons/new/",
    "counts of other systems": "/settings/counts/",
    "promises kept": "/reports/promises/",
    "live board": "/reports/board/",
    "board on a wall": "/reports/board/?wall=1",
    "settings": "/settings/",
    "company": "/settings/company/",
    "modules": "/settings/modules/",
    "people": "/settings/people/",
    "new person": "/settings/people/new/",
    "person": "/settings/people/{dora}/",
    "roles": "/settings/roles/",
    "new role": "/settings/roles/new/",
    "import": "/settings/import/",
    "an invitation that has ended": "/join/nothing/",
    "how long we keep things": "/settings/keeping/",
    "speech and pictures": "/settings/speech-and-pictures/",
    "tokens": "/settings/tokens/",
    "audit": "/settings/audit/",
    "sites": "/settings/sites/",
    "queues": "/settings/queues/",
    "new queue": "/settings/queues/new/",
    "queue": "/settings/queues/{queue}/",
    "calendars": "/settings/calendars/",
    "new calendar": "/settings/calendars/new/",
    "promises": "/settings/promises/",
    "new promise": "/settings/promises/new/",
    "mailboxes": "/settings/mailboxes/",
    "new mailbox": "/settings/mailboxes/new/",
    "chat": "/chat/{widget}/",
    "form": "/forms/enquiry/",
    "walk-up": "/desk/told/",
    "chat windows": "/settings/chat/",
    "new chat window": "/settings/chat/new/",
    "chat window": "/settings/chat/{widget_id}/",
    "web forms": "/settings/forms/",
    "new web form": "/settings/forms/new/",
    "text messages": "/settings/texts/",
    "new number": "/settings/texts/new/",
    "telephone": "/settings/telephone/",
    "the telephone in the browser": "/phone/",
    "calls now": "/phone/listening/",
    "listening to calls": "/settings/telephone/listening/",
    "recorded calls": "/settings/recording/",
    "new asterisk": "/settings/telephone/asterisk/new/",
    "new telephone": "/settings/telephone/telephones/new/",
    "prompts": "/settings/telephone/prompts/",
    "new prompt": "/settings/telephone/prompts/new/",
    "menus": "/settings/telephone/menus/",
    "new menu": "/settings/telephone/menus/new/",
    "new numbers": "/settings/telephone/numbers/new/",
    "shared computers": "/settings/computers/",
    "surveys": "/settings/surveys/",
    "new survey": "/settings/surveys/new/",
    "campaigns": "/settings/campaigns/",
    "new campaign": "/settings/campaigns/new/?template=hotel",
    "what customers said": "/feedback/",
    "points": "/settings/points/",
    "new point": "/settings/points/new/",
    "point": "/settings/points/{point}/",
    "devices": "/settings/devices/",
    "a printed poster": "/settings/devices/{poster}/poster/",
    "what a poster asks": "/p/{code}/",
    "a poster out of use": "/p/nothing/",
    "an enrolment that has ended": "/enrol/nothing/",
    "recovery": "/recovery/",
    "ended recoveries": "/recovery/?show=ended",
    "one recovery": "/recovery/{recovery}/",
    "what a guest is asked": "/r/{guest_link}/",
    "an alert's link": "{alert_link}",
    "an alert's link that has ended": "/a/nothing/",
    "how to reach you": "/me/reach/",
    "who is told": "/settings/told/",
    "new rule": "/settings/told/new/",
    "small kindnesses": "/settings/kindnesses/",
    "new kindness": "/settings/kindnesses/new/",
    "basics": "/settings/basics/",
    "checklist": "/basics/",
    "not found": "/nowhere/",
    "components": "/ui/",
}
FOR_GUESTS = {
    "sign-in", "survey", "public link", "shared results", "chat", "form",
    "an invitation that has ended", "what a poster asks",
    "a poster out of use", "an enrolment that has ended", "what a guest is asked", "an alert's link",
    "an alert's link that has ended",
}  # fmt: skip


def faults(page):
    """What axe finds: rule, places, why."""
    page.evaluate(AXE.read_text())
    run = f"axe.run(document, {{runOnly: {LEVELS}, resultTypes: ['violations']}})"
    found = page.evaluate(f"{run}.then((told) => told.violations)")
    return [
        f"{fault['id']}: {node['html'][:160]} | {node['failureSummary'].splitlines()[1].strip()}"
        for fault in found
        for node in fault["nodes"]
    ]


def address_of(name, house):
    first = house.first
    return PAGES[name].format(
        first=first.pk,
        message=first.messages.get(kind="inbound").pk,
        customer=first.customer_id,
        queue=house.guests.pk,
        survey=house.survey,
        widget=house.widget.key,
        campaign=house.campaign.pk,
        public=house.public,
        shared=house.shared,
        widget_id=house.widget.pk,
        dora=house.dora.pk,
        oidc=house.oidc.pk,
        saml=house.saml.pk,
        point=house.poster.point_id,
        poster=house.poster.pk,
        code=house.poster.code,
        recovery=house.red.pk,
        guest_link=house.guest_link,
        alert_link=house.alert_link,
    )


def test_axe_finds_no_fault_in_light_and_dark(house, put_right, enter):
    found = {}
    for name in PAGES:
        page = enter(address_of(name, house), None if name in FOR_GUESTS else house.dora)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            if told := faults(page):
                found[name, scheme] = told
        page.close()
    told = [f"{place}: {fault}" for place, faults_there in found.items() for fault in faults_there]
    assert not told, "\n".join(told)


@pytest.mark.parametrize("act", ["a", "c", "?"])
def test_what_opens_by_a_key_keeps_the_rules_too(house, put_right, enter, act):
    page = enter(address_of("conversation", house), house.dora)
    page.keyboard.press(act)
    assert page.locator("dialog[open], details[open] > .menu-list").first.is_visible()
    assert faults(page) == []


def test_a_phone_keeps_the_rules_too(house, put_right, enter):
    for name in (
        "list",
        "conversation",
        "card",
        "forward",
        "satisfaction",
        "audit",
        "survey",
        "chat",
        "form",
        "walk-up",
        "point",
        "devices",
        "what a poster asks",
        "new campaign",
        "what customers said",
        "recovery",
        "one recovery",
        "what a guest is asked",
        "who is told",
        "checklist",
    ):
        staff = None if name in FOR_GUESTS else house.dora
        page = enter(address_of(name, house), staff, viewport={"width": 360, "height": 740})
        assert faults(page) == [], name
