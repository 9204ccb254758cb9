"""What an OpenID Connect provider says of itself, and in plain words what is wrong with it."""

import json
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from barrymore.delivery.http import Blocked, Unreachable, fetch
from barrymore.web.models import SignInProvider

WELL_KNOWN = "/.well-known/openid-configuration"
KEPT_SECONDS = 300
KEYS_KEPT_SECONDS = 600
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Fault(Exception):
    """What is wrong at the provider; the text says what to do."""


def discovered(provider: SignInProvider) -> dict[str, Any]:
    """The discovery document, checked, kept for five minutes. Raises Fault."""
    key = f"sso:discovery:{provider.issuer}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = discovery_of(provider.issuer)
        cache.set(key, found, KEPT_SECONDS)
    return found


def discovery_of(issuer: str) -> dict[str, Any]:
    """Fetch the discovery document of an issuer now and check it. Raises Fault."""
    base = issuer.strip().removesuffix(WELL_KNOWN).rstrip("/")
    found = json_at(base + WELL_KNOWN)
    told = str(found.get("issuer", ""))
    if told.rstrip("/") != base:
        raise Fault(
            _("The provider calls itself “%(told)s”. Write that as the issuer.") % {"told": told[:200]}
        )
    for name in NEEDED:
        address = found.get(name)
        if not isinstance(address, str):
            raise Fault(_("The document of the provider does not name its %(name)s.") % {"name": name})
        check_address(address)
    return found


def keys_of(provider: SignInProvider, *, anew: bool = False) -> list[dict[str, Any]]:
    """The public keys that the provider signs with; fetched anew at most once a minute. Raises Fault."""
    address = discovered(provider)["jwks_uri"]
    key = f"sso:keys:{address}"
    kept: list[dict[str, Any]] | None = cache.get(key)
    if kept is not None and not (anew and cache.add(f"{key}:anew", True, 60)):
        return kept
    found = json_at(address).get("keys")
    keys = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    cache.set(key, keys, KEYS_KEPT_SECONDS)
    return keys


def json_at(address: str) -> dict[str, Any]:
    """Fetch a JSON object through the guard. Raises Fault."""
    try:
        found = json.loads(body_at(address))
    except ValueError as error:
        raise Fault(_("At %(address)s there is no JSON.") % {"address": address}) from error
    if not isinstance(found, dict):
        raise Fault(_("At %(address)s there is no JSON.") % {"address": address})
    return found


def body_at(address: str) -> bytes:
    """Fetch a document through the guard. Raises Fault."""
    check_address(address)
    try:
        answer = fetch("GET", address, headers={"Accept": "*/*"}, redirects=2)
    except Blocked as error:
        raise Fault(_blocked(address)) from error
    except Unreachable as error:
        told = {"address": address, "why": str(error)[:120]}
        raise Fault(_("Nobody answers at %(address)s (%(why)s).") % told) from error
    if answer.status != 200:
        told = {"address": address, "status": str(answer.status)}
        raise Fault(_("%(address)s answers with %(status)s. Is the address right?") % told)
    return answer.body


def check_address(address: str) -> None:
    """Only https, apart from places that this installation has been told to trust. Raises Fault."""
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.netloc in settings.OUTBOUND_ALLOWED):
        return
    raise Fault(
        _("The address must begin with https://, and %(address)s does not.") % {"address": address[:200]}
    )


def _blocked(address: str) -> str:
    parts = urlsplit(address)
    place = f"{parts.hostname}:{parts.port or 443}"
    return _(
        "%(place)s lies in a private network or on an unusual port, where Barrymore does not call. "
        "If it is yours, start Barrymore with BARRYMORE_OUTBOUND_ALLOWED=%(place)s."
    ) % {"place": place}
