"""Say that one has an alert, by link or in the page; say how one wants to be told."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from barrymore.alerts.browsers import BadSubscription, add_browser, remove_browser
from barrymore.alerts.encryption import own_public_key
from barrymore.alerts.forms import ReachForm
from barrymore.alerts.links import notice_behind
from barrymore.alerts.models import Alert, Reach
from barrymore.alerts.raising import acknowledge
from barrymore.alerts.selectors import may_acknowledge
from barrymore.alerts.texts import link_of, subject_of
from barrymore.organisation.access import Actor
from barrymore.organisation.changes import save_checked
from barrymore.organisation.pages import page


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def linked(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link of a mail, a text or a push. A mail scanner's GET says nothing for anybody."""
    notice = notice_behind(token)
    if notice is None or notice.alert is None:
        return render(request, "alerts/linked.html", {"notice": None}, status=404)
    if request.method == "POST":
        acknowledge(notice.alert, notice.staff)
        notice.alert.refresh_from_db()
    with translation.override(notice.staff.language):
        context: dict[str, Any] = {
            "notice": notice,
            "alert": notice.alert,
            "what": subject_of(notice),
            "is_mine": notice.alert.acknowledged_by_id == notice.staff_id,
            "link": link_of(notice),
        }
        response = render(request, "alerts/linked.html", context)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@require_POST
@page("conversations.read", somewhere=True)
def acknowledge_here(request: HttpRequest, actor: Actor, alert_id: int) -> HttpResponse:
    """One tap in the page."""
    alert = get_object_or_404(Alert, pk=alert_id)
    if not may_acknowledge(actor, alert):
        raise Http404
    if not acknowledge(alert, actor.staff):
        messages.info(request, _("Somebody has it already."))
    return HttpResponseRedirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The path of the page one came from, and nothing of another host."""
    path = urlsplit(request.headers.get("Referer", "")).path
    return path if path.startswith("/") and not path.startswith("//") else "/"


@require_GET
def push_worker(request: HttpRequest) -> HttpResponse:
    """The service worker that shows push messages; it must stand at the root to see the whole house."""
    found = finders.find("ui/push-worker.js")
    if not isinstance(found, str):
        raise Http404
    with open(found, "rb") as file:
        return HttpResponse(file.read(), content_type="text/javascript")


@require_POST
@page()
def subscribe(request: HttpRequest, actor: Actor) -> HttpResponse:
    """This browser takes push messages from now on."""
    told = [request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth", "name")]
    try:
        browser = add_browser(actor.staff, *told)
    except BadSubscription as error:
        return JsonResponse({"error": str(error)}, status=422)
    return JsonResponse({"id": browser.pk}, status=201)


@require_POST
@page()
def unsubscribe(request: HttpRequest, actor: Actor, browser_id: int) -> HttpResponse:
    """Forget a browser of one's own."""
    if not remove_browser(actor.staff, browser_id):
        raise Http404
    return HttpResponseRedirect("/me/reach/")


@require_http_methods(["GET", "POST"])
@page()
def reach(request: HttpRequest, actor: Actor) -> HttpResponse:
    """How one wants to be told: number, ways, browsers."""
    found = Reach.objects.filter(staff=actor.staff).first() or Reach(staff=actor.staff)
    form = ReachForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        save_checked(actor.staff, form, "staff.reach")
        messages.success(request, _("Kept."))
        return HttpResponseRedirect(request.path)
    return render(
        request, "alerts/reach.html", reach_context(actor, form), status=422 if form.errors else 200
    )


def reach_context(actor: Actor, form: ReachForm) -> dict[str, Any]:
    """What the page shows."""
    return {
        "form": form,
        "browsers": list(actor.staff.browsers.order_by("-id")),
        "push_key": own_public_key(),
    }
