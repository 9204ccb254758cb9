"""SAML 2.0 as the house wants it: metadata that we keep, signed assertions, one answer to each question."""

from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.saml.provider import SAMLProvider
from cryptography import x509
from django.urls import reverse
from django.utils.translation import gettext as _
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

from barrymore.journal.moment import now
from barrymore.web.models import Kind, SignInProvider
from barrymore.web.sso.claims import saml_claims
from barrymore.web.sso.discovery import Fault, body_at, check_address

METADATA_KEPT = timedelta(days=1)
ANSWER_KEPT = timedelta(minutes=5)
SECURITY: dict[str, Any] = {
    "authnRequestsSigned": False,
    "logoutRequestSigned": False,
    "logoutResponseSigned": False,
    "requestedAuthnContext": False,
    "wantAssertionsSigned": True,
    "wantNameId": True,
    "wantAttributeStatement": False,
    "allowRepeatAttributeName": True,
    "rejectDeprecatedAlgorithm": True,
    "signatureAlgorithm": OneLogin_Saml2_Constants.RSA_SHA256,
    "digestAlgorithm": OneLogin_Saml2_Constants.SHA256,
}


def saml_app(provider: SignInProvider) -> SocialApp:
    """The provider as allauth knows one; made for the request and never stored."""
    app = SocialApp(
        provider=Kind.SAML.value, provider_id=provider.slug, client_id=provider.slug, name=provider.name
    )
    app.ours = provider  # type: ignore[attr-defined]
    return app


def metadata_of(xml: str) -> dict[str, Any]:
    """What the metadata tell of the provider. Raises Fault."""
    try:
        found: dict[str, Any] = OneLogin_Saml2_IdPMetadataParser.parse(xml.strip().encode())
    except Exception as error:
        # Whatever the parser of a foreign document stumbles over is the document's fault.
        raise Fault(_("The metadata cannot be read: %(why)s") % {"why": str(error)[:120]}) from error
    idp: dict[str, Any] = found.get("idp", {})
    if not idp.get("entityId"):
        raise Fault(_("The metadata tell of no identity provider."))
    if "singleSignOnService" not in idp:
        raise Fault(_("The metadata name no address for signing in by redirect (HTTP-Redirect)."))
    if not certificates_of(idp):
        raise Fault(_("The metadata hold no certificate, so nothing the provider says could be trusted."))
    check_address(idp["singleSignOnService"]["url"])
    return idp


def certificates_of(idp: dict[str, Any]) -> list[str]:
    """The certificates that the provider signs with; two while it changes from one to the next."""
    if idp.get("x509cert"):
        return [idp["x509cert"]]
    return list(idp.get("x509certMulti", {}).get("signing", []))


def certificate_ends_at(certificate: str) -> datetime:
    """Until when a certificate holds."""
    pem = f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n"
    return x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc.astimezone(UTC)


def refresh_metadata(provider: SignInProvider, *, anew: bool = False) -> None:
    """Fetch the metadata again when they are a day old. Raises Fault where there are none to go on with."""
    fresh = provider.metadata_at and now() - provider.metadata_at < METADATA_KEPT
    if not provider.metadata_url or (fresh and provider.metadata and not anew):
        return
    try:
        xml = body_at(provider.metadata_url).decode("utf-8", "replace")
        metadata_of(xml)
    except Fault:
        if anew or not provider.metadata:
            raise
        return
    provider.metadata, provider.metadata_at = xml, now()
    if provider.pk:
        provider.save(update_fields=["metadata", "metadata_at"])


def config_of(provider: SignInProvider, base: str, *, signed_messages: bool = False) -> dict[str, Any]:
    """The settings of python3-saml; `base` is our own origin. Raises Fault."""
    return {
        **own_config(provider, base, signed_messages=signed_messages),
        "idp": metadata_of(provider.metadata),
    }


def own_config(provider: SignInProvider, base: str, *, signed_messages: bool = False) -> dict[str, Any]:
    """Our side alone: a provider often wants it before it tells its own."""
    place = {"slug": provider.slug}
    return {
        "strict": True,
        "security": {**SECURITY, "wantMessagesSigned": signed_messages},
        "sp": {
            "entityId": base + reverse("saml_metadata", kwargs=place),
            "assertionConsumerService": {
                "url": base + reverse("saml_acs", kwargs=place),
                "binding": OneLogin_Saml2_Constants.BINDING_HTTP_POST,
            },
            "singleLogoutService": {
                "url": base + reverse("saml_sls", kwargs=place),
                "binding": OneLogin_Saml2_Constants.BINDING_HTTP_REDIRECT,
            },
        },
    }


def talk(
    provider: SignInProvider, request: Any, *, answer: str = "", at: str = "", **more: Any
) -> OneLogin_Saml2_Auth:
    """A conversation with the provider; `answer` is what it has sent to our address `at`. Raises Fault."""
    base = request.build_absolute_uri("/").rstrip("/")
    told = {
        "https": "on" if request.is_secure() else "off",
        "http_host": request.get_host(),
        "script_name": at or request.path,
        "get_data": request.GET.copy(),
        "post_data": {"SAMLResponse": answer} if answer else {},
        "query_string": request.META.get("QUERY_STRING", ""),
        "validate_signature_from_qs": True,
    }
    return OneLogin_Saml2_Auth(told, config_of(provider, base, **more))


class SamlProvider(SAMLProvider):
    """A provider of ours at work in allauth."""

    def get_login_url(self, request: Any, **kwargs: Any) -> str:
        """Where signing in begins."""
        return reverse("saml_login", kwargs={"slug": self.app.ours.slug})

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        """Nothing is kept of what the provider tells of a person beyond their rights."""
        return {}

    def extract_uid(self, data: Any) -> str:
        """The NameID; whether it may be trusted to stay is asked at admission."""
        return str(data.get_nameid() or "nobody")[:190]

    def extract_common_fields(self, data: Any) -> dict[str, Any]:
        """Who somebody is stands in the claims."""
        return {}

    def address(self, request: Any, next_url: str | None) -> str:
        """Where to go at the provider; where to go afterwards is kept here, never in RelayState."""
        auth = talk(self.app.ours, request)
        address = str(auth.login(return_to=""))
        self.stash_redirect_state(request, "login", next_url, state_id=auth.get_last_request_id())
        return address

    def sociallogin_from_response(self, request: Any, response: Any) -> Any:
        """The sign-in with the claims of the answer."""
        login = super().sociallogin_from_response(request, response)
        login.claims = saml_claims(self.app.ours, response)
        login.hint = f"{response.get_nameid_format() or ''} {response.get_nameid()}"
        return login

    def serialize(self) -> dict[str, Any]:
        """By our own name."""
        return {"id": self.app.provider_id}
