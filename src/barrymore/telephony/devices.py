"""Which telephones can be rung, and through which node."""

from django.db import transaction

from barrymore.journal.moment import now
from barrymore.organisation.models import Staff
from barrymore.telephony.models import Extension, Node, Registration


def telephones_of(staff: Staff, node: Node) -> list[Extension]:
    """Every telephone of a person that can be rung through a node now."""
    return list(
        Extension.objects.filter(staff=staff, is_active=True, registrations__node=node).order_by("pk")
    )


@transaction.atomic
def note_telephone(node: Node, username: str, *, is_there: bool) -> bool:
    """Keep whether a telephone can be rung; True where somebody can be rung who could not before."""
    extension = Extension.objects.filter(username=username).first()
    if extension is None:
        return False
    if not is_there:
        Registration.objects.filter(node=node, extension=extension).delete()
        return False
    return Registration.objects.get_or_create(node=node, extension=extension, defaults={"since": now()})[1]


@transaction.atomic
def note_telephones(node: Node, usernames: set[str]) -> None:
    """Keep who is there of all, as a node lists them."""
    Registration.objects.filter(node=node).exclude(extension__username__in=usernames).delete()
    known = set(Registration.objects.filter(node=node).values_list("extension", flat=True))
    fresh = Extension.objects.filter(username__in=usernames).exclude(pk__in=known)
    Registration.objects.bulk_create(
        [Registration(node=node, extension=one, since=now()) for one in fresh], ignore_conflicts=True
    )
