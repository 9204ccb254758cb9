"""Whoever was asked for a public review goes there; that somebody went is counted, not who."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from barrymore.feedback.reviews import went


@never_cache
@require_safe
def review(request: HttpRequest, code: str) -> HttpResponse:
    """To the page that the campaign or survey names now; a look ahead by a browser is no visit."""
    hints = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    is_person = request.method == "GET" and not any("prefetch" in hint.lower() for hint in hints)
    address = went(code, is_person=is_person)
    if not address:
        raise Http404
    answer = HttpResponseRedirect(address)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
