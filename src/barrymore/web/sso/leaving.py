"""Signing out at the provider too: where the browser must go for it."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from barrymore.web.models import Kind, ProvidedSession
from barrymore.web.sso.discovery import Fault, check_address, discovered
from barrymore.web.sso.ending import hint_of
from barrymore.web.sso.saml import talk


def way_out(request: Any, session: ProvidedSession) -> str:
    """The provider's own log-out for this session, empty where it has none or cannot be asked."""
    try:
        return (
            _by_saml(request, session) if session.provider.kind == Kind.SAML else _by_oidc(request, session)
        )
    except Fault:
        return ""


def _by_oidc(request: Any, session: ProvidedSession) -> str:
    address = discovered(session.provider).get("end_session_endpoint")
    if not isinstance(address, str):
        return ""
    check_address(address)
    asked = {
        "client_id": session.provider.client_id,
        "post_logout_redirect_uri": request.build_absolute_uri(reverse("account_login")),
    }
    if hint := hint_of(session):
        asked["id_token_hint"] = hint
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"


def _by_saml(request: Any, session: ProvidedSession) -> str:
    auth = talk(session.provider, request)
    if not auth.get_slo_url():
        return ""
    form, _space, name = hint_of(session).partition(" ")
    return str(
        auth.logout(
            name_id=name, name_id_format=form or None, session_index=session.sid or None, return_to=""
        )
    )
