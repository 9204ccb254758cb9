"""Roles of the house, other roles at a place, and what nobody may give away."""

import pytest

from barrymore.organisation.access import SCOPES, Actor, NotAllowed
from barrymore.organisation.models import CustomRole, Role, Site, Staff
from barrymore.organisation.roles import (
    Given,
    InUse,
    LastAdministrator,
    give_role,
    given_of,
    key_of,
    remove_role,
    role_choices,
    save_role,
    set_active,
    set_posts,
)
from barrymore.organisation.selectors import actor_of_token, audit_trail
from barrymore.organisation.services import issue_token
from barrymore.routing.models import Queue
from barrymore.routing.sight import may_put, queues_where, visible_queues
from tests.conftest import hire

pytestmark = pytest.mark.django_db


def fresh(staff: Staff) -> Staff:
    """The person as the next request finds them."""
    return Staff.objects.get(pk=staff.pk)


@pytest.fixture
def clerk(dora: Staff) -> Staff:
    """Somebody who looks after people and may do nothing else."""
    role = save_role(Actor(dora), None, "Clerk", Role.AGENT, {"staff.manage"})
    return hire("cleo@mill.example", "Cleo Clerk", Role.AGENT, custom_role=role)


def test_a_role_of_the_house_replaces_the_rights_of_the_role(amina: Staff, dora: Staff) -> None:
    reader = save_role(Actor(dora), None, "Reader", Role.AGENT, {"conversations.read"})
    give_role(Actor(dora), amina, Given(Role.AGENT, reader))
    actor = Actor(fresh(amina))
    assert actor.permissions == {"conversations.read"}
    assert fresh(amina).role_name == "Reader"
    assert key_of(fresh(amina)) == f"custom:{reader.pk}"
    assert (f"custom:{reader.pk}", "Reader") in role_choices()


def test_a_change_of_the_role_holds_at_once(amina: Staff, dora: Staff) -> None:
    reader = save_role(Actor(dora), None, "Reader", Role.AGENT, {"conversations.read"})
    give_role(Actor(dora), amina, Given(Role.AGENT, reader))
    secret = issue_token(amina, "desk", SCOPES)
    save_role(Actor(dora), reader, "Reader", Role.QUALITY, {"figures.read"})
    actor = actor_of_token(secret)
    assert actor is not None
    assert actor.permissions == {"figures.read"}
    assert fresh(amina).role == Role.QUALITY


def test_a_right_that_is_no_more_opens_nothing(amina: Staff) -> None:
    role = CustomRole.objects.create(name="Old", permissions=["conversations.manage", "audit.read"])
    amina.custom_role = role
    assert Actor(amina).permissions == {"audit.read"}


def test_unknown_roles_and_rights_are_refused(dora: Staff) -> None:
    for key in ("king", "custom:99", "custom:x", "custom:", ""):
        with pytest.raises(ValueError, match="role"):
            given_of(key)
    with pytest.raises(ValueError, match=r"world\.rule"):
        save_role(Actor(dora), None, "King", Role.AGENT, {"world.rule"})
    with pytest.raises(ValueError, match="like"):
        save_role(Actor(dora), None, "King", "emperor", set())


def test_nobody_gives_rights_that_they_do_not_have(clerk: Staff, amina: Staff, dora: Staff) -> None:
    actor = Actor(clerk)
    for attempt in (
        lambda: give_role(actor, amina, Given(Role.ADMINISTRATOR)),
        lambda: give_role(actor, clerk, Given(Role.ADMINISTRATOR)),
        lambda: save_role(actor, None, "Mine", Role.AGENT, {"settings.manage"}),
        lambda: save_role(actor, clerk.custom_role, "Clerk", Role.AGENT, {"staff.manage", "audit.read"}),
        lambda: set_posts(actor, clerk, {"queue:1": Given(Role.SUPERVISOR)}),
        lambda: set_active(actor, dora, False),
        lambda: give_role(actor, dora, Given(Role.AGENT)),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert fresh(dora).role == Role.ADMINISTRATOR


def test_without_the_right_over_people_nothing_is_changed(sam: Staff, amina: Staff) -> None:
    with pytest.raises(NotAllowed, match=r"staff\.manage"):
        give_role(Actor(sam), amina, Given(Role.AGENT))


def test_the_last_administrator_stays_one(dora: Staff) -> None:
    with pytest.raises(LastAdministrator):
        give_role(Actor(dora), dora, Given(Role.OWNER))
    with pytest.raises(LastAdministrator):
        set_active(Actor(dora), dora, False)
    keeper = save_role(Actor(dora), None, "Keeper", Role.ADMINISTRATOR, set(SCOPES))
    hire("kit@mill.example", "Kit Keeper", Role.ADMINISTRATOR, custom_role=keeper)
    give_role(Actor(dora), dora, Given(Role.OWNER))
    assert fresh(dora).role == Role.OWNER


def test_a_keeper_cannot_shut_the_house_from_within(dora: Staff) -> None:
    keeper = save_role(Actor(dora), None, "Keeper", Role.ADMINISTRATOR, set(SCOPES))
    kit = hire("kit@mill.example", "Kit Keeper", Role.ADMINISTRATOR, custom_role=keeper)
    set_active(Actor(kit), dora, False)
    with pytest.raises(LastAdministrator):
        save_role(Actor(kit), keeper, "Keeper", Role.ADMINISTRATOR, {"audit.read"})


def test_a_role_that_somebody_has_stays(dora: Staff, amina: Staff) -> None:
    reader = save_role(Actor(dora), None, "Reader", Role.AGENT, {"conversations.read"})
    set_posts(Actor(dora), amina, {"queue:1": Given(Role.AGENT, reader)})
    with pytest.raises(InUse):
        remove_role(Actor(dora), reader)
    set_posts(Actor(dora), fresh(amina), {})
    remove_role(Actor(dora), reader)
    assert not CustomRole.objects.exists()
    assert not fresh(amina).has_posts
    assert [entry.action for entry in audit_trail()][:2] == ["role.removed", "staff.posts"]


def test_what_one_sees_follows_the_role_at_the_place(site: Site, queue: Queue, dora: Staff) -> None:
    harbour = Site.objects.create(name="Harbour")
    bar, spa = (Queue.objects.create(name=name, site=harbour) for name in ("Bar", "Spa"))
    kim = hire("kim@mill.example", "Kim Two-Hats", Role.AGENT, queue, spa)
    assert set(visible_queues(kim)) == {queue, spa}
    reader = save_role(Actor(dora), None, "Reader", Role.AGENT, {"conversations.read"})
    set_posts(Actor(dora), kim, {f"site:{harbour.pk}": Given(Role.SUPERVISOR)})
    assert set(visible_queues(fresh(kim))) == {queue, bar, spa}
    assert set(queues_where(fresh(kim), "queues.manage")) == {bar, spa}
    posts = {f"site:{harbour.pk}": Given(Role.SUPERVISOR), f"queue:{bar.pk}": Given(Role.AGENT, reader)}
    set_posts(Actor(dora), fresh(kim), posts)
    actor = Actor(fresh(kim))
    assert set(queues_where(actor.staff, "queues.manage")) == {spa}
    assert actor.may_at("conversations.read", bar)
    assert not actor.may_at("conversations.answer", bar)
    assert not actor.may("queues.manage")
    set_posts(Actor(dora), fresh(kim), {f"site:{harbour.pk}": Given(Role.PLANNER)})
    assert set(visible_queues(fresh(kim))) == {queue}


def test_a_queue_is_put_only_where_one_looks_after_queues(site: Site, sam: Staff, dora: Staff) -> None:
    harbour = Site.objects.create(name="Harbour")
    assert may_put(Actor(sam), None)
    sam.sites.add(site)
    assert may_put(Actor(sam), site)
    assert not may_put(Actor(sam), None)
    assert not may_put(Actor(sam), harbour)
    set_posts(Actor(dora), sam, {f"site:{harbour.pk}": Given(Role.SUPERVISOR)})
    assert may_put(Actor(fresh(sam)), harbour)


def test_people_without_other_roles_cost_no_statement_more(
    amina: Staff, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        actor = Actor(amina)
        assert actor.may("conversations.read")
        assert not actor.may_somewhere("queues.manage")
