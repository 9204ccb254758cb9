"""Change nodes, trunks, numbers and telephones; each with its line in the audit trail."""

import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from barrymore.customers.recognition import BadAddress, normal_phone
from barrymore.organisation.models import Staff
from barrymore.organisation.secrets import seal
from barrymore.organisation.services import audit
from barrymore.telephony.models import Extension, Node, Number, Trunk

FIRST_EXTENSION = 201


@transaction.atomic
def add_node(actor: Staff | None, name: str, **fields: Any) -> Node:
    """A node with a password of its own making. Raises ValidationError."""
    node = Node(name=name, secret=seal(secrets.token_urlsafe(24)), **fields)
    node.full_clean()
    node.save()
    audit(actor, "node.added", name)
    return node


def unsaved_node() -> Node:
    """A node for a form, which has its password already."""
    return Node(secret=seal(secrets.token_urlsafe(24)))


@transaction.atomic
def add_trunk(actor: Staff | None, node: Node, name: str, secret: str = "", **fields: Any) -> Trunk:
    """A line to a carrier. Raises ValidationError."""
    trunk = Trunk(node=node, name=name, secret=seal(secret), **fields)
    trunk.full_clean()
    trunk.save()
    audit(actor, "trunk.added", name)
    return trunk


@transaction.atomic
def add_numbers(actor: Staff | None, numbers: list[str], **fields: Any) -> list[Number]:
    """Numbers on which we are called, a hundred at once or one; all or none. Raises ValidationError.

    Those that are there already stay as they are.
    """
    spelt = [e164(one) for one in numbers]
    known = set(Number.objects.filter(number__in=spelt).values_list("number", flat=True))
    fresh = [Number(number=one, **fields) for one in dict.fromkeys(spelt) if one not in known]
    for one in fresh:
        one.full_clean(validate_unique=False)
    Number.objects.bulk_create(fresh)
    audit(actor, "numbers.added", ", ".join(one.number for one in fresh)[:120], count=len(fresh))
    return fresh


def e164(text: str) -> str:
    """A number of ours with its country code. Raises ValidationError."""
    try:
        if not text.strip().startswith("+"):
            raise BadAddress(text)
        return normal_phone(text)
    except BadAddress as error:
        told = {"text": text[:40]}
        raise ValidationError(_("%(text)s: write the number with + and country code.") % told) from error


@transaction.atomic
def add_extension(
    actor: Staff | None, staff: Staff, *, number: str = "", kind: str = Extension.Kind.SIP
) -> tuple[Extension, str]:
    """A telephone of a person and its password, which is shown once. Raises ValidationError."""
    own = Extension.objects.filter(staff=staff).order_by("pk").first()
    number = number or (own.number if own else _free_number())
    if Extension.objects.filter(number=number).exclude(staff=staff).exists():
        raise ValidationError(_("%(number)s is the extension of somebody else.") % {"number": number})
    secret = secrets.token_urlsafe(18)
    extension = Extension(
        staff=staff,
        number=number,
        kind=kind,
        username=f"{number}-{secrets.token_hex(3)}",
        secret=seal(secret),
    )
    extension.full_clean()
    extension.save()
    audit(actor, "extension.added", f"{number} {staff.name}"[:120])
    return extension, secret


def _free_number() -> str:
    taken = set(Extension.objects.values_list("number", flat=True))
    return next(str(one) for one in range(FIRST_EXTENSION, 999_999) if str(one) not in taken)


@transaction.atomic
def new_secret(actor: Staff | None, extension: Extension) -> str:
    """Another password for a telephone, shown once; the old one dies when the node has its configuration."""
    secret = secrets.token_urlsafe(18)
    extension.secret = seal(secret)
    extension.save(update_fields=["secret"])
    audit(actor, "extension.secret", str(extension))
    return secret


@transaction.atomic
def switch_extension(actor: Staff | None, extension: Extension, *, on: bool) -> None:
    """Put a telephone into use or out of it: out of use it is not rung from now on."""
    extension.is_active = on
    extension.save(update_fields=["is_active"])
    audit(actor, "extension.on" if on else "extension.off", str(extension))
