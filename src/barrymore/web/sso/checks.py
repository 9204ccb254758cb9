"""“Test it”: ask the provider everything that signing in will need, and say what is missing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from barrymore.journal.moment import now
from barrymore.organisation.secrets import SealBroken, unseal
from barrymore.web.models import Kind, SignInProvider
from barrymore.web.sso.discovery import Fault, discovery_of, json_at
from barrymore.web.sso.saml import certificate_ends_at, certificates_of, metadata_of, refresh_metadata
from barrymore.web.sso.tokens import ALGORITHMS


@dataclass(frozen=True)
class Finding:
    """One question and its answer; what is not `is_good` keeps people out, unless it `is_minor`."""

    name: str
    is_good: bool
    detail: str
    is_minor: bool = False


def findings(provider: SignInProvider) -> list[Finding]:
    """What a test finds, in the order in which signing in needs it."""
    looked_at = _saml(provider) if provider.kind == Kind.SAML else _oidc(provider)
    return [*looked_at, *_rules(provider)]


def _oidc(provider: SignInProvider) -> Iterator[Finding]:
    try:
        found = discovery_of(provider.issuer)
    except Fault as fault:
        yield Finding(_("The provider"), False, str(fault))
        return
    yield Finding(
        _("The provider"), True, _("answers, and calls itself %(issuer)s.") % {"issuer": found["issuer"]}
    )
    yield _keys(found)
    yield _client(provider)
    if "S256" not in found.get("code_challenge_methods_supported", ["S256"]):
        yield Finding("PKCE", False, _("The provider does not offer S256. Switch it on there."), True)
    yield _scopes(provider, found)
    if not found.get("backchannel_logout_supported"):
        yield Finding(
            _("Log-out by the provider"),
            False,
            _("is not offered. A session here then lasts until its owner signs out."),
            True,
        )
    elif not found.get("backchannel_logout_session_supported"):
        yield Finding(_("Log-out by the provider"), True, _("ends all sessions of a person at once."))
    else:
        yield Finding(_("Log-out by the provider"), True, _("ends the one session that it names."))


def _keys(found: dict[str, Any]) -> Finding:
    name = _("Its keys")
    try:
        keys = json_at(found["jwks_uri"]).get("keys")
    except Fault as fault:
        return Finding(name, False, str(fault))
    told = [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
    usable = [
        key for key in told if key.get("kty") in {"RSA", "EC", "OKP"} and key.get("use", "sig") == "sig"
    ]
    signs = set(found.get("id_token_signing_alg_values_supported") or ["RS256"]) & set(ALGORITHMS)
    if not usable or not signs:
        return Finding(
            name, False, _("The provider signs with no key that can be checked (RS256, ES256, EdDSA).")
        )
    return Finding(name, True, _("%(n)s for checking what it signs.") % {"n": len(usable)})


def _client(provider: SignInProvider) -> Finding:
    name = _("Client")
    try:
        has_secret = bool(unseal(provider.client_secret))
    except SealBroken:
        return Finding(name, False, _("The secret was sealed with another key of the house. Enter it again."))
    if not provider.client_id:
        return Finding(name, False, _("The client id is missing."))
    if not has_secret:
        return Finding(
            name, True, _("No secret: right only if the provider calls this a public client."), True
        )
    return Finding(name, True, _("Id and secret are here; the first sign-in shows whether they are right."))


def _scopes(provider: SignInProvider, found: dict[str, Any]) -> Finding:
    offered, asked = set(found.get("scopes_supported") or []), provider.scopes.split()
    unknown = [scope for scope in asked if offered and scope not in offered]
    if unknown:
        told = _("The provider does not offer %(scopes)s.") % {"scopes": ", ".join(unknown)}
        return Finding(_("Scopes"), False, told, True)
    return Finding(_("Scopes"), True, ", ".join(asked))


def _saml(provider: SignInProvider) -> Iterator[Finding]:
    name = _("The provider")
    try:
        refresh_metadata(provider, anew=True)
        idp = metadata_of(provider.metadata)
    except Fault as fault:
        yield Finding(name, False, str(fault))
        return
    yield Finding(name, True, _("calls itself %(issuer)s.") % {"issuer": idp["entityId"]})
    for certificate in certificates_of(idp):
        ends_at = certificate_ends_at(certificate)
        told = {"day": date_format(ends_at, "DATE_FORMAT")}
        if ends_at < now():
            yield Finding(_("Certificate"), True, _("ended on %(day)s; ask for a new one.") % told, True)
        else:
            yield Finding(_("Certificate"), True, _("holds until %(day)s.") % told)
    if "singleLogoutService" not in idp:
        text = _("is not offered. A session here then lasts until its owner signs out.")
        yield Finding(_("Log-out by the provider"), False, text, True)


def _rules(provider: SignInProvider) -> Iterator[Finding]:
    rules, name = provider.rules.count(), _("Who may come in")
    if not rules and not provider.default_role:
        told = _("Nobody: no group has a role, and whoever has no group is refused.")
        yield Finding(name, False, told)
    elif provider.creates_people and provider.default_role and not provider.domain_list:
        told = _("Everybody whom the provider knows. Name your mail domains if it serves others too.")
        yield Finding(name, False, told, True)
    else:
        yield Finding(name, True, _("%(n)s groups have a role.") % {"n": rules})
