"""The kiosk's page, what makes it installable, and the pictures that it shows."""

import hashlib
import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import translation
from django.views.decorators.http import require_safe

from barrymore.channels.devices.screens import media_at
from barrymore.channels.kiosk.words import words

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
SCRIPT, STYLE, WORKER = "ui/kiosk.js", "ui/kiosk-style.css", "ui/kiosk-worker.js"
ICONS = ("ui/kiosk/icon-192.png", "ui/kiosk/icon-512.png", "ui/kiosk/icon.svg")


def _bytes_of(name: str) -> bytes:
    found = finders.find(name)
    return Path(found).read_bytes() if isinstance(found, str) else b""


def _fonts() -> list[str]:
    found = finders.find(SCRIPT)
    folder = Path(found).parent / "fonts" if isinstance(found, str) else Path("nowhere")
    return [f"ui/fonts/{one.name}" for one in sorted(folder.glob("*normal.woff2"))]


def _shell() -> str:
    """The page, the same for everybody: it knows no session and no cookie."""
    with translation.override("en"):
        return render_to_string("channels/kiosk.html", {"words": words(), "languages": settings.LANGUAGES})


@cache
def _version() -> str:
    """Changes with whatever the screen keeps for times without a network."""
    told = hashlib.sha256(_shell().encode())
    for name in (SCRIPT, STYLE, WORKER, *ICONS, *_fonts()):
        told.update(_bytes_of(name))
    return told.hexdigest()[:16]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The kiosk itself; everything else it does in the browser."""
    told = render(request, "channels/kiosk.html", {"words": words(), "languages": settings.LANGUAGES})
    told.headers["Content-Security-Policy"] = POLICY
    told.headers["Permissions-Policy"] = "camera=(self), geolocation=(), payment=()"
    told.headers["Cache-Control"] = "no-cache"
    told.headers["X-Robots-Tag"] = "noindex, nofollow"
    return told


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a browser needs to install the page as an app in full screen."""
    sizes = ("192x192", "512x512", "any")
    kinds = ("image/png", "image/png", "image/svg+xml")
    icons = [
        {"src": static(name), "sizes": size, "type": kind, "purpose": "any"}
        for name, size, kind in zip(ICONS, sizes, kinds, strict=True)
    ]
    told = {
        "id": "/kiosk/",
        "name": "Barrymore Kiosk",
        "short_name": "Kiosk",
        "start_url": "/kiosk/",
        "scope": "/kiosk/",
        "display": "fullscreen",
        "display_override": ["fullscreen", "standalone"],
        "orientation": "any",
        "background_color": "#FBF9F4",
        "theme_color": "#FBF9F4",
        "icons": icons,
    }
    return JsonResponse(told, content_type="application/manifest+json")


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker with the list of what it keeps; another version is another worker."""
    kept = ["/kiosk/", "/kiosk/manifest.webmanifest"]
    kept += [static(name) for name in (SCRIPT, STYLE, *ICONS, *_fonts())]
    told = f"self.KEPT={json.dumps({'version': _version(), 'files': kept})};\n".encode()
    answer = HttpResponse(told + _bytes_of(WORKER), content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@require_safe
def media(request: HttpRequest, name: str) -> HttpResponseBase:
    """A picture by its random name: it never changes, and nothing in it can run."""
    found = media_at(name)
    if found is None:
        raise Http404
    told = FileResponse((Path(settings.MEDIA_ROOT) / found[0]).open("rb"), content_type=found[1])
    told.headers["X-Content-Type-Options"] = "nosniff"
    told.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    told.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return told
