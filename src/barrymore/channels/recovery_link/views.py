"""What was done, on one page: shown by GET, answered only by POST, so that no mail scanner can answer."""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from barrymore.channels.recoveries import language_of
from barrymore.channels.survey_link import texts
from barrymore.handling.models import Recovery
from barrymore.handling.outcomes import confirm, contradict, recovery_behind
from barrymore.organisation.selectors import company


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def recovery(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the guest's link; it goes on showing what was done after the answer."""
    found = recovery_behind(token)
    with translation.override(_language(request, found)):
        if found is not None and request.method == "POST":
            _take(request, found)
        response = _page(request, found)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _language(request: HttpRequest, found: Recovery | None) -> str:
    asked = request.POST.get("lang") or request.GET.get("lang", "")
    if asked in texts.CODES:
        return asked
    return language_of(found) if found else translation.get_language_from_request(request)


def _take(request: HttpRequest, found: Recovery) -> None:
    """One of the two buttons; the first answer to a claim counts, a second tap changes nothing."""
    said = request.POST.get("said")
    if said == "yes":
        confirm(found)
    elif said == "no":
        contradict(found)
    found.refresh_from_db()


def _page(request: HttpRequest, found: Recovery | None) -> HttpResponse:
    code = translation.get_language()
    address = texts.person_address(found.conversation if found else None)
    context: dict[str, Any] = {
        "company": company().name or "Barrymore",
        "language_code": code,
        "language_name": dict(settings.LANGUAGES).get(code, code),
        "languages": settings.LANGUAGES,
        "person": f"mailto:{quote(address, safe='@')}" if address else "",
        "recovery": found,
        "claims": list(found.claimed.all()) if found else [],
    }
    return render(request, "channels/recovery.html", context, status=200 if found else 404)
