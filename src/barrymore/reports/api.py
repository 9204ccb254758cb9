"""REST for reports."""

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router

from barrymore.organisation.access import actor_of
from barrymore.reports.details import detail_of
from barrymore.reports.library import REPORTS
from barrymore.reports.selectors import shown, wanted_of
from barrymore.reports.tables import rows_of

router = Router(tags=["reports"])


@router.get("/reports")
def reports(request: HttpRequest) -> dict[str, Any]:
    """The reports that there are."""
    actor_of(request).need("figures.read")
    return {
        "items": [
            {
                "name": report.name,
                "title": str(report.title),
                "metric": report.metric,
                "about": str(report.about),
                "divisions": list(report.divisions),
            }
            for report in REPORTS.values()
        ]
    }


@router.get("/reports/{name}")
def report(request: HttpRequest, name: str) -> dict[str, Any]:
    """One report: `since`, `until`, `site`, `queue`, `role`, `channel` restrict it, `by` divides it.

    The report of promises is also restricted by `promise`; those of contacts and promises add their detail.
    """
    actor_of(request).need("figures.read")
    if name not in REPORTS:
        raise Http404
    query = {key: str(value) for key, value in request.GET.items()}
    made = shown(REPORTS[name], wanted_of(query, REPORTS[name]))
    return {
        "name": name,
        "whole": made.whole.as_dict(),
        "before": made.before.as_dict(),
        "rows": rows_of(made),
        **detail_of(made),
    }
