"""What every call of the window's script passes: its token, its limits, its faults as words."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from barrymore.channels.chat.identity import BadIdentity, note_seen, visitor_of
from barrymore.channels.limits import seconds_to_wait
from barrymore.channels.signs import storable
from barrymore.customers.recognition import BadAddress

CODES = frozenset(code for code, _name in settings.LANGUAGES)
LONGEST_NUMBER = 19  # digits; a key of the database has no more
View = Callable[..., HttpResponse]


def fault(status: int, text: str) -> JsonResponse:
    """What went wrong and what to do, for the window to show."""
    return JsonResponse({"error": text}, status=status)


def called(view: View) -> View:
    """A call of the window's script: JSON in, faults as words, nothing cached."""

    @csrf_exempt
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override(asked_language(request)):
            try:
                return view(request, *args, **kwargs)
            except BadAddress:
                return fault(
                    422, _("Check the address: it is neither a mail address nor a telephone number.")
                )
            except MultiPartParserError:
                return fault(422, _("Choose a file first."))
            except RequestDataTooBig:
                told = {"most": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024}
                return fault(413, _("The file is larger than %(most)s MB. Send a smaller one.") % told)
            except BadIdentity:
                return fault(403, _("The web site could not prove who you are. Write without signing in."))

    return guarded


def visited(most: int) -> Callable[[View], View]:
    """A call that only the visitor may make who holds the token, at most so often a minute."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            visitor = visitor_of(token) if token else None
            if visitor is None or visitor.widget.key != key:
                return fault(401, _("This conversation is over. Begin a new one."))
            if wait := seconds_to_wait(f"chat:{visitor.pk}:{view.__name__}", most):
                return fault(429, _("That was very quick. Try again in %(seconds)s s.") % {"seconds": wait})
            note_seen(visitor)
            return view(request, visitor, *args, **kwargs)

        return guarded

    return guard


def asked_language(request: HttpRequest) -> str:
    """The language of the page around the window, else that of the browser."""
    asked = request.GET.get("lang", "")[:2].lower()
    return asked if asked in CODES else translation.get_language_from_request(request)


def told_in(request: HttpRequest) -> dict[str, Any]:
    """What the call brings, empty for what is no JSON object."""
    try:
        told = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def text_of(told: Any, name: str, longest: int) -> str:
    """A text of the call, cut to its longest; anything else counts as empty."""
    value = told.get(name, "") if isinstance(told, dict) else ""
    return storable(value[: longest * 2])[:longest] if isinstance(value, str) else ""


def number_in(text: str) -> int:
    """The number of a message in a query, 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_NUMBER else 0
