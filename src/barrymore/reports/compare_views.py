"""Points compared: as a page, CSV and XLSX."""

from collections.abc import Callable
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from barrymore.figures import spoken
from barrymore.figures.comparing import Comparison, Row
from barrymore.formulas.leagues import FEWEST_ANSWERS, Group
from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page
from barrymore.organisation.selectors import module_is_on
from barrymore.reports.compared import (
    COLUMNS,
    NAME,
    Compared,
    compared_for,
    meaning_of,
    quarter_code,
    rows_of,
)
from barrymore.reports.funnel import funnel_of
from barrymore.reports.selectors import BadPeriod
from barrymore.reports.tables import csv_from
from barrymore.reports.views import in_words
from barrymore.reports.workbook import CONTENT_TYPE, book_of


@require_GET
@page("figures.read")
def compared(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The points of a quarter in three groups; a wrong wish says so and shows the running quarter."""
    if not module_is_on("reports"):
        raise Http404
    error, status = "", 200
    try:
        shown = compared_for(actor, _query(request))
    except BadPeriod as fault:
        error, status = str(fault), 400
        shown = compared_for(actor, {})
    context = {
        "shown": shown,
        "made": shown.made,
        "period": shown.asked.period,
        "quarters": [(quarter_code(one), quarter_words(one)) for one in shown.asked.quarters],
        "quarter": quarter_code(shown.asked.quarter),
        "groups": in_groups(shown.in_group, lambda row: _beside(shown, row)),
        "apart": any(row.group != Group.ALIKE for row in shown.made.rows),
        "uneven": [(shown.points[ref], in_words(figure)) for ref, figure in shown.made.uneven],
        "not_compared": _not_compared(shown),
        "level": spoken.in_100(shown.made.level) if shown.made.level is not None else "",
        "funnel": funnel_of(shown),
        "levelled": levelled_words(shown.made),
        "error": error,
        "query": request.GET.urlencode() if not error else "",
    }
    return render(request, "reports/compared.html", context, status=status)


def levelled_words(made: Comparison) -> str:
    """What was levelled out, in words; nothing where the answers stand as they were said."""
    words = {"site": _("the site"), "service": _("the step of the service"), "hour": _("the part of the day")}
    return ", ".join(words[name] for name in made.levelled)


def _query(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in ("quarter", "campaign", "mix")}


def quarter_words(wanted: tuple[int, int]) -> str:
    """A quarter as a choice says it."""
    year, number = wanted
    return _("{year}, quarter {number}").format(year=year, number=number)


def in_groups(
    of: Callable[[Group], list[Row]], told: Callable[[Row], dict[str, Any]]
) -> list[dict[str, Any]]:
    """The three groups with their titles; each row with its sentence, its share and its interval."""
    titles = {
        Group.ABOVE: _("Clearly above the others"),
        Group.ALIKE: _("Not distinguishable"),
        Group.BELOW: _("Clearly below the others"),
    }
    return [
        {
            "title": title,
            "rows": [
                {
                    "figure": in_words(row.figure),
                    "share": spoken.in_100(row.share),
                    "between": [spoken.in_100(end) for end in row.interval],
                    **told(row),
                }
                for row in of(group)
            ],
        }
        for group, title in titles.items()
    ]


def _beside(shown: Compared, row: Row) -> dict[str, Any]:
    return {
        "row": row,
        "point": shown.points[row.point],
        "rate": spoken.in_100(row.figure.responded / row.figure.served),
    }


def _not_compared(shown: Compared) -> list[str]:
    """What stands in no row and why, in sentences with their counts."""
    made = shown.made
    few = ngettext(
        "{n} point with fewer than {fewest} answers is not compared.",
        "{n} points with fewer than {fewest} answers are not compared.",
        made.few,
    ).format(n=made.few, fewest=FEWEST_ANSWERS)
    uncounted = ngettext(
        "{n} point is not compared because those served were not counted, or fewer than have answered.",
        "{n} points are not compared because those served were not counted, or fewer than have answered.",
        made.uncounted,
    ).format(n=made.uncounted)
    scale = ngettext(
        "{n} point asked on another scale and is not compared with these.",
        "{n} points asked on another scale and are not compared with these.",
        made.other_scale,
    ).format(n=made.other_scale)
    pressed = ngettext(
        "{n} point has only presses and answers of people who came by themselves: how many did not come is "
        "unknown, so there is no share to compare.",
        "{n} points have only presses and answers of people who came by themselves: how many did not come is "
        "unknown, so there is no share to compare.",
        shown.only_feedback,
    ).format(n=shown.only_feedback)
    told = ((made.few, few), (made.uncounted, uncounted), (made.other_scale, scale))
    return [words for n, words in (*told, (shown.only_feedback, pressed)) if n]


@require_GET
@page("figures.read")
def compared_file(request: HttpRequest, actor: Actor, kind: str) -> HttpResponseBase:
    """The comparison as CSV or XLSX; a wrong wish is told with 400."""
    if not module_is_on("reports"):
        raise Http404
    try:
        shown = compared_for(actor, _query(request))
    except BadPeriod as fault:
        return HttpResponse(str(fault), status=400, content_type="text/plain; charset=utf-8")
    file = f"{NAME}-{quarter_code(shown.asked.quarter)}.{kind}"
    if kind == "xlsx":
        rows = ([row[column] for column in COLUMNS] for row in rows_of(shown))
        book = book_of([("points", COLUMNS, rows), ("definition", ["field", "value"], meaning_of(shown))])
        return FileResponse(book, as_attachment=True, filename=file, content_type=CONTENT_TYPE)
    response = HttpResponse(csv_from(COLUMNS, rows_of(shown)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    return response
