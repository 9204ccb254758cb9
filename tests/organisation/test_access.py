"""Roles bound people, scopes bound tokens, and every key has an end."""

from datetime import timedelta

import pytest

from barrymore.journal.moment import at_moment, now
from barrymore.organisation.access import PERMISSIONS, SCOPES, Actor, NotAllowed, actor_of
from barrymore.organisation.models import ApiToken, AuditEntry, Role, Staff
from barrymore.organisation.selectors import actor_of_token, module_is_on
from barrymore.organisation.services import issue_token, revoke_token, set_module

pytestmark = pytest.mark.django_db


def test_every_role_has_its_permissions() -> None:
    assert set(PERMISSIONS) == set(Role.values)
    assert PERMISSIONS[Role.ADMINISTRATOR] == set(SCOPES)


def test_an_agent_may_answer_but_not_change_settings(amina: Staff) -> None:
    actor = Actor(amina)
    assert actor.may("conversations.answer")
    with pytest.raises(NotAllowed) as refused:
        actor.need("settings.manage")
    assert refused.value.permission == "settings.manage"


def test_a_token_has_no_more_rights_than_its_owner(amina: Staff) -> None:
    secret = issue_token(amina, "desk", ["conversations.read", "settings.manage"])
    actor = actor_of_token(secret)
    assert actor is not None
    assert actor.permissions == {"conversations.read"}


def test_the_token_itself_is_not_kept(amina: Staff) -> None:
    secret = issue_token(amina, "desk", ["conversations.read"])
    assert secret not in str(ApiToken.objects.values().get())


def test_a_token_ends_by_time_by_hand_and_with_its_owner(amina: Staff, dora: Staff) -> None:
    secrets = [issue_token(amina, name, ["conversations.read"]) for name in "abc"]
    with at_moment(now() + timedelta(days=366)):
        assert actor_of_token(secrets[0]) is None
    revoke_token(dora, ApiToken.objects.get(name="b").pk)
    assert actor_of_token(secrets[1]) is None
    Staff.objects.filter(pk=amina.pk).update(is_active=False)
    assert actor_of_token(secrets[2]) is None


def test_an_unknown_scope_is_refused(amina: Staff) -> None:
    with pytest.raises(ValueError, match=r"world\.rule"):
        issue_token(amina, "x", ["world.rule"])
    assert not ApiToken.objects.exists()


def test_a_request_without_a_token_has_no_actor() -> None:
    with pytest.raises(NotAllowed):
        actor_of(object())


def test_switching_a_module_is_audited(dora: Staff) -> None:
    from barrymore.organisation.selectors import company

    company()
    assert module_is_on("surveys")
    set_module(dora, "surveys", False)
    assert not module_is_on("surveys")
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.subject) == (dora, "module.off", "surveys")
    with pytest.raises(ValueError, match="time travel"):
        set_module(dora, "time travel", True)
