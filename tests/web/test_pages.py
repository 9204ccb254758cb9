"""Sign-in, home by role, first steps, settings pages, failures."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from barrymore.alerts.models import Notice
from barrymore.alerts.services import notify
from barrymore.channels.models import Mailbox
from barrymore.conversations.models import Reason
from barrymore.feedback.models import Survey
from barrymore.organisation.models import ApiToken, AuditEntry, Company, Role, Site, Staff
from barrymore.organisation.selectors import company
from barrymore.routing.models import Queue
from barrymore.sla.models import Calendar, Policy
from barrymore.web.sections import SECTIONS
from tests.desk.builders import arrival, person, promise, queue, signed_in

pytestmark = pytest.mark.django_db
INLINE = re.compile(r"\sstyle\s*=|<style\b|<script(?![^>]*\bsrc=)|\son[a-z]+\s*=\"")


@pytest.fixture
def dora():
    company()
    return person("Dora Kask", "administrator")


@pytest.fixture
def boss(dora):
    return signed_in(dora)


def test_the_door_has_a_form_and_eight_languages(client):
    page = client.get("/account/login/").content.decode()
    assert page.count('name="language"') == 8
    assert "demo company" not in page
    assert not INLINE.search(page)


@pytest.mark.parametrize("language", ["en", "ru", "bg"])
def test_each_language_is_named_in_its_own_words(client, language):
    client.cookies["language"] = language
    page = client.get("/account/login/").content.decode()
    assert re.findall(r'name="language"[^>]*>([^<]+)<', page) == [name for _, name in settings.LANGUAGES]


def test_sign_in_by_password_goes_home_and_sets_the_language(client):
    person(language="lt")
    answer = client.post("/account/login/", {"login": "AMINA@house.example", "password": "a-long-password"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert answer.cookies["language"].value == "lt"


def test_a_wrong_password_says_so_and_lets_nobody_in(client):
    person()
    answer = client.post("/account/login/", {"login": "amina@house.example", "password": "wrong"})
    assert 'class="field-error"' in answer.content.decode()
    assert client.get("/").status_code == 302


def test_demo_people_enter_by_one_click_and_nobody_else(client):
    house = company()
    house.is_demo = True
    house.save()
    amina = Staff.objects.create_user("amina@haldenhotels.example", name="Amina Sarr")
    noor = Staff.objects.create_user("noor@house.example", name="Noor")
    assert reverse("demo_enter", args=[amina.pk]) in client.get("/account/login/").content.decode()
    assert client.post(reverse("demo_enter", args=[noor.pk])).status_code == 404
    assert client.get(reverse("demo_enter", args=[amina.pk])).status_code == 405
    assert client.post(reverse("demo_enter", args=[amina.pk]))["Location"] == "/"


def test_without_the_demo_nobody_enters_by_a_click(client, settings):
    settings.DEMO = False
    amina = Staff.objects.create_user("amina@haldenhotels.example", name="Amina Sarr")
    assert client.post(reverse("demo_enter", args=[amina.pk])).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("role", "where"),
    [
        (Role.AGENT, "/desk/"),
        (Role.SUPERVISOR, "/desk/"),
        (Role.FRONT_DESK, "/desk/"),
        (Role.QUALITY, "/reports/"),
        (Role.OWNER, "/reports/"),
        (Role.PLANNER, "/reports/"),
        (Role.ADMINISTRATOR, "/welcome/"),
        (Role.DEVELOPER, "/settings/"),
    ],
)
def test_everybody_begins_at_the_page_of_their_day(role, where):
    Company.objects.create(pk=1, name="Old Mill")
    assert signed_in(person(role=role)).get("/")["Location"] == where


def test_reports_switched_off_lead_to_the_desk():
    Company.objects.create(pk=1, modules={"reports": False})
    client = signed_in(person(role="quality"))
    assert client.get("/")["Location"] == "/desk/"
    assert "/reports/" not in client.get("/desk/").content.decode()


def test_first_steps_tell_the_truth(boss, dora):
    page = boss.get("/welcome/").content.decode()
    assert "nothing is recorded until you choose one" in page
    assert "none yet: nothing is promised" in page
    promise()
    arrival(queue(dora, is_default=True))
    page = boss.get("/welcome/").content.decode()
    assert "“No hot water” waits" in page
    assert "A conversation began: No hot water" in page


def test_a_language_is_kept_and_an_unknown_one_is_not(client):
    assert client.post("/language/", {"language": "ru"}).cookies["language"].value == "ru"
    assert "language" not in client.post("/language/", {"language": "xx"}).cookies
    away = client.post("/language/", {"language": "ru", "next": "https://elsewhere.example/"})
    assert away["Location"] == "/"


def test_notices_are_shown_and_marked(boss, dora):
    notify([dora], "promise.soon", "k", subject="No hot water")
    assert "A promise runs out soon: No hot water" in boss.get("/welcome/").content.decode()
    boss.post("/notices/seen/")
    assert not Notice.objects.filter(seen_at=None).exists()


def test_an_agent_may_not_open_settings():
    client = signed_in(person())
    for _label, name, _permission in SECTIONS:
        answer = client.get(reverse(name))
        assert answer.status_code == 403
    assert "Your role does not open this page" in answer.content.decode()


@pytest.mark.parametrize("name", [section[1] for section in SECTIONS])
def test_every_settings_page_renders_plain(boss, name):
    page = boss.get(reverse(name))
    assert page.status_code == 200
    assert not INLINE.search(page.content.decode())


@pytest.mark.parametrize(
    ("name", "fields", "found"),
    [
        ("organisation:company", {"name": "Halden", "timezone": "Europe/Vilnius", "language": "en",
                                  "privacy_profile": "eu"}, lambda: company().privacy_profile == "eu"),
        ("organisation:new_site", {"name": "Mill", "timezone": "Europe/Vilnius", "language": "lt"},
         lambda: Site.objects.get().name == "Mill"),
        ("people:new", {"name": "Amina Sarr", "email": "Amina@house.example", "role": "agent",
                                     "language": "en", "capacity": 5, "languages": "lt:3, en",
                                     "password": "a-long-password"},
         lambda: Staff.objects.get(email="amina@house.example").languages == {"lt": 3, "en": 2}),
        ("routing:new_queue", {"name": "Guests", "position": 1, "offer_seconds": 60, "is_default": "on",
                               "is_active": "on"}, lambda: Queue.objects.get().is_default),
        ("sla:new_calendar", {"name": "Shop", "timezone": "UTC", "day0": "09:00-13:00, 14:00-18:00",
                              "holidays": "2026-12-25 Christmas\n2026-12-24 10:00-14:00 Eve"},
         lambda: Calendar.objects.get().blocks.count() == 2),
        ("conversations:new_reason", {"name": "Broken", "key": "B", "is_active": "on"},
         lambda: Reason.objects.get().key == "b"),
        ("conversations:new_area", {"name": "Room", "key": "r", "is_active": "on"}, lambda: True),
        ("feedback:new_survey", {"name": "After", "probability": "0.5", "cap_days": 14, "closing_days": 14,
                                 "delay_seconds": 60, "is_active": "on"},
         lambda: Survey.objects.get().probability == 0.5),
    ],
)  # fmt: skip
def test_what_is_entered_is_kept_and_audited(boss, name, fields, found):
    before = AuditEntry.objects.count()
    assert boss.post(reverse(name), fields).status_code == 302
    assert found()
    assert AuditEntry.objects.count() == before + 1


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        ("9-18", "Write hours as 09:00-13:00"),
        ("09:00-13:00, 12:00-18:00", "must not overlap"),
        ("18:00-09:00", "must not overlap"),
    ],
)
def test_wrong_hours_say_what_to_write(boss, hours, says):
    fields = {"name": "Shop", "timezone": "UTC", "day0": hours}
    assert says in boss.post(reverse("sla:new_calendar"), fields).content.decode()
    assert not Calendar.objects.exists()


def test_a_promise_names_its_queue(boss, dora):
    guests, calendar = queue(dora), promise().calendar
    fields = {"name": "In-house", "calendar": calendar.pk, "queue_ref": guests.pk, "priority": "",
              "first_response_minutes": 30, "is_active": "on"}  # fmt: skip
    assert boss.post(reverse("promises:new_policy"), fields).status_code == 302
    assert Policy.objects.get(name="In-house").queue_ref == guests.pk


def test_a_mailbox_keeps_its_password_sealed(boss):
    fields = {"address": "mill@house.example", "imap_host": "localhost", "imap_port": 993,
              "imap_security": "tls", "imap_user": "mill", "smtp_host": "localhost",
              "smtp_port": 587, "smtp_security": "starttls", "auth": "password",
              "new_secret": "sesame", "is_active": "on"}  # fmt: skip
    page = boss.post(reverse("mailboxes:new"), fields).content.decode()
    assert "Test it" in page
    assert "sesame" not in page
    kept = Mailbox.objects.get()
    assert kept.secret
    assert "sesame" not in kept.secret
    assert "sesame" not in str(AuditEntry.objects.last().detail)


def test_a_token_is_shown_once_and_revoked(boss):
    fields = {"name": "till", "scopes": ["contacts.write"]}
    assert "bm_" in boss.post(reverse("organisation:tokens"), fields).content.decode()
    assert "bm_" not in boss.get(reverse("organisation:tokens")).content.decode()
    boss.post(reverse("organisation:token_revoke", args=[ApiToken.objects.get().pk]))
    assert ApiToken.objects.get().revoked_at is not None


def test_modules_go_off_and_on(boss):
    boss.post(reverse("organisation:modules"), {"module": "surveys", "on": "0"})
    assert company().modules == {"surveys": False}
    boss.post(reverse("organisation:modules"), {"module": "nonsense", "on": "0"})
    assert company().modules == {"surveys": False}


def test_the_last_administrator_stays(boss, dora):
    boss.post(reverse("people:active", args=[dora.pk]), {"active": "0"})
    dora.refresh_from_db()
    assert dora.is_active


def test_a_fielded_survey_is_frozen(boss):
    survey = Survey.objects.create(name="After", probability=0.5)
    guests = queue(person(), is_default=True)
    conversation = arrival(guests)
    survey.cases.create(conversation=conversation, closing=1, probability=0.5, state="skipped")
    fields = {"name": "After", "probability": "0.2", "cap_days": 14, "closing_days": 14, "delay_seconds": 60,
              "is_active": "on"}  # fmt: skip
    boss.post(reverse("feedback:survey", args=[survey.pk]), fields)
    survey.refresh_from_db()
    assert (survey.probability, survey.is_active) == (0.5, False)
    assert Survey.objects.get(version=2).probability == 0.2


def test_the_same_key_is_refused(boss):
    Reason.objects.create(name="Broken", key="b")
    fields = {"name": "Bill", "key": "b", "is_active": "on"}
    page = boss.post(reverse("conversations:new_reason"), fields).content.decode()
    assert "Another one has this key" in page


def test_customers_are_found_and_changed(boss, dora):
    lee = arrival(queue(dora, is_default=True)).customer
    assert "Lee Anand" in boss.get("/customers/?q=lee").content.decode()
    assert "Nobody is found" in boss.get("/customers/?q=zzz").content.decode()
    boss.post(reverse("customers:customer", args=[lee.pk]), {"name": "Lee A."})
    lee.refresh_from_db()
    assert lee.name == "Lee A."
    reader = signed_in(person("Milda P", "quality"))
    assert reader.post(reverse("customers:customer", args=[lee.pk]), {"name": "X"}).status_code == 403


def test_the_second_step_renders(boss, dora, client):
    client.post("/account/login/", {"login": dora.email, "password": "a-long-password"})
    assert "Authenticator" in client.get(reverse("mfa_index")).content.decode()
    again = client.get(reverse("mfa_activate_totp"), follow=True)
    assert "Is it still you?" in again.content.decode()
    page = client.post(again.redirect_chain[-1][0], {"password": "a-long-password"}, follow=True)
    assert "data:image/svg+xml" in page.content.decode()


@pytest.mark.parametrize(
    "name", ["account_reset_password", "account_logout", "account_change_password", "own_page"]
)
def test_the_small_pages_render(boss, name):
    page = boss.get(reverse(name))
    assert page.status_code == 200
    assert not INLINE.search(page.content.decode())


def test_failures_say_what_to_do(boss, client):
    assert "Nothing is here" in boss.get("/nowhere/").content.decode()
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/language/", {"language": "ru"})
    assert answer.status_code == 403
    assert "grown too old" in answer.content.decode()


def test_ones_own_page_keeps_name_and_language(boss, dora):
    answer = boss.post("/me/", {"name": "Dora K.", "language": "et"})
    assert answer.cookies["language"].value == "et"
    dora.refresh_from_db()
    assert (dora.name, dora.language) == ("Dora K.", "et")
