"""The edge: live streams as raw ASGI, everything else through Django as WSGI in threads."""

import os
from http.cookies import CookieError, SimpleCookie
from importlib import import_module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barrymore.config.settings")

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from barrymore.config.wsgi import application as wsgi
from barrymore.live.stream import LiveStream, Receive, Scope, Send
from barrymore.organisation.models import Staff
from barrymore.routing.selectors import visible_placement, visible_queues
from barrymore.routing.services import note_seen

WSGI_THREADS = 12


def listener_of(headers: dict[bytes, bytes]) -> Staff | None:
    """The signed-in person behind a request's session cookie."""
    try:
        cookies = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return None
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    if morsel is None:
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(morsel.value)
    staff = Staff.objects.filter(pk=session.get(SESSION_KEY), is_active=True).first()
    if staff is None or BACKEND_SESSION_KEY not in session:
        return None
    return staff if session.get(HASH_SESSION_KEY) == staff.get_session_auth_hash() else None


def authorise(headers: dict[bytes, bytes], wanted: frozenset[str]) -> frozenset[str] | None:
    """The topics that this person may hear now; an open page also says that the person is here."""
    staff = listener_of(headers)
    if staff is None:
        return None
    note_seen(staff)
    may = {f"queue:{pk}" for pk in visible_queues(staff).values_list("pk", flat=True)} | {f"staff:{staff.pk}"}
    for topic in wanted - may:
        kind, _, ref = topic.partition(":")
        if kind == "conversation" and ref.isdigit() and visible_placement(staff, int(ref)):
            may.add(topic)
    return frozenset(wanted & may)


django = WSGIMiddleware(wsgi, workers=WSGI_THREADS)  # type: ignore[arg-type]
stream = LiveStream(authorise)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Send a request to the live stream or to Django."""
    if scope["type"] == "http" and scope["path"] == "/live/stream":
        await stream(scope, receive, send)
    else:
        await django(scope, receive, send)  # type: ignore[arg-type]
