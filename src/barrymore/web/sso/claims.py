"""What a provider says of a person, in one shape for OpenID Connect and SAML."""

from dataclasses import dataclass
from typing import Any

from barrymore.web.models import SignInProvider

MOST_GROUPS = 2000
SAML_MAIL = (
    "email",
    "mail",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
)
SAML_NAME = (
    "name",
    "displayName",
    "urn:oid:2.16.840.1.113730.3.1.241",
    "http://schemas.microsoft.com/identity/claims/displayname",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
)
MAIL_NAME_ID = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"


@dataclass(frozen=True)
class Claims:
    """One person as the provider knows them; `subject` never changes, everything else may."""

    subject: str
    email: str = ""
    is_verified: bool = False
    name: str = ""
    language: str = ""
    groups: frozenset[str] = frozenset()
    sid: str = ""
    nonce: str = ""

    @property
    def domain(self) -> str:
        """The part of the address after the last @."""
        return self.email.rpartition("@")[2]


def oidc_claims(provider: SignInProvider, id_token: dict[str, Any], userinfo: dict[str, Any]) -> Claims:
    """Read the verified ID token, with what the provider adds by its userinfo."""
    told = {**id_token, **userinfo}
    # Whether an address is proven counts only from where the address itself comes.
    source = userinfo if userinfo.get("email") else id_token
    return Claims(
        subject=str(id_token["sub"]),
        email=_text(source.get("email")).lower(),
        is_verified=source.get("email_verified") in (True, "true"),
        name=_name_of(told),
        language=_text(told.get("locale"))[:2].lower(),
        groups=groups_in(told, provider.groups_claim),
        sid=_text(id_token.get("sid")),
        nonce=_text(id_token.get("nonce")),
    )


def saml_claims(provider: SignInProvider, auth: Any) -> Claims:
    """Read a SAML answer whose signature has been checked; a passing NameID is nobody's subject."""
    told: dict[str, list[str]] = auth.get_attributes()
    form = auth.get_nameid_format()
    by_name_id = _text(auth.get_nameid()) if form == MAIL_NAME_ID else ""
    found = _first(told, provider.email_attribute, SAML_MAIL) or by_name_id
    return Claims(
        subject="" if form == TRANSIENT else _text(auth.get_nameid()),
        email=found.lower(),
        name=_first(told, provider.name_attribute, SAML_NAME)[:120],
        groups=groups_in(told, provider.groups_claim),
        sid=_text(auth.get_session_index()),
    )


def groups_in(told: dict[str, Any], claim: str) -> frozenset[str]:
    """The groups under a claim; `realm_access.roles` is looked for inside `realm_access` too."""
    if not claim:
        return frozenset()
    found: Any = told.get(claim)
    if found is None:
        found = told
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    if isinstance(found, str):
        found = [found]
    if not isinstance(found, list | tuple):
        return frozenset()
    return frozenset(str(one) for one in found[:MOST_GROUPS])


def _first(told: dict[str, list[str]], wanted: str, usual: tuple[str, ...]) -> str:
    for name in (wanted,) if wanted else usual:
        values = told.get(name) or []
        if values and values[0]:
            return str(values[0]).strip()
    return ""


def _name_of(told: dict[str, Any]) -> str:
    parts = [_text(told.get("given_name")), _text(told.get("family_name"))]
    return (_text(told.get("name")) or " ".join(part for part in parts if part))[:120]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
