"""Counts of chosen questions for somebody outside, who has nothing but the link."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from barrymore.channels.survey_link.texts import CODES
from barrymore.feedback.results import count_opening, results_of, shared_by
from barrymore.organisation.selectors import company


@never_cache
@require_safe
def results(request: HttpRequest, token: str) -> HttpResponse:
    """The page; an unknown, an ended and a revoked link are told alike."""
    asked = request.GET.get("lang", "")
    language = asked if asked in CODES else translation.get_language_from_request(request)
    shared = shared_by(token)
    with translation.override(language):
        context = {
            "company": company().name or "Barrymore",
            "language_code": language,
            "language_name": dict(settings.LANGUAGES).get(language, language),
            "languages": settings.LANGUAGES,
            "shared": shared,
            "results": results_of(shared, language) if shared else None,
            "csrf_token": "",
        }
        answer = render(request, "channels/results.html", context, status=200 if shared else 404)
    if shared and request.method == "GET":
        count_opening(shared)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
