"""Sign-in rules of the house."""

from email.message import EmailMessage
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from barrymore.delivery.smtp import SendFailed, send, server_of

YEAR_SECONDS = 365 * 24 * 3600


class HouseAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves: staff are invited. Mail leaves by the house's own server."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always closed."""
        return False

    def post_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse:
        """The pages speak the person's own language, unless this browser has chosen one."""
        response: HttpResponse = super().post_login(request, user, **more)
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
