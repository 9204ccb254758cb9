"""Sessions: what runs out ends, whoever leaves is outside at the next page."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from barrymore.organisation.sessions import SessionStore
from tests.desk.builders import person, queue, signed_in

pytestmark = pytest.mark.django_db


def test_a_session_is_read_until_it_runs_out() -> None:
    store = SessionStore()
    store["colour"] = "plum"
    store.save()
    assert SessionStore(store.session_key)["colour"] == "plum"
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    late = SessionStore(store.session_key)
    assert "colour" not in late
    assert late.session_key is None  # a new one is begun, never the old key again


@pytest.mark.parametrize("key", [None, "", "x", "never-was-one-of-these", "' OR 1=1 --"])
def test_a_key_that_nobody_was_given_opens_nothing(key: str | None) -> None:
    assert dict(SessionStore(key).items()) == {}


def test_who_was_switched_off_is_outside_at_the_next_page() -> None:
    amina = person()
    queue(amina, is_default=True)
    client = signed_in(amina)
    assert client.get("/desk/").status_code == 200
    amina.is_active = False
    amina.save(update_fields=["is_active"])
    assert client.get("/desk/").status_code == 302


def test_a_new_password_ends_the_sessions_of_the_old_one() -> None:
    amina = person()
    queue(amina, is_default=True)
    client = signed_in(amina)
    amina.set_password("a long way to the sea")
    amina.save(update_fields=["password"])
    assert client.get("/desk/").status_code == 302


def test_the_product_keeps_sessions_here() -> None:
    assert SessionStore.__module__ == settings.SESSION_ENGINE
