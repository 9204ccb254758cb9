"""What a person may after signing in at a provider: the groups decide anew each time."""

from barrymore.organisation.access import permissions_of
from barrymore.organisation.models import Staff
from barrymore.organisation.roles import LastAdministrator, given_of, key_of, need_another
from barrymore.organisation.services import audit
from barrymore.web.models import GroupRule, SignInProvider
from barrymore.web.sso.claims import Claims


def role_for(provider: SignInProvider, claims: Claims) -> tuple[str, GroupRule | None]:
    """The role of the first rule whose group the person is in, else the default, else empty."""
    for rule in provider.rules.all():
        if rule.group in claims.groups:
            return rule.role, rule
    return provider.default_role, None


def set_rights(staff: Staff, provider: SignInProvider, role: str, rule: GroupRule | None) -> None:
    """Give the role and, where the rule names any, the sites; the last administrator stays one.

    Raises ValueError for a role that does not exist any more.
    """
    given = given_of(role)
    if key_of(staff) != role:
        try:
            if "staff.manage" in permissions_of(staff) and "staff.manage" not in given.permissions:
                need_another(staff)
        except LastAdministrator:
            audit(staff, "sign_in.role_kept", staff.email, provider=provider.slug, wanted=role)
        else:
            staff.role, staff.custom_role = given.role, given.custom
            staff.save(update_fields=["role", "custom_role"])
            audit(staff, "sign_in.role", staff.email, provider=provider.slug, role=role)
    sites = list(rule.sites.all()) if rule else []
    if sites and {site.pk for site in sites} != set(staff.sites.values_list("pk", flat=True)):
        staff.sites.set(sites)
        audit(staff, "sign_in.sites", staff.email, sites=[site.name for site in sites])
