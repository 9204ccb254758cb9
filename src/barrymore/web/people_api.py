"""People and roles by REST: who works here, what they are where, invitations, roles of the house."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from ninja import Header, Router, Schema

from barrymore.organisation.access import PERMISSIONS, SCOPES, Actor, actor_of
from barrymore.organisation.invitations import invite
from barrymore.organisation.models import CustomRole, Role, Site, Staff
from barrymore.organisation.roles import (
    Given,
    give_role,
    given_of,
    key_of,
    need_over,
    need_to_give,
    remove_role,
    save_role,
    set_active,
    set_posts,
)
from barrymore.organisation.services import audit, once_if_keyed
from barrymore.web.invitation_mail import send_invitation
from barrymore.web.places import place_names

router = Router(tags=["people"])
MOST = 500


class PersonIn(Schema):
    """Somebody new; they are invited by a link."""

    name: str
    email: str
    role: str = Role.AGENT.value
    language: str = "en"
    sites: list[int] = []


class PersonChange(Schema):
    """What changes of a person; what is not named stays."""

    role: str | None = None
    active: bool | None = None


class PostsIn(Schema):
    """Role by place: `{"site:3": "supervisor", "queue:7": "custom:4"}`."""

    posts: dict[str, str]


class RoleIn(Schema):
    """A role of the house."""

    name: str
    like: str = Role.AGENT.value
    permissions: list[str] = []


def _manager(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.need("staff.manage")
    return actor


def _out(staff: Staff) -> dict[str, Any]:
    return {
        "id": staff.pk,
        "name": staff.name,
        "email": staff.email,
        "role": key_of(staff),
        "active": staff.is_active,
        "sites": [site.pk for site in staff.sites.all()],
        "posts": {post.scope: key_of(post) for post in staff.posts.all()},
    }


def _role_out(role: CustomRole) -> dict[str, Any]:
    return {
        "key": f"custom:{role.pk}",
        "name": role.name,
        "like": role.like,
        "permissions": role.permissions,
    }


@router.get("/staff")
def staff(request: HttpRequest, cursor: int = 0) -> dict[str, Any]:
    """Who works here, by id; `next` is the `cursor` of the next page."""
    _manager(request)
    people = Staff.objects.filter(pk__gt=cursor).order_by("pk").prefetch_related("sites", "posts")
    found = list(people[: MOST + 1])
    return {
        "items": [_out(one) for one in found[:MOST]],
        "next": found[MOST - 1].pk if len(found) > MOST else None,
    }


@router.post("/staff")
def new_person(
    request: HttpRequest, person: PersonIn, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Add somebody and invite them. `link` is shown once: a repeated call has it no more."""
    actor = _manager(request)
    made: list[Staff] = []

    def work() -> dict[str, Any]:
        made.append(_made(actor, person))
        return _out(made[0])

    kept = once_if_keyed(actor.token_ref, idempotency_key, person.dict(), work)
    return {**kept, **_invited(request, actor, made[0] if made else None)}


def _invited(request: HttpRequest, actor: Actor, staff: Staff | None) -> dict[str, Any]:
    """The link stays out of what is kept for a repeated call."""
    if staff is None:
        return {"link": None, "sent": False}
    link = request.build_absolute_uri(reverse("join", args=[invite(actor, staff)]))
    return {"link": link, "sent": send_invitation(actor.staff, staff, link)}


@transaction.atomic
def _made(actor: Actor, person: PersonIn) -> Staff:
    given = given_of(person.role)
    need_to_give(actor, given.permissions)
    try:
        validate_email(person.email)
    except ValidationError as error:
        raise ValueError(f"email: {person.email!r} is no mail address") from error
    if not person.name.strip() or Staff.objects.filter(email__iexact=person.email).exists():
        raise ValueError("a name is needed, and an email that nobody else has")
    fields = {"name": person.name.strip()[:120], "language": person.language[:10]}
    made = Staff.objects.create_user(person.email, None, role=given.role, custom_role=given.custom, **fields)
    made.sites.set(Site.objects.filter(pk__in=person.sites))
    audit(actor.staff, "staff.changed", made.email, role=key_of(made))
    return made


@router.patch("/staff/{staff_id}")
def change_person(request: HttpRequest, staff_id: int, change: PersonChange) -> dict[str, Any]:
    """Give another role, keep out, or let in again."""
    actor = _manager(request)
    found = Staff.objects.get(pk=staff_id)
    with transaction.atomic():
        if change.role is not None:
            give_role(actor, found, given_of(change.role))
        if change.active is not None:
            set_active(actor, found, change.active)
    return _out(found)


@router.put("/staff/{staff_id}/posts")
def posts(request: HttpRequest, staff_id: int, wish: PostsIn) -> dict[str, Any]:
    """What the person is at which `site:<id>` and in which `queue:<id>`; what is not named ends."""
    actor = _manager(request)
    found = Staff.objects.get(pk=staff_id)
    if unknown := sorted(set(wish.posts) - set(place_names())):
        raise ValueError(f"there is no {', '.join(unknown)}")
    given: dict[str, Given] = {scope: given_of(key) for scope, key in wish.posts.items()}
    set_posts(actor, found, given)
    return _out(found)


@router.post("/staff/{staff_id}/invitations")
def invitation(request: HttpRequest, staff_id: int) -> dict[str, Any]:
    """A new link; every earlier one ends, so a repeated call leaves one that works."""
    actor = _manager(request)
    found = Staff.objects.get(pk=staff_id)
    need_over(actor, found)
    return {"id": found.pk, **_invited(request, actor, found)}


@router.get("/roles")
def roles(request: HttpRequest) -> dict[str, Any]:
    """The roles of the product and those of the house, with what each may."""
    _manager(request)
    ours = [
        {"key": value, "name": str(label), "like": value, "permissions": sorted(PERMISSIONS[value])}
        for value, label in Role.choices
    ]
    return {"items": ours + [_role_out(one) for one in CustomRole.objects.all()], "permissions": SCOPES}


@router.post("/roles")
def new_role(
    request: HttpRequest, role: RoleIn, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Make a role of the house."""
    actor = _manager(request)

    def work() -> dict[str, Any]:
        return _role_out(save_role(actor, None, role.name, role.like, role.permissions))

    return once_if_keyed(actor.token_ref, idempotency_key, role.dict(), work)


@router.put("/roles/{role_id}")
def change_role(request: HttpRequest, role_id: int, role: RoleIn) -> dict[str, Any]:
    """Change a role of the house."""
    actor = _manager(request)
    found = CustomRole.objects.get(pk=role_id)
    return _role_out(save_role(actor, found, role.name, role.like, role.permissions))


@router.delete("/roles/{role_id}")
def no_role(request: HttpRequest, role_id: int) -> dict[str, Any]:
    """Take a role away that nobody has."""
    actor = _manager(request)
    remove_role(actor, CustomRole.objects.get(pk=role_id))
    return {"id": role_id, "removed": True}
