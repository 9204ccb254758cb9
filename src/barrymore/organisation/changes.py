"""Save what a person has entered on a settings page, with its line in the audit trail."""

from typing import Any, Protocol

from django.db import transaction

from barrymore.organisation.kept import forget_settings
from barrymore.organisation.models import Staff
from barrymore.organisation.services import audit


class Checked(Protocol):
    """A form that has been checked."""

    @property
    def changed_data(self) -> list[str]:
        """The fields that differ."""

    def save(self) -> Any:
        """Write it."""


@transaction.atomic
def save_checked(actor: Staff, form: Checked, action: str) -> Any:
    """Write a checked form and who changed which fields; values stay out, they may be secret."""
    changed = list(form.changed_data)
    saved = form.save()
    forget_settings()
    audit(actor, action, str(saved)[:120], fields=changed)
    return saved
