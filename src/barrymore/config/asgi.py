"""The edge: live streams and device events as raw ASGI, everything else through Django as WSGI in threads."""

import os
from http.cookies import CookieError, SimpleCookie
from importlib import import_module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barrymore.config.settings")

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from barrymore.channels.chat.identity import note_seen as note_visitor_seen
from barrymore.channels.chat.identity import visitor_of
from barrymore.channels.devices.edge import DeviceEdge
from barrymore.config.health_views import PROBES
from barrymore.config.measures import LISTENERS
from barrymore.config.wsgi import application as wsgi
from barrymore.live.pipe import Pipe
from barrymore.live.stream import LiveStream, Receive, Scope, Send
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Staff
from barrymore.routing.selectors import visible_placement
from barrymore.routing.services import note_seen
from barrymore.routing.sight import visible_queues
from barrymore.telephony.browser import leads_to
from barrymore.telephony.phone_views import RIGHT

WSGI_THREADS = 12
PHONE = "/phone/socket"


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
    if b"authorization" in headers:
        return _of_visitor(headers)
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


def _of_visitor(headers: dict[bytes, bytes]) -> frozenset[str] | None:
    """What the visitor of a web site may hear: their own conversation and nothing else."""
    token = headers.get(b"authorization", b"").decode("latin-1").removeprefix("Bearer ")
    visitor = visitor_of(token) if token else None
    if visitor is None or visitor.conversation_id is None:
        return None
    note_visitor_seen(visitor)
    return frozenset({f"conversation:{visitor.conversation_id}"})


def line_of(headers: dict[bytes, bytes]) -> str | None:
    """Where the telephone in this browser leads; None for who is signed out or has none."""
    staff = listener_of(headers)
    return leads_to(staff) if staff is not None and Actor(staff).may_somewhere(RIGHT) else None


django = WSGIMiddleware(wsgi, workers=WSGI_THREADS)  # type: ignore[arg-type]
stream = LiveStream(authorise)
devices = DeviceEdge()
phone = Pipe(line_of, "sip")
LISTENERS.set_function(lambda: len(stream.listeners))
LIVE = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Send a request to the live stream, the telephone, the device edge or Django."""
    if scope["type"] == "websocket":
        await (phone(scope, receive, send) if scope["path"] == PHONE else _refuse(receive, send))
    elif scope["type"] == "http" and scope["path"] == "/live/stream":
        await stream(scope, receive, send)
    elif scope["type"] == "http" and devices.takes(scope["path"]):
        await devices(scope, receive, send)
    elif scope["type"] == "http" and scope["path"] == "/health/live":
        # Here and not in a thread: all threads may be waiting for a database that does not answer.
        await send({"type": "http.response.start", "status": 200, "headers": LIVE})
        await send({"type": "http.response.body", "body": b'{"ok": true}'})
    else:
        await django(scope, receive, send)  # type: ignore[arg-type]


async def _refuse(receive: Receive, send: Send) -> None:
    """No other address speaks WebSocket."""
    await receive()
    await send({"type": "websocket.close", "code": 4404})


async def probes(scope: Scope, receive: Receive, send: Send) -> None:
    """Health and measures of a process that only works: everything else is served elsewhere."""
    if scope["type"] == "http" and scope["path"] not in PROBES:
        await send(
            {"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/plain")]}
        )
        await send({"type": "http.response.body", "body": b"Only health and metrics are here.\n"})
    else:
        await application(scope, receive, send)
