"""Sign-in rules of the house."""

from email.message import EmailMessage
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from barrymore.delivery.smtp import SendFailed, send, server_of
from barrymore.organisation.selectors import company
from barrymore.web.sso.ending import remember
from barrymore.web.sso.passwords import is_off
from barrymore.web.sso.social_accounts import refusal

YEAR_SECONDS = 365 * 24 * 3600


class HouseAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves: staff are invited. Mail leaves by the house's own server."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always closed."""
        return False

    def pre_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse | None:
        """Whoever comes in by a provider only is told so, once the password or passkey was right."""
        if not _sociallogin(more) and user.is_active and is_off(user):
            return refusal(request, None, "password")
        response: HttpResponse | None = super().pre_login(request, user, **more)
        return response

    def post_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse:
        """The pages speak the person's own language, unless this browser has chosen one."""
        response: HttpResponse = super().post_login(request, user, **more)
        if login := _sociallogin(more):
            provider_id, subject, sid, hint = login.state["provided"]
            remember(provider_id, user, request.session.session_key or "", subject, sid, hint)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, user.language, max_age=YEAR_SECONDS, samesite="Lax"
            )
        return response

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """No toasts about signing in and out: the page itself says so."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send by the house's SMTP server; without one nothing can leave, and the page says whom to ask."""
        if not settings.SMTP_URL:
            return
        server = server_of(settings.SMTP_URL)
        rendered = self.render_mail(template_prefix, email, context)
        mail = EmailMessage()
        mail["Subject"], mail["To"] = rendered.subject, email
        mail["From"] = server.user or "barrymore@barrymore.invalid"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(rendered.body)
        try:
            send(server, mail, "", [email])
        except SendFailed:
            # The answer must not tell whether an address is known here.
            return


def _sociallogin(more: dict[str, Any]) -> Any:
    return (more.get("signal_kwargs") or {}).get("sociallogin")


class SecondStepAdapter(DefaultMFAAdapter):
    """Passkeys carry the name of the house."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The host of the page as the id, the company as the name."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": company().name or "Barrymore"}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """The person as their device shows them."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": user.name}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """A first name for a passkey, until its owner writes a better one."""
        return _("Passkey")
