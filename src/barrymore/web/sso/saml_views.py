"""Off to a SAML provider and back, its log-out, and what it must know of us."""

from typing import Any

from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.sessions import LoginSession
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from onelogin.saml2.errors import OneLogin_Saml2_Error
from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from barrymore.journal.moment import now
from barrymore.organisation.services import audit
from barrymore.web.models import Kind, SignInProvider
from barrymore.web.sso.admission import note_fault
from barrymore.web.sso.discovery import Fault
from barrymore.web.sso.ending import end_at_providers_word
from barrymore.web.sso.oidc_views import limited, provider_at
from barrymore.web.sso.saml import ANSWER_KEPT, SamlProvider, own_config, refresh_metadata, saml_app, talk
from barrymore.web.sso.social_accounts import refusal
from barrymore.web.sso.tokens import BadToken, use_up

LONGEST_ANSWER = 500_000


@require_GET
@never_cache
@limited
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Off to the provider."""
    provider = provider_at(slug, Kind.SAML)
    try:
        refresh_metadata(provider)
        working = SamlProvider(request, saml_app(provider))
        wanted = working.get_redirect_from_request_kwargs(request)
        return HttpResponseRedirect(working.address(request, wanted.get("next_url")))
    except (Fault, OneLogin_Saml2_Error) as error:
        note_fault(provider, str(error))
        return refusal(request, provider, "away")


@csrf_exempt
@require_POST
@never_cache
@limited
def arrive(request: HttpRequest, slug: str) -> HttpResponse:
    """The provider's page posts here from elsewhere, without our cookie: keep the answer, go one step on."""
    provider = provider_at(slug, Kind.SAML)
    answer = request.POST.get("SAMLResponse", "")
    if not answer or len(answer) > LONGEST_ANSWER:
        return refusal(request, provider, "failed")
    response = HttpResponseRedirect(reverse("saml_finish_acs", kwargs={"slug": slug}))
    kept = LoginSession(request, "saml_acs_session", "saml-acs-session")
    kept.store["answer"] = answer
    kept.store.set_expiry(ANSWER_KEPT)
    kept.save(response)
    return response


@require_GET
@never_cache
@limited
def back(request: HttpRequest, slug: str) -> HttpResponse:
    """Back from the provider: now the browser shows who had asked."""
    provider = provider_at(slug, Kind.SAML)
    kept = LoginSession(request, "saml_acs_session", "saml-acs-session")
    answer = kept.store.get("answer")
    kept.delete()
    if not answer:
        return refusal(request, provider, "state")
    try:
        auth = talk(provider, request, answer=answer, at=reverse("saml_acs", kwargs={"slug": slug}))
        auth.process_response()
    except (Fault, OneLogin_Saml2_Error, ValueError) as error:
        note_fault(provider, str(error))
        return refusal(request, provider, "failed")
    if auth.get_errors() or not auth.is_authenticated():
        note_fault(provider, str(auth.get_last_error_reason() or ", ".join(auth.get_errors())))
        return refusal(request, provider, "failed")
    return _signed_in(request, provider, auth)


def _signed_in(request: HttpRequest, provider: SignInProvider, auth: Any) -> HttpResponse:
    """The answer is genuine; it must also answer what this browser has asked, and for the first time."""
    working = SamlProvider(request, saml_app(provider))
    try:
        use_up(f"saml:{provider.pk}:{auth.get_last_assertion_id()}", now() + ANSWER_KEPT * 10)
        state = working.unstash_redirect_state(request, auth.get_last_response_in_response_to() or "")
    except (BadToken, PermissionDenied) as error:
        note_fault(provider, str(error) or "InResponseTo")
        return refusal(request, provider, "state")
    login = working.sociallogin_from_response(request, auth)
    login.state = state
    response: HttpResponse = complete_social_login(request, login)
    return response


@require_GET
@never_cache
@limited
def ended(request: HttpRequest, slug: str) -> HttpResponse:
    """Single log-out by the browser: the provider's signed word, or its answer to ours."""
    provider = provider_at(slug, Kind.SAML)
    if "SAMLRequest" not in request.GET:
        return HttpResponseRedirect(reverse("account_login"))
    try:
        auth = talk(provider, request, signed_messages=True)
        onward = auth.process_slo(keep_local_session=True)
        if auth.get_errors():
            raise BadToken(str(auth.get_last_error_reason() or ", ".join(auth.get_errors())))
        xml = auth.get_last_request_xml()
        subject = OneLogin_Saml2_Logout_Request.get_nameid(xml)
        sids = OneLogin_Saml2_Logout_Request.get_session_indexes(xml) or [""]
        use_up(f"saml:{provider.pk}:{auth.get_last_message_id()}", now() + ANSWER_KEPT * 10)
    except (Fault, OneLogin_Saml2_Error, BadToken, ValueError) as error:
        audit(None, "sign_in.logout_refused", provider.name, why=str(error)[:120])
        return refusal(request, provider, "failed")
    for sid in sids:
        end_at_providers_word(provider, subject, sid)
    return HttpResponseRedirect(onward)


@require_GET
def metadata(request: HttpRequest, slug: str) -> HttpResponse:
    """What the provider must know of us; open to everybody, as it holds no secret."""
    provider = provider_at(slug, Kind.SAML)
    base = request.build_absolute_uri("/").rstrip("/")
    about = OneLogin_Saml2_Settings(own_config(provider, base), sp_validation_only=True)
    return HttpResponse(about.get_sp_metadata(), content_type="application/samlmetadata+xml")
