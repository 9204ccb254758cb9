"""Who may do what: permissions per role, scopes per token."""

from dataclasses import dataclass, field
from typing import Any

from barrymore.organisation.models import Role, Staff


class NotAllowed(Exception):
    """The person or token may not do this; `permission` names what is missing."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission


READ = {"conversations.read", "customers.read", "figures.read"}
ANSWER = READ | {"conversations.answer", "customers.write", "presence.set"}
SUPERVISE = ANSWER | {
    "conversations.manage",
    "outbox.manage",
    "queues.manage",
    "promises.manage",
    "workstations.manage",
}
# What a short PIN at a shared computer opens, whatever the person may do elsewhere.
AT_WORKSTATION = frozenset({"conversations.read", "conversations.answer", "customers.read", "presence.set"})
EVERYTHING = SUPERVISE | {
    "surveys.manage",
    "settings.manage",
    "staff.manage",
    "audit.read",
    "contacts.write",
    "bookings.write",
    "targets.manage",
}

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.AGENT: frozenset(ANSWER),
    Role.FRONT_DESK: frozenset(ANSWER),
    Role.SUPERVISOR: frozenset(SUPERVISE | {"targets.manage"}),
    Role.QUALITY: frozenset(READ | {"surveys.manage", "targets.manage"}),
    Role.PLANNER: frozenset({"figures.read"}),
    Role.SUCCESS: frozenset(READ | {"customers.write"}),
    Role.OWNER: frozenset(READ | {"audit.read", "targets.manage"}),
    Role.ADMINISTRATOR: frozenset(EVERYTHING),
    Role.DEVELOPER: frozenset({"settings.manage", "contacts.write", "bookings.write", "figures.read"}),
}
SCOPES = sorted(EVERYTHING)


@dataclass(frozen=True)
class Actor:
    """Who acts: a person in the interface, or a person's token with fewer rights than the person."""

    staff: Staff
    scopes: frozenset[str] | None = None
    token_ref: int | None = None
    permissions: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """A token never has more rights than its owner has at this moment."""
        own = PERMISSIONS.get(self.staff.role, frozenset()) if self.staff.is_active else frozenset()
        own = own & AT_WORKSTATION if self.staff.is_limited else own
        object.__setattr__(self, "permissions", own if self.scopes is None else own & self.scopes)

    def may(self, permission: str) -> bool:
        """Whether the actor holds a permission."""
        return permission in self.permissions

    def need(self, permission: str) -> None:
        """Raise NotAllowed unless the actor holds the permission."""
        if not self.may(permission):
            raise NotAllowed(permission)


def actor_of(request: Any) -> Actor:
    """The actor that the token of an API request stands for. Raises NotAllowed without one."""
    actor = getattr(request, "auth", None)
    if not isinstance(actor, Actor):
        raise NotAllowed("a token")
    return actor
