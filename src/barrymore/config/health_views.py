"""Whether we live, whether we can work, and how much: for probes and Prometheus, not for people."""

import hmac
import ipaddress
import os
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from barrymore.config.health import readiness
from barrymore.config.measures import registry

# Where one of these stands, a proxy has passed the request on: the caller is not this machine.
PASSED_ON = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


def live(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"ok": True})


def ready(request: HttpRequest) -> HttpResponse:
    """200 when the process can work, else 503 with what is wrong."""
    checks = readiness()
    fine = all(check.is_ok for check in checks.values())
    told = {name: {"ok": check.is_ok, "detail": check.detail} for name, check in checks.items()}
    return JsonResponse({"ok": fine, "checks": told}, status=200 if fine else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Everything measured, for who holds the token, or without one for this machine only."""
    if not _may_measure(request):
        return JsonResponse(
            {"error": "Only with BARRYMORE_METRICS_TOKEN, or from this machine itself."}, status=403
        )
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_measure(request: HttpRequest) -> bool:
    if token := os.environ.get("BARRYMORE_METRICS_TOKEN", ""):
        told = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(told.encode(), token.encode())
    return not any(name in request.META for name in PASSED_ON) and _is_loopback(
        request.META.get("REMOTE_ADDR", "")
    )


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/health/live": live,
    "/health/ready": ready,
    "/metrics": metrics,
}
