"""The report pages and their export."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from barrymore.figures import spoken, told, wording
from barrymore.figures.figure import Figure
from barrymore.figures.registry import METRICS
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Site
from barrymore.organisation.pages import page
from barrymore.organisation.selectors import module_is_on
from barrymore.reports.details import context_of
from barrymore.reports.drawing import charts_of
from barrymore.reports.library import REPORTS, Report
from barrymore.reports.selectors import CHANNELS, BadPeriod, Shown, Wanted, names_of, shown, wanted_of
from barrymore.reports.tables import csv_of
from barrymore.reports.workbook import CONTENT_TYPE, workbook_of
from barrymore.routing.models import Queue

DIVISIONS = {
    "queue": _("by queue"),
    "site": _("by site"),
    "role": _("by customer role"),
    "channel": _("by channel"),
    "promise": _("by kind of promise"),
}
HEADS = {
    "queue": _("Queue"),
    "site": _("Site"),
    "role": _("Role"),
    "channel": _("Channel"),
    "promise": _("Promise"),
}


def _need_module() -> None:
    if not module_is_on("reports"):
        raise Http404


def in_words(figure: Figure) -> dict[str, Any]:
    """The figure object with its sentence, as the one component takes it."""
    return {
        **figure.as_dict(),
        "sentence": wording.sentence(figure),
        "verdict": wording.verdict(figure),
        "needed": wording.needed(figure),
        "reasons": wording.reasons(figure),
        "explained": told.explained(figure),
        "counted": told.counted(figure),
        "mean_count": told.mean(figure.estimate),
        "in_100": spoken.in_100(figure.estimate) if figure.estimate is not None else "",
        "between": [spoken.in_100(end) for end in figure.interval or ()],
        "wait": {
            name: spoken.length(figure.values.get(name))
            for name in ("mean_wait", "median", "p90", "kaplan_meier_median")
        },
        "mean": spoken.length(figure.estimate),
        "spread": spoken.length((figure.interval[1] - figure.interval[0]) / 2) if figure.interval else "",
    }


@page("figures.read")
def index(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All reports."""
    _need_module()
    context = {
        "reports": REPORTS.values(),
        "may_watch": actor.may_somewhere("queues.manage"),
        "may_see_people": actor.may("feedback.read"),
        "may_see_flags": actor.may("flags.read"),
    }
    return render(request, "reports/index.html", context)


@page("figures.read")
def report(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:
    """One report; a wrong period says what to write and shows the last 28 days."""
    _need_module()
    found = _found(name)
    query = {key: str(value) for key, value in request.GET.items()}
    error = ""
    try:
        wanted = wanted_of(query, found)
    except BadPeriod as fault:
        error, wanted = str(fault), wanted_of({}, found)
    made = shown(found, wanted)
    told_besides = {
        "error": error,
        "query": request.GET.urlencode(),
        "may_watch": actor.may_somewhere("queues.manage"),
    }
    return render(request, found.template, {**_context(made), **context_of(made, actor), **told_besides})


def _context(made: Shown) -> dict[str, Any]:
    return {
        "report": made.report,
        "wanted": made.wanted,
        "whole": in_words(made.whole),
        "before": in_words(made.before),
        "parts": [
            {
                "name": part.name,
                "figure": in_words(part.figure),
                "before": in_words(part.before) if part.before else None,
            }
            for part in made.parts
        ],
        "weeks": [in_words(week) for week in made.weeks],
        "charts": charts_of(made),
        "definition": METRICS[made.report.metric].definition,
        "version": METRICS[made.report.metric].version,
        "sites": Site.objects.all(),
        "queues": Queue.objects.filter(is_active=True),
        "channels": CHANNELS,
        "divisions": [(by, DIVISIONS[by], HEADS[by]) for by in made.report.divisions],
        "head": HEADS[made.wanted.by],
        "kinds": names_of("promise"),
    }


@page("figures.read")
def export(request: HttpRequest, actor: Actor, name: str, kind: str) -> HttpResponseBase:
    """The report as CSV or XLSX, with every field of the figure object; a wrong wish is told with 400."""
    _need_module()
    found = _found(name)
    try:
        wanted: Wanted = wanted_of({key: str(value) for key, value in request.GET.items()}, found)
    except BadPeriod as fault:
        return HttpResponse(str(fault), status=400, content_type="text/plain; charset=utf-8")
    made, file = shown(found, wanted), f"{name}-{wanted.period.last.isoformat()}.{kind}"
    if kind == "xlsx":
        return FileResponse(workbook_of(made), as_attachment=True, filename=file, content_type=CONTENT_TYPE)
    response = HttpResponse(csv_of(made), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


def _found(name: str) -> Report:
    if name not in REPORTS:
        raise Http404
    return REPORTS[name]
