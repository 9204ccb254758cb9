"""A person's telephone in the browser: which it is, where its line leads, whose call it holds."""

from django.db.models import Q

from barrymore.organisation.models import Staff
from barrymore.organisation.secrets import unseal
from barrymore.telephony.models import Call, Extension, Node


class NoTelephone(LookupError):
    """Nobody has given this person a telephone in the browser."""


def place_for(staff: Staff) -> tuple[Extension, str]:
    """The person's telephone and its password. Raises NoTelephone."""
    own = Extension.objects.filter(staff=staff, kind=Extension.Kind.BROWSER, is_active=True).order_by("pk")
    extension = own.first()
    if extension is None:
        raise NoTelephone
    return extension, unseal(extension.secret)


def leads_to(staff: Staff) -> str | None:
    """Where the WebSocket of this person's telephone leads; None for who has none."""
    own = Extension.objects.filter(staff=staff, kind=Extension.Kind.BROWSER, is_active=True)
    if not own.exists():
        return None
    # The node that was heard last: a telephone signs in at one of them.
    node = Node.objects.filter(is_active=True).order_by("-heard_at", "pk").first()
    return f"ws://{node.host}:{node.http_port}/ws" if node else None


def call_now(staff: Staff) -> Call | None:
    """The call that rings or speaks at a person, or into which they are asked."""
    at_them = Q(staff=staff, state__in=[Call.State.RINGING, Call.State.TALKING])
    asked = Q(passings__to=staff, passings__ended_at=None)
    busy = Call.objects.filter(at_them | asked).exclude(state=Call.State.ENDED)
    return busy.select_related("conversation__customer", "number").order_by("-pk").first()
