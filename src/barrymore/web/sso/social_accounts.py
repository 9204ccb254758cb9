"""What happens when allauth has spoken with a provider: our providers, admission, refusals."""

from typing import Any

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from barrymore.web.models import Kind, SignInProvider
from barrymore.web.sso.admission import Refused, admit, note_fault
from barrymore.web.sso.guarded import guarded_session
from barrymore.web.sso.oidc import oidc_app
from barrymore.web.sso.reasons import REASONS
from barrymore.web.sso.saml import saml_app


def refusal(request: HttpRequest, provider: SignInProvider | None, reason: str) -> HttpResponse:
    """Not let in: why, and the way on."""
    status = 401 if reason in {"cancelled", "state", "failed", "away"} else 403
    context = {"reason": REASONS[reason], "provider": provider, "key": reason}
    response = render(request, "web/sso/refused.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


class SocialAdapter(DefaultSocialAccountAdapter):
    """Providers are our rows, calls are guarded, and who comes in is decided by `admit`."""

    def list_apps(
        self, request: HttpRequest | None, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """The providers in use, with their secrets unsealed for this request only."""
        found = SignInProvider.objects.filter(is_active=True)
        if client_id:
            found = (
                found.filter(slug=client_id) if provider == Kind.SAML else found.filter(client_id=client_id)
            )
        if provider:
            found = found.filter(kind=provider) if provider in Kind.values else found.filter(slug=provider)
        return [oidc_app(one) if one.kind == Kind.OIDC else saml_app(one) for one in found]

    def get_requests_session(self) -> requests.Session:
        """A session that cannot leave the guard."""
        return guarded_session()

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody signs up by allauth; `admit` creates people where the provider may."""
        return False

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: Any) -> Any:
        """Leave allauth's draft of a person empty: `admit` finds or makes the real one."""
        return sociallogin.user

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Decide who comes in; whoever does not sees why."""
        provider = sociallogin.provider.app.ours
        claims = sociallogin.claims
        if claims.nonce != (sociallogin.state.get("nonce") or ""):
            note_fault(provider, "nonce")
            raise ImmediateHttpResponse(refusal(request, provider, "failed"))
        try:
            sociallogin.user = admit(provider, claims)
        except Refused as refused:
            raise ImmediateHttpResponse(refusal(request, provider, refused.reason)) from refused
        sociallogin.state["process"] = "login"
        sociallogin.state["provided"] = [provider.pk, claims.subject, claims.sid, sociallogin.hint]

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Our page for every failure; what exactly failed is for the administrator, not for the stranger."""
        ours = provider.app.ours
        told = extra_context or {}
        if error == AuthError.CANCELLED:
            reason = "cancelled"
        elif exception is None and "saml_errors" not in told and not request.GET.get("error"):
            reason = "state"
        else:
            reason = "failed"
            note_fault(
                ours, str(exception or told.get("saml_last_error_reason") or request.GET.get("error", ""))
            )
        raise ImmediateHttpResponse(refusal(request, ours, reason))
