"""Off to an OpenID Connect provider and back, and its word that a session is over."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter as account_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from barrymore.organisation.services import audit
from barrymore.web.models import Kind, SignInProvider
from barrymore.web.sso.admission import note_fault
from barrymore.web.sso.discovery import Fault
from barrymore.web.sso.ending import end_at_providers_word
from barrymore.web.sso.limits import is_too_often
from barrymore.web.sso.oidc import OidcCalls
from barrymore.web.sso.social_accounts import refusal
from barrymore.web.sso.tokens import BadToken, logout_claims
from barrymore.web.views import too_many

log = logging.getLogger(__name__)
KNOCKS = 60
WORDS_OF_PROVIDERS = 600


def limited(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """At most KNOCKS a minute from one address."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        if is_too_often("door", account_adapter(request).get_client_ip(request), KNOCKS):
            return too_many(request)
        return view(request, *args, **more)

    return guarded


def provider_at(slug: str, kind: Kind) -> SignInProvider:
    """The provider in use behind an address, else 404."""
    return get_object_or_404(SignInProvider, slug=slug, kind=kind, is_active=True)


@require_GET
@never_cache
@limited
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Off to the provider."""
    provider = provider_at(slug, Kind.OIDC)
    try:
        view = OAuth2LoginView.adapter_view(OidcCalls(request, slug))  # type: ignore[no-untyped-call]
        return view(request)  # type: ignore[no-any-return]
    except (OAuth2Error, ValueError) as error:
        note_fault(provider, str(error))
        return refusal(request, provider, "away")


@require_GET
@never_cache
@limited
def back(request: HttpRequest, slug: str) -> HttpResponse:
    """Back from the provider."""
    provider = provider_at(slug, Kind.OIDC)
    try:
        view = OAuth2CallbackView.adapter_view(OidcCalls(request, slug))  # type: ignore[no-untyped-call]
        return view(request)  # type: ignore[no-any-return]
    except (KeyError, ValueError) as error:
        # An answer without what the standard demands in it.
        note_fault(provider, f"{type(error).__name__} {error}")
        return refusal(request, provider, "failed")


@csrf_exempt
@require_POST
def ended(request: HttpRequest, slug: str) -> HttpResponse:
    """Back-channel log-out: the provider says, signed, that a session or a person is out."""
    # A provider that is switched off may still end what it has begun.
    provider = get_object_or_404(SignInProvider, slug=slug, kind=Kind.OIDC)
    if is_too_often("logout", slug, WORDS_OF_PROVIDERS):
        return _told(429, "too_many_requests", "Send it again in a minute.")
    try:
        claims = logout_claims(provider, request.POST.get("logout_token", ""))
    except BadToken as error:
        audit(None, "sign_in.logout_refused", provider.name, why=str(error)[:120])
        return _told(400, "invalid_request", str(error)[:120])
    except Fault as fault:
        return _told(400, "invalid_request", f"The keys cannot be fetched: {fault}"[:200])
    count = end_at_providers_word(provider, str(claims.get("sub") or ""), str(claims.get("sid") or ""))
    log.info("sign_in.ended_by_provider sessions=%s", count)
    answer = HttpResponse(status=200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _told(status: int, error: str, description: str) -> HttpResponse:
    answer = JsonResponse({"error": error, "error_description": description}, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
