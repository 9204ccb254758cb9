"""Failures that a caller can mend: problem details (RFC 9457) for programs, a page for people."""

import json
from collections.abc import Callable
from typing import Any

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from barrymore.web.views import failure

LONGEST_DETAIL = 500
MEDIA_TYPE = "application/problem+json"
REST = "/api/v1/"
# What Django itself answers before an operation is found, or after one has failed.
KNOWN = {
    404: ("Not found", "There is no such address; /api/v1/openapi.json lists those there are."),
    405: ("Wrong method", "The header Allow names the methods of this address."),
    500: ("Failed", "The failure is ours and is written down; nothing was changed. Try again later."),
}


def problem(status: int, title: str, detail: str, **more: Any) -> HttpResponse:
    """One failure: what is wrong and what to do, never more than the caller may know."""
    detail = detail if len(detail) <= LONGEST_DETAIL else f"{detail[:LONGEST_DETAIL]}…"
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return HttpResponse(json.dumps(body), status=status, content_type=MEDIA_TYPE)


class RestProblems:
    """No program gets a page for people: what fails under REST is a problem document."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Put a problem document in the place of a page that says what failed."""
        answer = self.get_response(request)
        is_page = not answer.headers.get("Content-Type", "").startswith("application/")
        if answer.status_code not in KNOWN or not is_page or not request.path.startswith(REST):
            return answer
        told = problem(answer.status_code, *KNOWN[answer.status_code])
        if "Allow" in answer.headers:
            told.headers["Allow"] = answer.headers["Allow"]
        return told


class PageProblems:
    """What cannot be kept is no failure of ours: a page says so, as REST does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do before or after."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page for numbers, dates and texts larger than the database can hold."""
        if not isinstance(error, OverflowError | DataError) or request.path.startswith(REST):
            return None
        text = _("A number, a date or a text is larger than can be kept. Go back and make it smaller.")
        return failure(request, 400, _("This cannot be kept."), text)
