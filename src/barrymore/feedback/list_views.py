"""What customers said, in one list: the page, its voice messages and its table to take along."""

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from barrymore.extras.catalog import EXTRAS
from barrymore.extras.environment import is_installed
from barrymore.feedback import photos, voices
from barrymore.feedback.listing import Wanted, lines_of, page_of, table_of
from barrymore.feedback.machines import reading
from barrymore.feedback.models import Recording, Response, Transcript
from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page
from barrymore.organisation.points import points


def _wanted(request: HttpRequest) -> Wanted:
    """From the address; what cannot be is left out."""
    told = request.GET
    return Wanted(
        mode=told.get("mode", "") if told.get("mode") in Response.Mode.values else "",
        channel=told.get("channel", "") if told.get("channel") in Response.Channel.values else "",
        point=_number(told.get("point", "")),
        score=_number(told.get("score", "")),
        words=bool(told.get("words")),
    )


def _number(raw: str) -> int | None:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 12 else None


@require_GET
@page("feedback.read")
def said(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All answers, newest first. Survey and feedback stand side by side and are never put into one mean."""
    wanted = _wanted(request)
    try:
        found = page_of(wanted, request.GET.get("after", ""))
    except ValueError:
        return HttpResponseRedirect(reverse("said:said"))
    context = {
        "title": _("What customers said"),
        "wanted": wanted,
        "lines": lines_of(
            found.rows, with_contacts=actor.may("customers.read"), with_photos=actor.may(photos.PERMISSION)
        ),
        "following": found.next,
        "modes": Response.Mode.choices,
        "channels": Response.Channel.choices,
        "points": points()[:500],
        "query": "&".join(f"{name}={value}" for name, value in wanted.as_query().items()),
        "speech_on": is_installed(EXTRAS["speech"]) and reading().speech_on,
        "is_filtered": bool(wanted.as_query()),
    }
    return render(request, "feedback/said.html", context)


@require_GET
@page("feedback.read")
def table(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """The same answers as CSV."""
    told = StreamingHttpResponse(table_of(_wanted(request)), content_type="text/csv; charset=utf-8")
    told.headers["Content-Disposition"] = 'attachment; filename="feedback.csv"'
    return told


@require_GET
@page("feedback.read")
def recording(request: HttpRequest, actor: Actor, key: str) -> HttpResponseBase:
    """A voice message, to be heard in the list."""
    found = get_object_or_404(Recording, key=key)
    told = FileResponse((Path(settings.MEDIA_ROOT) / found.path).open("rb"), content_type=found.content_type)
    told.headers["X-Content-Type-Options"] = "nosniff"
    told.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    told.headers["Cache-Control"] = "private, no-store"
    return told


@require_POST
@page(voices.PERMISSION)
def correct(request: HttpRequest, actor: Actor, key: str) -> HttpResponse:
    """What was really said, beside what the machine wrote."""
    try:
        voices.correct(actor, key, request.POST.get("text", ""))
    except Transcript.DoesNotExist as error:
        raise Http404 from error
    except ValueError as error:
        messages.error(request, str(error).partition(": ")[2])
    else:
        messages.success(request, _("Kept."))
    return HttpResponseRedirect(reverse("said:said"))


@require_POST
@page(photos.PERMISSION)
def photo(request: HttpRequest, actor: Actor, key: str) -> HttpResponse:
    """A photo, on record. By POST, so that nothing but a person opens it."""
    data = photos.open_photo(actor, key)
    if data is None:
        raise Http404
    told = HttpResponse(data, content_type="image/jpeg")
    told.headers["X-Content-Type-Options"] = "nosniff"
    told.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    told.headers["Cache-Control"] = "private, no-store"
    return told
