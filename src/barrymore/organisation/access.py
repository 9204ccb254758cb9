"""Who may do what: permissions per role, scopes per token."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from barrymore.organisation.models import Post, Role, Staff


class NotAllowed(Exception):
    """The person or token may not do this; `permission` names what is missing."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission


READ = {"conversations.read", "customers.read", "figures.read"}
ANSWER = READ | {"conversations.answer", "customers.write", "presence.set", "served.count"}
SUPERVISE = ANSWER | {
    "outbox.manage",
    "queues.manage",
    "promises.manage",
    "workstations.manage",
    "feedback.read",
    "flags.read",
    "recordings.listen",
    "calls.listen",
}
# What a short PIN at a shared computer opens, whatever the person may do elsewhere.
AT_WORKSTATION = frozenset(
    {"conversations.read", "conversations.answer", "customers.read", "presence.set", "served.count"}
)
EVERYTHING = SUPERVISE | {
    "flags.review",
    "surveys.manage",
    "settings.manage",
    "staff.manage",
    "audit.read",
    "contacts.write",
    "bookings.write",
    "targets.manage",
    "photos.read",
}

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.AGENT: frozenset(ANSWER),
    Role.FRONT_DESK: frozenset(ANSWER),
    Role.SUPERVISOR: frozenset(SUPERVISE | {"targets.manage"}),
    Role.QUALITY: frozenset(
        READ
        | {
            "feedback.read",
            "flags.read",
            "flags.review",
            "recordings.listen",
            "surveys.manage",
            "targets.manage",
        }
    ),
    Role.PLANNER: frozenset({"figures.read"}),
    Role.SUCCESS: frozenset(READ | {"customers.write"}),
    Role.OWNER: frozenset(READ | {"feedback.read", "audit.read", "targets.manage"}),
    Role.ADMINISTRATOR: frozenset(EVERYTHING),
    Role.DEVELOPER: frozenset(
        {"settings.manage", "contacts.write", "bookings.write", "served.count", "figures.read"}
    ),
}
SCOPES = sorted(EVERYTHING)


def permissions_of(holder: Staff | Post) -> frozenset[str]:
    """What a person's role, or their role at a site or in a queue, allows by itself."""
    if holder.custom_role_id and holder.custom_role:
        # A permission that has left the product since opens nothing.
        return frozenset(holder.custom_role.permissions) & EVERYTHING
    return PERMISSIONS.get(holder.role, frozenset())


class Place(Protocol):
    """Somewhere a person may have another role: a queue with its site."""

    pk: Any
    site_id: Any


def role_at(staff: Staff, place: Place) -> Staff | Post:
    """Who decides there: the role in the queue, else the one at its site, else the person's own."""
    posts = staff.held_posts
    return posts.get(f"queue:{place.pk}") or posts.get(f"site:{place.site_id}") or staff


@dataclass(frozen=True)
class Actor:
    """Who acts: a person in the interface, or a person's token with fewer rights than the person."""

    staff: Staff
    scopes: frozenset[str] | None = None
    token_ref: int | None = None
    permissions: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Work out what holds everywhere."""
        object.__setattr__(self, "permissions", self._bounded(permissions_of(self.staff)))

    def _bounded(self, own: frozenset[str]) -> frozenset[str]:
        """A token never has more rights than its owner has at this moment."""
        if not self.staff.is_active:
            return frozenset()
        own = own & AT_WORKSTATION if self.staff.is_limited else own
        return own if self.scopes is None else own & self.scopes

    def may(self, permission: str) -> bool:
        """Whether the actor holds a permission everywhere."""
        return permission in self.permissions

    def may_at(self, permission: str, place: Place) -> bool:
        """Whether the actor holds a permission in a queue."""
        return permission in self._bounded(permissions_of(role_at(self.staff, place)))

    def may_at_site(self, permission: str, site_ref: int) -> bool:
        """Whether the actor holds a permission at a site: by the role there, else by the own at own sites."""
        post = self.staff.held_posts.get(f"site:{site_ref}")
        if post is not None:
            return permission in self._bounded(permissions_of(post))
        sites = self.staff.own_sites
        return self.may(permission) and (not sites or site_ref in sites)

    def may_somewhere(self, permission: str) -> bool:
        """Whether the actor holds a permission everywhere, or at one site or in one queue at least."""
        if self.may(permission):
            return True
        return any(
            permission in self._bounded(permissions_of(post)) for post in self.staff.held_posts.values()
        )

    def need(self, permission: str) -> None:
        """Raise NotAllowed unless the actor holds the permission everywhere."""
        if not self.may(permission):
            raise NotAllowed(permission)

    def need_at(self, permission: str, place: Place) -> None:
        """Raise NotAllowed unless the actor holds the permission in the queue."""
        if not self.may_at(permission, place):
            raise NotAllowed(permission)

    def need_at_site(self, permission: str, site_ref: int) -> None:
        """Raise NotAllowed unless the actor holds the permission at the site."""
        if not self.may_at_site(permission, site_ref):
            raise NotAllowed(permission)

    def need_somewhere(self, permission: str) -> None:
        """Raise NotAllowed unless the actor holds the permission anywhere."""
        if not self.may_somewhere(permission):
            raise NotAllowed(permission)


def actor_of(request: Any) -> Actor:
    """The actor that the token of an API request stands for. Raises NotAllowed without one."""
    actor = getattr(request, "auth", None)
    if not isinstance(actor, Actor):
        raise NotAllowed("a token")
    return actor
