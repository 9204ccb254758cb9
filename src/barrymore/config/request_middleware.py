"""The outermost middleware: probes, request ids, measures, one log line a request."""

import logging
import re
import secrets
import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from barrymore.config.health_views import PROBES
from barrymore.config.logs import REQUESTS, request_id, view_of
from barrymore.config.measures import note_request
from barrymore.config.middleware import Next
from barrymore.organisation.access import Actor

log = logging.getLogger(REQUESTS)
GOOD_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Watched:
    """Answers the probes before anything can refuse them, and watches every other request."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """A probe comes by address and without a session: no check of host names may stand before it."""
        if (probe := PROBES.get(request.path)) and request.method in ("GET", "HEAD"):
            response = probe(request)
            response.headers["Cache-Control"] = "no-store"
            return response
        return self._watch(request)

    def _watch(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        told = request.META.get("HTTP_X_REQUEST_ID", "")
        name = told if GOOD_ID.fullmatch(told) else secrets.token_hex(8)
        held = request_id.set(name)
        try:
            response = self.get_response(request)
            seconds = time.perf_counter() - began
            response.headers["X-Request-ID"] = name
            view = _view(request)
            note_request(view, request.method or "", response.status_code, seconds)
            if log.isEnabledFor(logging.INFO):
                _tell(request, response, view, seconds)
        finally:
            request_id.reset(held)
        return response


def _view(request: HttpRequest) -> str:
    return "static" if request.path.startswith(settings.STATIC_URL) else view_of(request)


def _tell(request: HttpRequest, response: HttpResponse, view: str, seconds: float) -> None:
    """One line: never the path, which holds tokens of surveys and chats."""
    log.info(
        "request",
        extra={
            "method": request.method,
            "view": view,
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
            "staff": _staff_ref(request),
        },
    )


def _staff_ref(request: HttpRequest) -> int | None:
    """Who asks, as far as somebody has looked already; a log line reads nothing from the database."""
    actor = getattr(request, "auth", None)
    if isinstance(actor, Actor):
        return actor.staff.pk
    return getattr(getattr(request, "_cached_user", None), "pk", None)
