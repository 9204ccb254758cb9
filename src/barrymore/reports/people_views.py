"""Answers by person: as a page and as CSV."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from barrymore.figures import spoken
from barrymore.figures.comparing import Row
from barrymore.formulas.leagues import FEWEST_ANSWERS
from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page
from barrymore.organisation.selectors import module_is_on
from barrymore.reports.compare_views import in_groups, levelled_words, quarter_words
from barrymore.reports.compared import quarter_code
from barrymore.reports.people import COLUMNS, NAME, RIGHT, Shown, people_for, rows_of
from barrymore.reports.selectors import BadPeriod
from barrymore.reports.tables import csv_from
from barrymore.reports.views import in_words


@never_cache
@require_GET
@page(RIGHT)
def people(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What answers say of those they name; a wrong wish says so and shows the running quarter."""
    if not module_is_on("reports"):
        raise Http404
    error, status = "", 200
    try:
        shown = _shown(request, actor)
    except BadPeriod as fault:
        error, status = str(fault), 400
        shown = people_for(actor, {}, _language())
    context = {
        "shown": shown,
        "made": shown.made,
        "quarters": [(quarter_code(one), quarter_words(one)) for one in shown.asked.quarters],
        "quarter": quarter_code(shown.asked.quarter),
        "groups": in_groups(shown.in_group, lambda row: _beside(shown, row)),
        "uneven": [
            {"person": shown.people[ref], "figure": in_words(figure), "said": shown.said.get(ref, [])}
            for ref, figure in shown.uneven
        ],
        "left_out": _left_out(shown),
        "levelled": levelled_words(shown.made),
        "level": spoken.in_100(shown.made.level) if shown.made.level is not None else "",
        "error": error,
        "query": request.GET.urlencode() if not error else "",
    }
    return render(request, "reports/people.html", context, status=status)


def _shown(request: HttpRequest, actor: Actor) -> Shown:
    query = {name: request.GET.get(name, "") for name in ("quarter", "campaign", "mix")}
    return people_for(actor, query, _language())


def _language() -> str:
    return get_language() or "en"


def _beside(shown: Shown, row: Row) -> dict[str, Any]:
    return {"person": shown.people[row.point], "said": shown.said.get(row.point, [])}


def _left_out(shown: Shown) -> list[str]:
    """Who stands in no row and why, in counts; never by name."""
    made = shown.made
    few = ngettext(
        "{n} person with fewer than {fewest} answers has no row; they alone see their own.",
        "{n} people with fewer than {fewest} answers have no row; they alone see their own.",
        made.few,
    ).format(n=made.few, fewest=FEWEST_ANSWERS)
    uncounted = ngettext(
        "{n} person has no row because those they served were not counted, or fewer than have answered.",
        "{n} people have no row because those they served were not counted, or fewer than have answered.",
        made.uncounted,
    ).format(n=made.uncounted)
    return [words for n, words in ((made.few, few), (made.uncounted, uncounted)) if n]


@never_cache
@require_GET
@page(RIGHT)
def people_file(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The same as CSV; a wrong wish is told with 400."""
    if not module_is_on("reports"):
        raise Http404
    try:
        shown = _shown(request, actor)
    except BadPeriod as fault:
        return HttpResponse(str(fault), status=400, content_type="text/plain; charset=utf-8")
    response = HttpResponse(csv_from(COLUMNS, rows_of(shown)), content_type="text/csv; charset=utf-8")
    name = f"{NAME}-{quarter_code(shown.asked.quarter)}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
