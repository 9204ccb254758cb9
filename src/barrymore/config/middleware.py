"""What every request gets: the viewer's language and zone, and the security headers."""

import logging
import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from barrymore.organisation.networks import note_staff

log = logging.getLogger(__name__)
SIGN_IN = "/account/login/?next="
Next = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)


class ViewerLanguage:
    """Cookie first, then the browser's wish; a chosen language is set as the cookie by its own view."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the viewer's language."""
        language = translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or language)
        return response


class ViewerTimezone:
    """Times show in the viewer's zone: the browser's, else the one the person has set."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the viewer's time zone, UTC where neither browser nor person has told one."""
        name = request.COOKIES.get("timezone", "") or getattr(request.user, "timezone", "")
        try:
            timezone.activate(zoneinfo.ZoneInfo(name)) if name else timezone.deactivate()
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            timezone.deactivate()
        return self.get_response(request)


class SharedComputer:
    """At a shared computer a person has fewer rights, and is gone after some minutes without a touch."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Limit the person; only what a hand does counts as a touch, not a page that refreshes itself."""
        if request.session.get("workstation"):
            request.user.is_limited = True  # type: ignore[union-attr]
            if not request.headers.get("HX-Trigger", "").endswith(("-live", "feed")):
                request.session.modified = True
        response = self.get_response(request)
        sends_to_sign_in = response.status_code == 302 and response.headers["Location"].startswith(SIGN_IN)
        if sends_to_sign_in and request.COOKIES.get("workstation"):
            response.headers["Location"] = "/switch/"
        return response


class StaffNetworks:
    """From which networks staff work, as marks that fade; only while the staff were told so."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note it after the page is made, and only where somebody has looked who it is already."""
        response = self.get_response(request)
        person = getattr(getattr(request, "_cached_user", None), "pk", None)
        if person is not None:
            try:
                note_staff(person, request.META.get("REMOTE_ADDR", ""))
            except DatabaseError:
                # The page is more important; the next request tries again tomorrow or from elsewhere.
                log.warning("the network of a member of staff was not noted", exc_info=True)
        return response


class ContentSecurity:
    """No inline script or style runs on any page, whatever a customer has typed."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the policy unless the view has set a stricter one of its own."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        if request.COOKIES.get(settings.SESSION_COOKIE_NAME):
            # At a shared computer the button Back must not show what the person before has read.
            response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), payment=()")
        if settings.HTTPS:
            response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        return response
