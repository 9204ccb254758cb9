"""OpenID Connect as the house wants it: a nonce, PKCE, checked signatures, guarded calls."""

import secrets
from typing import Any

import requests
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.urls import reverse

from barrymore.organisation.secrets import unseal
from barrymore.web.models import Kind, SignInProvider
from barrymore.web.sso.claims import oidc_claims
from barrymore.web.sso.discovery import Fault, discovered
from barrymore.web.sso.tokens import BadToken, id_claims


def oidc_app(provider: SignInProvider) -> SocialApp:
    """The provider as allauth knows one; made for the request and never stored."""
    app = SocialApp(
        provider=Kind.OIDC.value,
        provider_id=provider.slug,
        name=provider.name,
        client_id=provider.client_id,
        secret=unseal(provider.client_secret),
        settings={
            "server_url": provider.issuer,
            "oauth_pkce_enabled": True,
            "scope": provider.scopes.split() or ["openid"],
        },
    )
    app.ours = provider  # type: ignore[attr-defined]
    return app


def callback_path(provider: SignInProvider) -> str:
    """The path that the provider must know as the redirect URI."""
    return reverse("openid_connect_callback", kwargs={"slug": provider.slug})


class OidcCalls(OpenIDConnectOAuth2Adapter):
    """The calls to the provider."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """The checked discovery document."""
        try:
            return discovered(self.get_provider().app.ours)  # type: ignore[no-untyped-call]
        except Fault as fault:
            raise OAuth2Error(str(fault)) from fault

    def get_callback_url(self, request: Any, app: Any) -> str:
        """Where the provider sends the browser back to."""
        return str(request.build_absolute_uri(callback_path(app.ours)))

    def complete_login(self, request: Any, app: Any, token: Any, **kwargs: Any) -> Any:
        """Check the ID token's signature and that the userinfo is about the same person."""
        try:
            id_token = id_claims(app.ours, str(kwargs["response"].get("id_token", "")))
        except (BadToken, Fault) as error:
            raise OAuth2Error(f"id_token: {error}") from error
        userinfo = self._userinfo(token.token)
        if userinfo and userinfo.get("sub") != id_token["sub"]:
            raise OAuth2Error("userinfo: sub")
        told = {"id_token": id_token, "userinfo": userinfo}
        working = self.get_provider()  # type: ignore[no-untyped-call]
        login = working.sociallogin_from_response(request, told)
        login.claims = oidc_claims(app.ours, id_token, userinfo)
        login.hint = str(kwargs["response"]["id_token"])
        return login

    def _userinfo(self, access_token: str) -> dict[str, Any]:
        if "userinfo_endpoint" not in self.openid_config:
            return {}
        try:
            found = self._fetch_user_info(access_token)
        except requests.RequestException as error:
            raise OAuth2Error(f"userinfo: {error}"[:200]) from error
        return found if isinstance(found, dict) else {}


class OidcProvider(OpenIDConnectProvider):
    """A provider of ours at work in allauth."""

    oauth2_adapter_class = OidcCalls

    def get_login_url(self, request: Any, **kwargs: Any) -> str:
        """Where signing in begins."""
        return reverse("openid_connect_login", kwargs={"slug": self.app.ours.slug})

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        """Nothing is kept of what the provider tells of a person beyond their rights."""
        return {}

    def get_redirect_from_request_kwargs(self, request: Any) -> dict[str, Any]:
        """Only where to go afterwards comes from the address; scopes and parameters do not."""
        wanted = super().get_redirect_from_request_kwargs(request)
        return {"process": "login", **({"next_url": wanted["next_url"]} if "next_url" in wanted else {})}

    def redirect(
        self, request: Any, process: Any, next_url: Any = None, data: Any = None, **more: Any
    ) -> Any:
        """Off to the provider, with a nonce that its answer must carry."""
        nonce = secrets.token_urlsafe(24)
        asked = {"auth_params": {"nonce": nonce}, "nonce": nonce}
        return super().redirect(request, "login", next_url, data, **asked)

    def serialize(self) -> dict[str, Any]:
        """By our own name: two providers may have given us the same client id."""
        return {"id": self.app.provider_id}
