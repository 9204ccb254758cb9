"""Who of those that a provider sends may come in, as whom, and what happens at the first time."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from barrymore.journal.moment import now
from barrymore.organisation.access import permissions_of
from barrymore.organisation.models import Staff
from barrymore.organisation.roles import LastAdministrator, need_another
from barrymore.organisation.services import audit
from barrymore.web.models import GroupRule, SignInLink, SignInProvider
from barrymore.web.sso.claims import Claims
from barrymore.web.sso.ending import end_all_of, forget_ended
from barrymore.web.sso.passwords import is_needed_to_get_in, switch_off
from barrymore.web.sso.rights import role_for, set_rights

A_DAY = timedelta(days=1)


class Refused(Exception):
    """Not let in; `reason` is one of the keys of `reasons.REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def admit(provider: SignInProvider, claims: Claims) -> Staff:
    """The member of staff who comes in with these claims, with the rights that their groups give now.

    Raises Refused, with its line in the audit trail; whom the groups no longer name is kept out at once.
    """
    link = (
        SignInLink.objects.select_related("staff").filter(provider=provider, subject=claims.subject).first()
    )
    try:
        if not claims.subject:
            raise Refused("subject")
        _check_address(provider, claims, is_known=link is not None)
        staff = link.staff if link else _by_address(provider, claims)
        role, rule = role_for(provider, claims)
        if not role:
            raise Refused("group")
        if staff is not None and not staff.is_active and not (link and link.kept_out_at):
            raise Refused("inactive")
        if not link and staff and SignInLink.objects.filter(provider=provider, staff=staff).exists():
            raise Refused("other")
        return _let_in(provider, claims, link, staff, role, rule)
    except Refused as refused:
        _note_refusal(provider, claims, link, refused.reason)
        raise


def _check_address(provider: SignInProvider, claims: Claims, *, is_known: bool) -> None:
    if claims.email:
        try:
            validate_email(claims.email)
        except ValidationError as error:
            raise Refused("address") from error
        if provider.domain_list and claims.domain not in provider.domain_list:
            raise Refused("domain")
    if is_known:
        return
    if not claims.email:
        raise Refused("address")
    vouched = provider.vouches and claims.domain in provider.domain_list
    if not claims.is_verified and not vouched:
        raise Refused("unproven")


def _by_address(provider: SignInProvider, claims: Claims) -> Staff | None:
    found = Staff.objects.filter(email__iexact=claims.email).first()
    if found is None and not provider.creates_people:
        raise Refused("unknown")
    return found


@transaction.atomic
def _let_in(
    provider: SignInProvider,
    claims: Claims,
    link: SignInLink | None,
    staff: Staff | None,
    role: str,
    rule: GroupRule | None,
) -> Staff:
    if staff is None:
        staff = _create(provider, claims, role)
    if link is None:
        link = _join(provider, claims, staff)
    try:
        set_rights(staff, provider, role, rule)
    except ValueError as error:
        raise Refused("role") from error
    if link.kept_out_at:
        staff.is_active = True
        staff.save(update_fields=["is_active"])
        audit(staff, "sign_in.let_in_again", staff.email, provider=provider.slug)
    if now() - link.seen_at > A_DAY:
        forget_ended()
    link.kept_out_at, link.seen_at = None, now()
    link.save(update_fields=["kept_out_at", "seen_at"])
    return staff


def _create(provider: SignInProvider, claims: Claims, role: str) -> Staff:
    language = claims.language if claims.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    name = claims.name or claims.email.partition("@")[0]
    staff = Staff.objects.create_user(claims.email, name=name, language=language)
    audit(staff, "sign_in.created", staff.email, provider=provider.slug, role=role)
    return staff


def _join(provider: SignInProvider, claims: Claims, staff: Staff) -> SignInLink:
    """The first time: whoever has had this account until now is out, in every browser."""
    ended = end_all_of(staff)
    if provider.passwords_off and is_needed_to_get_in(staff):
        audit(staff, "sign_in.password_kept", staff.email, provider=provider.slug)
    elif provider.passwords_off:
        switch_off(staff)
    audit(staff, "sign_in.joined", staff.email, provider=provider.slug, ended=ended)
    forget_ended()
    return SignInLink.objects.create(
        provider=provider, staff=staff, subject=claims.subject, joined_at=now(), seen_at=now()
    )


@transaction.atomic
def _note_refusal(provider: SignInProvider, claims: Claims, link: SignInLink | None, reason: str) -> None:
    staff = link.staff if link else None
    about = staff.email if staff else claims.email or claims.subject
    audit(staff, "sign_in.refused", about[:120], provider=provider.slug, reason=reason)
    if link and staff and staff.is_active and reason in KEEPS_OUT:
        KEEPS_OUT[reason](link, staff)


def _keep_out(link: SignInLink, staff: Staff) -> None:
    if "staff.manage" in permissions_of(staff):
        try:
            need_another(staff)
        except LastAdministrator:
            return
    staff.is_active = False
    staff.save(update_fields=["is_active"])
    link.kept_out_at = now()
    link.save(update_fields=["kept_out_at"])
    audit(staff, "sign_in.kept_out", staff.email, ended=end_all_of(staff))


KEEPS_OUT: dict[str, Callable[[SignInLink, Staff], None]] = {"group": _keep_out, "domain": _keep_out}


def note_fault(provider: SignInProvider, text: str) -> None:
    """Keep what went wrong at the last sign-in, for the administrator who looks at the provider's page."""
    provider.last_error, provider.last_error_at = text[:300], now()
    provider.save(update_fields=["last_error", "last_error_at"])
