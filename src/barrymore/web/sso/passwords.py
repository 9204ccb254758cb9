"""Whether a password still opens the door to a person who signs in at a provider."""

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q, QuerySet

from barrymore.organisation.models import Role, Staff
from barrymore.web.models import SignInLink


def is_off(staff: Staff) -> bool:
    """Whether this person comes in by a provider only; the last administrator keeps the password."""
    joined = SignInLink.objects.filter(staff=staff, provider__is_active=True, provider__passwords_off=True)
    return joined.exists() and not is_needed_to_get_in(staff)


def is_needed_to_get_in(staff: Staff) -> bool:
    """Whether this is the only administrator who could come in if every provider were down."""
    if staff.role != Role.ADMINISTRATOR or staff.custom_role_id:
        return False
    return not others_with_password(staff).exists()


def others_with_password(staff: Staff) -> QuerySet[Staff]:
    """Active administrators with a password that is good at the door, but the one named."""
    joined = SignInLink.objects.filter(provider__is_active=True, provider__passwords_off=True)
    return (
        Staff.objects.filter(role=Role.ADMINISTRATOR, custom_role=None, is_active=True)
        .exclude(Q(password__startswith=UNUSABLE_PASSWORD_PREFIX) | Q(password=""))
        .exclude(pk__in=joined.values("staff_id"))
        .exclude(pk=staff.pk)
    )


def switch_off(staff: Staff) -> None:
    """The old password opens nothing any more; sessions that began with it end by that too."""
    staff.set_unusable_password()
    staff.save(update_fields=["password"])
