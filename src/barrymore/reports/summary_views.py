"""The summary as a page and as PDF, and ordering it by mail."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from barrymore.organisation.access import Actor
from barrymore.organisation.models import Site
from barrymore.organisation.pages import page
from barrymore.organisation.selectors import module_is_on
from barrymore.reports.mailing import NoMail, order
from barrymore.reports.models import Subscription
from barrymore.reports.pdf import pdf_of
from barrymore.reports.selectors import BadPeriod, Wanted, wanted_of
from barrymore.reports.summary import Summary, summary_of


@require_http_methods(["GET", "POST"])
@page("figures.read")
def summary(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All figures of a period in sentences; a POST orders it by mail or ends that."""
    _need_module()
    if request.method == "POST":
        return _ordered(request, actor)
    error, status = "", 200
    query = {key: str(value) for key, value in request.GET.items()}
    try:
        wanted = wanted_of(query)
    except BadPeriod as fault:
        error, status, wanted = str(fault), 400, wanted_of({})
    ordered = Subscription.objects.filter(staff=actor.staff, site=wanted.scope.site).first()
    context = {
        "shown": _made(wanted),
        "wanted": wanted,
        "sites": Site.objects.all(),
        "error": error,
        "query": request.GET.urlencode() if not error else "",
        "ordered": ordered,
        "every": Subscription.Every.choices,
    }
    return render(request, "reports/summary.html", context, status=status)


def _ordered(request: HttpRequest, actor: Actor) -> HttpResponse:
    site_ref = request.POST.get("site", "")
    site = get_object_or_404(Site, pk=site_ref) if site_ref.isdecimal() else None
    try:
        kept = order(actor, site, request.POST.get("every", ""))
    except NoMail as fault:
        messages.error(request, str(fault))
    except ValueError as fault:
        return HttpResponse(str(fault), status=422, content_type="text/plain; charset=utf-8")
    else:
        messages.success(request, _("You will be sent it.") if kept else _("You will be sent no more of it."))
    answer = redirect("reports:summary")
    if site:
        answer["Location"] += f"?site={site.pk}"
    return answer


@require_GET
@page("figures.read")
def summary_file(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The same as PDF; a wrong wish is told with 400."""
    _need_module()
    try:
        wanted = wanted_of({key: str(value) for key, value in request.GET.items()})
    except BadPeriod as fault:
        return HttpResponse(str(fault), status=400, content_type="text/plain; charset=utf-8")
    answer = HttpResponse(pdf_of(_made(wanted)), content_type="application/pdf")
    name = f"summary-{wanted.period.last.isoformat()}.pdf"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _made(wanted: Wanted) -> Summary:
    site = Site.objects.filter(pk=wanted.scope.site).first() if wanted.scope.site else None
    return summary_of(site, wanted.period)


def _need_module() -> Any:
    if not module_is_on("reports"):
        raise Http404
