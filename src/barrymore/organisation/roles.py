"""Give people roles: their own, another one at a site or in a queue, and roles that the house has made."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from barrymore.organisation.access import EVERYTHING, PERMISSIONS, Actor, NotAllowed, permissions_of
from barrymore.organisation.models import CustomRole, Post, Role, Staff
from barrymore.organisation.services import audit

CUSTOM = "custom:"


class LastAdministrator(ValueError):
    """Without this person nobody could give roles any more."""


class InUse(ValueError):
    """Somebody has this role."""


@dataclass(frozen=True)
class Given:
    """A role as it is given: one of the product's, or the house's own, which is like one of those."""

    role: str
    custom: CustomRole | None = None

    @property
    def permissions(self) -> frozenset[str]:
        """What it allows."""
        return frozenset(self.custom.permissions) & EVERYTHING if self.custom else PERMISSIONS[self.role]


def given_of(key: str) -> Given:
    """The role behind `agent` or `custom:4`. Raises ValueError for one that does not exist."""
    if key.startswith(CUSTOM):
        ref = key.removeprefix(CUSTOM)
        custom = CustomRole.objects.filter(pk=int(ref)).first() if ref.isdecimal() else None
        if custom is None:
            raise ValueError(f"role: there is no {key}")
        return Given(custom.like, custom)
    if key not in Role.values:
        raise ValueError(f"role: one of {', '.join(Role.values)}, or custom:<id>")
    return Given(key)


def key_of(holder: Staff | Post) -> str:
    """How the role of a person or of a post is written: `agent` or `custom:4`."""
    return f"{CUSTOM}{holder.custom_role_id}" if holder.custom_role_id else holder.role


def role_choices() -> list[tuple[str, str]]:
    """Every role that can be given, by key and name."""
    own = [(f"{CUSTOM}{one.pk}", one.name) for one in CustomRole.objects.all()]
    return [(str(value), str(label)) for value, label in Role.choices] + own


def need_to_give(actor: Actor, permissions: Iterable[str]) -> None:
    """Nobody gives away, or takes from others, rights that they do not have. Raises NotAllowed."""
    missing = sorted(set(permissions) - actor.permissions)
    if missing:
        raise NotAllowed(missing[0])


def need_over(actor: Actor, staff: Staff) -> None:
    """Nobody changes a person who may more than they do, themselves apart. Raises NotAllowed."""
    actor.need("staff.manage")
    if staff.pk and staff.pk != actor.staff.pk:
        held = [permissions_of(staff), *(permissions_of(post) for post in staff.held_posts.values())]
        need_to_give(actor, frozenset().union(*held))


def need_another(staff: Staff) -> None:
    """Somebody else must be able to give roles. Raises LastAdministrator."""
    able = Q(role=Role.ADMINISTRATOR, custom_role=None)
    for custom in CustomRole.objects.all():
        if {"staff.manage", "settings.manage"} <= set(custom.permissions):
            able |= Q(custom_role=custom)
    if not Staff.objects.filter(able, is_active=True).exclude(pk=staff.pk).exists():
        raise LastAdministrator("the last administrator stays one")


@transaction.atomic
def give_role(actor: Actor, staff: Staff, given: Given) -> None:
    """Give a person their own role. Raises NotAllowed, LastAdministrator."""
    need_over(actor, staff)
    need_to_give(actor, given.permissions)
    if "staff.manage" in permissions_of(staff) and "staff.manage" not in given.permissions:
        need_another(staff)
    staff.role, staff.custom_role = given.role, given.custom
    staff.save(update_fields=["role", "custom_role"])
    audit(actor.staff, "staff.role", staff.email, role=key_of(staff))


@transaction.atomic
def set_active(actor: Actor, staff: Staff, is_active: bool) -> None:
    """Let a person in or keep them out; what they own is offered again by the absence round.

    Raises NotAllowed, LastAdministrator.
    """
    need_over(actor, staff)
    if not is_active and "staff.manage" in permissions_of(staff):
        need_another(staff)
    staff.is_active = is_active
    staff.save(update_fields=["is_active"])
    audit(actor.staff, "staff.in" if is_active else "staff.out", staff.email)


@transaction.atomic
def set_posts(actor: Actor, staff: Staff, posts: dict[str, Given]) -> None:
    """Say what a person is at which site (`site:3`) and in which queue (`queue:7`), and nothing else.

    The caller has checked that the sites and queues exist. Raises NotAllowed.
    """
    need_over(actor, staff)
    for given in posts.values():
        need_to_give(actor, given.permissions)
    Post.objects.filter(staff=staff).exclude(scope__in=posts).delete()
    for scope, given in posts.items():
        Post.objects.update_or_create(
            staff=staff, scope=scope, defaults={"role": given.role, "custom_role": given.custom}
        )
    staff.has_posts = bool(posts)
    staff.save(update_fields=["has_posts"])
    staff.__dict__.pop("held_posts", None)
    kept = {
        scope: f"{CUSTOM}{given.custom.pk}" if given.custom else given.role for scope, given in posts.items()
    }
    audit(actor.staff, "staff.posts", staff.email, posts=kept)


@transaction.atomic
def save_role(
    actor: Actor, role: CustomRole | None, name: str, like: str, permissions: Iterable[str]
) -> CustomRole:
    """Make or change a role of the house; whoever has it has its rights from the next click on.

    Raises NotAllowed for rights that the actor lacks, ValueError for what does not exist.
    """
    actor.need("staff.manage")
    wanted = sorted(set(permissions))
    if unknown := set(wanted) - EVERYTHING:
        raise ValueError(f"permissions: there is no {', '.join(sorted(unknown))}")
    if like not in Role.values or not name.strip():
        raise ValueError("name and like are needed; like is one of " + ", ".join(Role.values))
    need_to_give(actor, wanted)
    if role is None:
        role = CustomRole(name=name.strip())
    else:
        need_to_give(actor, role.permissions)
        _keep_a_way_in(actor, role, wanted)
    role.name, role.like, role.permissions = name.strip()[:60], like, wanted
    role.save()
    Staff.objects.filter(custom_role=role).update(role=like)
    Post.objects.filter(custom_role=role).update(role=like)
    audit(actor.staff, "role.changed", role.name, like=like, permissions=wanted)
    return role


def _keep_a_way_in(actor: Actor, role: CustomRole, wanted: list[str]) -> None:
    if actor.staff.custom_role_id == role.pk and "staff.manage" not in wanted:
        need_another(actor.staff)


@transaction.atomic
def remove_role(actor: Actor, role: CustomRole) -> None:
    """Take a role away that nobody has. Raises InUse, NotAllowed."""
    actor.need("staff.manage")
    need_to_give(actor, role.permissions)
    if role.staff.exists() or role.posts.exists():
        raise InUse("somebody has this role")
    audit(actor.staff, "role.removed", role.name)
    role.delete()
