"""The report pages and their export."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from barrymore.figures import wording
from barrymore.figures.figure import Figure
from barrymore.figures.registry import METRICS
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Site
from barrymore.organisation.selectors import module_is_on
from barrymore.reports.drawing import charts_of
from barrymore.reports.library import REPORTS, Report
from barrymore.reports.selectors import BadPeriod, Shown, Wanted, shown, wanted_of
from barrymore.reports.tables import csv_of
from barrymore.routing.models import Queue


def _allow(request: HttpRequest) -> None:
    Actor(request.user).need("figures.read")  # type: ignore[arg-type]
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
        "wait": {
            name: wording.length(figure.values.get(name)) for name in ("median", "p90", "kaplan_meier_median")
        },
        "mean": wording.length(figure.estimate),
        "spread": wording.length((figure.interval[1] - figure.interval[0]) / 2) if figure.interval else "",
    }


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """All reports."""
    _allow(request)
    return render(request, "reports/index.html", {"reports": REPORTS.values()})


@login_required
def report(request: HttpRequest, name: str) -> HttpResponse:
    """One report; a wrong period says what to write and shows the last 28 days."""
    _allow(request)
    found = _found(name)
    query = {key: str(value) for key, value in request.GET.items()}
    error = ""
    try:
        wanted = wanted_of(query)
    except BadPeriod as fault:
        error, wanted = str(fault), wanted_of({})
    made = shown(found, wanted)
    return render(
        request, "reports/report.html", {**_context(made), "error": error, "query": request.GET.urlencode()}
    )


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
    }


@login_required
def export(request: HttpRequest, name: str) -> HttpResponse:
    """The report as CSV, with every field of the figure object."""
    _allow(request)
    found = _found(name)
    wanted: Wanted = wanted_of({key: str(value) for key, value in request.GET.items()})
    response = HttpResponse(csv_of(shown(found, wanted)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{wanted.period.last.isoformat()}.csv"'
    return response


def _found(name: str) -> Report:
    if name not in REPORTS:
        raise Http404
    return REPORTS[name]
