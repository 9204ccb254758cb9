"""The page that shows every component in all its states, sample layouts, and the choice of theme."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from barrymore.ui import samples
from barrymore.ui.templatetags.ui import THEMES

YEAR_SECONDS = 365 * 24 * 3600


@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component, every state."""
    return render(request, "ui/gallery.html", samples.gallery())


@require_GET
def sample(request: HttpRequest, name: str) -> HttpResponse:
    """One layout with invented content, for the eye and for visual tests."""
    if name not in samples.LAYOUTS:
        raise Http404(name)
    return render(request, f"ui/samples/{name}.html", samples.layout(name))


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme for browsers without script, and go back."""
    back = request.headers.get("Referer", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure())
    return response
