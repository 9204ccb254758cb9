"""The live board as a page, as the part that a refresh takes, and as a wall."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from barrymore.figures import spoken
from barrymore.journal.selectors import newest_id
from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page
from barrymore.organisation.selectors import company, module_is_on
from barrymore.reports.board import Board, Chosen, Line, board_of, chosen, queues_of, short_name, waited_since
from barrymore.reports.views import in_words
from barrymore.routing.models import Presence
from barrymore.routing.selectors import MOST_COUNTED
from barrymore.ui.times import read_clock

MOST_HOURS = 48


@require_GET
@page("queues.manage", somewhere=True)
def board(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The board; `site` and `queue` narrow it, `wall=1` is for a screen on a wall."""
    if not module_is_on("reports"):
        raise Http404
    queues = list(queues_of(actor.staff))
    about = chosen(queues, _number(request, "site"), _number(request, "queue"))
    context = {
        **_shown(board_of(about)),
        "about": about,
        "may_listen": actor.may_somewhere("calls.listen"),
        "wall": request.GET.get("wall") == "1",
        "query": request.GET.urlencode(),
        "at": timezone.now(),
    }
    if getattr(request, "htmx", None):
        return render(request, "reports/board_body.html", context)
    return render(request, "reports/board.html", {**context, **_around(queues, about)})


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdigit() else None


def _around(queues: list[Any], about: Chosen) -> dict[str, Any]:
    """What only the whole page needs: the choices, the address of the other view, where the news begins."""
    query = {name: n for name, n in (("site", about.site), ("queue", about.queue)) if n is not None}
    plain = "&".join(f"{name}={n}" for name, n in query.items())
    address = reverse("reports:board")
    return {
        "queues": queues,
        "site_choices": list({queue.site_id: queue.site for queue in queues if queue.site}.values()),
        "company": company(),
        "wall_address": f"{address}?{plain}&wall=1" if plain else f"{address}?wall=1",
        "plain_address": f"{address}?{plain}" if plain else address,
        "live_since": newest_id(),
    }


def _shown(board: Board) -> dict[str, Any]:
    due = board.longest_due
    return {
        "board": board,
        "total": _line(board.total),
        "sites": [
            {"name": site.site, "total": _line(site.total), "lines": [_line(line) for line in site.lines]}
            for site in board.sites
        ],
        "today": in_words(board.today),
        "yesterday": in_words(board.yesterday),
        "calls_longest": waited_words(board.calls.since) if board.calls else None,
        "calls_today": in_words(board.calls_today) if board.calls_today else None,
        "guest": _guest(board),
        "urgency": read_clock(due, None, timezone.now()).state if due else "calm",
    }


def _guest(board: Board) -> str:
    customer = board.longest.customer if board.longest else None
    return short_name(customer.name) if customer else ""


def _line(line: Line) -> dict[str, Any]:
    """A line with its numbers as words; what was counted up to the ceiling says so with a plus."""
    return {
        **vars(line),
        **{name: capped(getattr(line, name)) for name in ("open", "running", "waiting", "soon", "late")},
        "is_late": line.late > 0,
        "is_soon": line.soon > 0,
        "longest": waited_words(line.since),
        "free": line.people[Presence.State.AVAILABLE],
        "busy": line.people[Presence.State.BUSY],
        "states": list(line.people.values()),
    }


def capped(n: int) -> str:
    """`12`, and `1,000+` where counting has stopped."""
    return f"{spoken.count(MOST_COUNTED)}+" if n >= MOST_COUNTED else spoken.count(n)


def waited_words(since: datetime | None) -> tuple[str, str] | None:
    """How long somebody waits, as digits and their unit: `3:42` min, `1:24` h, `2` d; None for nobody."""
    waited = waited_since(since)
    if waited is None:
        return None
    minutes, seconds = divmod(int(waited.total_seconds()), 60)
    hours, over = divmod(minutes, 60)
    if hours >= MOST_HOURS:
        return spoken.count(hours // 24), _("d")
    return (f"{hours}:{over:02d}", _("h")) if hours else (f"{minutes}:{seconds:02d}", _("min"))
