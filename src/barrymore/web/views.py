"""Home, language, demo sign-in, notices, one's own page, and failures."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from barrymore.alerts.services import mark_seen
from barrymore.organisation.access import Actor
from barrymore.organisation.changes import save_checked
from barrymore.organisation.models import Role
from barrymore.organisation.pages import page
from barrymore.organisation.selectors import module_is_on
from barrymore.web.context import link_to
from barrymore.web.demo_people import demo_people
from barrymore.web.emptying import NotTheDemo, remove_demo
from barrymore.web.forms import OwnForm
from barrymore.web.founding import needs_a_company
from barrymore.web.sections import sections_for

YEAR_SECONDS = 365 * 24 * 3600
READS_REPORTS = {Role.QUALITY, Role.PLANNER, Role.OWNER, Role.SUCCESS}


@require_GET
@page()
def home(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The page of one's day, by role."""
    reports = link_to("reports:index")
    if actor.staff.role == Role.ADMINISTRATOR:
        return redirect("found_company" if needs_a_company() else "welcome")
    if actor.staff.role in READS_REPORTS and reports and module_is_on("reports"):
        return HttpResponseRedirect(reports)
    if actor.may_somewhere("conversations.read"):
        return redirect("desk:desk")
    return redirect("settings_home" if sections_for(actor) else "own_page")


@require_GET
@page()
def settings_home(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The first settings page that the person may open."""
    open_to = sections_for(actor)
    if not open_to:
        return redirect("own_page")
    return redirect(open_to[0][1])


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language and come back to the same page."""
    response = HttpResponseRedirect(_back(request))
    keep_language(request, response, request.POST.get("language", ""))
    return response


def keep_language(request: HttpRequest, response: HttpResponse, code: str) -> None:
    """Set the language cookie; an unknown code is left out."""
    if code in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            max_age=YEAR_SECONDS,
            samesite="Lax",
            secure=request.is_secure(),
        )


def _back(request: HttpRequest) -> str:
    back = request.POST.get("next") or request.headers.get("Referer", "/")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if safe else "/"


@require_POST
def demo_enter(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Sign in as one of the demo people; only where the demo company is at work."""
    person = next((one for one in demo_people() if one.pk == staff_id), None)
    if person is None:
        raise Http404
    login(request, person, backend="barrymore.web.backend.Backend")
    response = redirect("home")
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        keep_language(request, response, person.language)
    return response


@require_GET
def authority(request: HttpRequest) -> HttpResponse:
    """The certificate of our own authority, for phones and browsers to install; its key is never served."""
    if not signs_for_itself():
        raise Http404
    return HttpResponse(_own_authority().read_bytes(), content_type="application/x-x509-ca-cert")


def signs_for_itself() -> bool:
    """Whether devices have to be told to trust our own authority."""
    return _own_authority().exists()


def _own_authority() -> Path:
    return Path(settings.VAR) / "tls" / "authority.crt"


@require_POST
@page("settings.manage")
def demo_remove(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Empty the house for a real company; the administrator who asks stays signed in."""
    try:
        remove_demo(actor)
    except NotTheDemo as error:
        raise Http404 from error
    messages.success(request, _("The demo company is gone. You are the first to work here."))
    return redirect("home")


@never_cache
@require_GET
@page()
def bell(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What is new for the person, asked for when something happened to them."""
    return render(request, "web/bell.html")


@require_POST
@page()
def seen(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Mark one notice, or all, as seen."""
    number = request.POST.get("notice", "")
    mark_seen(actor.staff, int(number) if number.isdigit() else None)
    return HttpResponseRedirect(_back(request))


@require_http_methods(["GET", "POST"])
@page()
def own_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One's name and language."""
    form = OwnForm(request.POST or None, instance=actor.staff)
    if request.method == "POST" and form.is_valid():
        saved = save_checked(actor.staff, form, "staff.own")
        messages.success(request, _("Kept."))
        response = redirect("own_page")
        keep_language(request, response, saved.language)
        return response
    return render(request, "web/own.html", {"form": form})


def failure(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    """A failure in our look: what it is, and what to do."""
    context = {"title": title, "text": text, "acts": [{"url": "/", "label": _("To the first page")}]}
    return render(request, "web/failure.html", context, status=status)


@never_cache
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form too old to be trusted."""
    text = _(
        "The form was open for too long, or cookies are off. Go back, load the page anew and send it again."
    )
    return failure(request, 403, _("This form has grown too old."), text)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404: nothing there, or nothing for this person."""
    text = _(
        "There is nothing at this address, or it belongs to a queue that is not yours. Ask a supervisor."
    )
    return failure(request, 404, _("Nothing is here."), text)


def not_allowed(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403: the role does not reach here."""
    text = _("Your role does not open this page. An administrator can change that under People.")
    return failure(request, 403, _("This door is not yours."), text)


def broken(request: HttpRequest) -> HttpResponse:
    """500: our fault. Drawn without the database, which may be what has failed."""
    return HttpResponse(render_to_string("web/broken.html"), status=500)


def too_many(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """429: guessing is slowed down."""
    return render(request, "web/too_many.html", status=429)
