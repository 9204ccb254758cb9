"""The survey walk for whoever found the link: without script, alone or in a frame without a cookie."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from barrymore.channels.chat.seen import note_seen_on
from barrymore.channels.limits import seconds_to_wait
from barrymore.channels.origins import framing_of, origin_of
from barrymore.channels.public_link.tickets import new_ticket, ticket_in, written
from barrymore.channels.survey_link.texts import CODES, person_address
from barrymore.channels.survey_link.walking import Steps
from barrymore.feedback import links
from barrymore.feedback.anonymity import promise
from barrymore.feedback.campaign_answers import NotAccepted
from barrymore.feedback.campaigns import opening_of
from barrymore.feedback.models import PublicLink, Visit
from barrymore.feedback.reviews import review_code
from barrymore.formulas.questionnaires import next_page, previous_page, words_in
from barrymore.organisation.selectors import company

PAGES_PER_MINUTE = 60
SENT_PER_MINUTE = 6
COOKIE = "visit"


@require_GET
def loader(request: HttpRequest) -> HttpResponse:
    """The script of the one line: always the present version."""
    answer = HttpResponseRedirect(static("ui/feedback.js"))
    answer.headers["Cache-Control"] = "public, max-age=300"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@csrf_exempt  # in a frame of another site no cookie comes along; the signed ticket takes its place
@never_cache
@xframe_options_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def asked(request: HttpRequest, code: str) -> HttpResponse:
    """One page of the questionnaire, asked by GET and answered only by POST."""
    link = links.link_of(code)
    sent = request.POST if request.method == "POST" else request.GET
    ticket = ticket_in(link, sent.get("visit", "") or request.COOKIES.get(COOKIE, "")) if link else None
    visit = links.visit_of(link, ticket) if link and ticket else None
    with translation.override(_language(request, visit)):
        if link is None or not links.is_open(link):
            answer = _page(request, link, "channels/survey_over.html", status=410 if link else 404)
        elif ticket and visit is None and links.was_answered(ticket):
            answer = _page(request, link, "channels/survey_over.html", is_answered=True)
        else:
            answer = Asking(request, link, ticket, visit).answer()
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    origins = link.origins if link else ""
    answer.headers["Content-Security-Policy"] = framing_of(origins, form_action="'self'")
    return answer


def _language(request: HttpRequest, visit: Visit | None) -> str:
    kept = str(visit.progress.get("language", "")) if visit else ""
    told = [request.POST.get("lang", ""), request.GET.get("lang", "")[:2], kept]
    return next((code for code in told if code in CODES), translation.get_language_from_request(request))


class Asking:
    """One request to a link that is open."""

    def __init__(
        self, request: HttpRequest, link: PublicLink, ticket: links.Ticket | None, visit: Visit | None
    ) -> None:
        self.request, self.link = request, link
        self.is_framed = _is_framed(request)
        self.is_late = request.method == "POST" and ticket is None
        self.ticket = ticket or new_ticket(link, "site" if self.is_framed else "link")
        kept: Mapping[str, Any] = visit.progress if visit else {"shown_at": self.ticket.begun}
        form = (visit.questionnaire if visit else link.campaign.questionnaire).form
        self.steps = Steps(**Steps.taken_up(form, kept))
        self.steps.language = translation.get_language()
        self.has_begun = visit is not None

    def answer(self) -> HttpResponse:
        """What this request is answered."""
        if self.request.method != "POST":
            return self._ask()
        sent = self.request.POST
        if sent.get("website"):
            # A machine: it is told that all went well, and so does not learn what gave it away.
            return self._thank(is_kept=False)
        if self.is_late:
            self.steps.fill(sent.get("page", ""), sent)
            return self._ask(status=422)
        network = self.request.META.get("REMOTE_ADDR", "")
        if wait := seconds_to_wait(f"public:{network}", PAGES_PER_MINUTE):
            self.steps.fill(sent.get("page", ""), sent)
            return self._ask(status=429, wait=wait)
        self.steps.take(sent.get("page", ""), sent, back="back" in sent)
        if self.steps.errors:
            return self._ask(status=422)
        if self.steps.is_over and (wait := seconds_to_wait(f"public:sent:{network}", SENT_PER_MINUTE)):
            return self._ask(status=429, wait=wait)
        return self._end() if self.steps.is_over else self._go_on()

    def _go_on(self) -> HttpResponse:
        links.keep_visit(self.link, self.ticket, self.steps.progress())
        self.has_begun = True
        answer = self._ask()
        self._remember(answer, links.LEFT_AFTER.total_seconds())
        return answer

    def _end(self) -> HttpResponse:
        try:
            is_new = links.end_visit(self.link, self.ticket, self.steps.progress())
        except NotAccepted:
            return _page(self.request, self.link, "channels/survey_over.html", status=410)
        if not is_new:
            return _page(self.request, self.link, "channels/survey_over.html", is_answered=True)
        answer = self._thank()
        # Of an anonymous answer the browser keeps nothing that could be held beside it.
        self._remember(answer, 0 if self.link.campaign.is_anonymous else 24 * 3600)
        return answer

    def _thank(self, *, is_kept: bool = True) -> HttpResponse:
        campaign, form = self.link.campaign, self.steps.form
        # The same for everybody, whatever was answered.
        review = review_code(campaign, is_kept=is_kept)
        thanks = words_in(form.thanks, self.steps.language, form.languages)
        return _page(self.request, self.link, "channels/public_thanks.html", thanks=thanks, review=review)

    def _remember(self, answer: HttpResponse, seconds: float) -> None:
        """On our own page a cookie takes the walk up again; on somebody else's site none is set."""
        if self.is_framed:
            return
        answer.set_cookie(
            COOKIE, written(self.link, self.ticket), max_age=int(seconds), path=self.request.path,
            secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
        )  # fmt: skip

    def _ask(self, *, status: int = 200, wait: int = 0) -> HttpResponse:
        steps, ticket = self.steps, written(self.link, self.ticket)
        is_last = next_page(steps.form, steps.answers, steps.page) is None
        is_first = previous_page(steps.form, steps.answers, steps.page) is None
        return _page(
            self.request,
            self.link,
            "channels/public_walk.html",
            status=status,
            languages=[(code, name) for code, name in settings.LANGUAGES if code in steps.form.languages],
            questions=steps.questions,
            page=steps.page,
            ticket=ticket,
            opening=opening_of(self.link.campaign, steps.language) if is_first else "",
            is_first=is_first,
            # Another answer may open more pages, so that only the last of the definition is surely the last.
            is_last=is_last and steps.page == steps.form.questions[-1].page,
            is_late=self.is_late,
            promise=promise() if self.link.campaign.is_anonymous else "",
            wait=wait,
            more_query={"visit": ticket} if self.is_framed and self.has_begun else {},
        )


def _is_framed(request: HttpRequest) -> bool:
    return request.GET.get("frame") == "1"


def _page(
    request: HttpRequest, link: PublicLink | None, template: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    code = translation.get_language()
    address = person_address(None)
    query: dict[str, str] = more.pop("more_query", {})
    framed = ""
    if _is_framed(request):
        told = request.GET.get("origin", "")[:200]
        referer = request.headers.get("Referer", "")
        # From its second page on the frame comes from ourselves: then what the first one was told holds.
        is_ours = origin_of(referer) == f"{request.scheme}://{request.get_host()}"
        framed = note_seen_on(link, told if is_ours or not referer else referer) if link else ""
        query = {"frame": "1", "origin": told, **query}
    context = {
        "company": company().name or "Barrymore",
        "language_code": code,
        "language_name": dict(settings.LANGUAGES).get(code, code),
        "languages": settings.LANGUAGES,
        "person": f"mailto:{quote(address, safe='@')}" if address else "",
        "framed": framed,
        "more_query": f"&{urlencode(query)}" if query else "",
        # The page asks for no token of ours, so that no cookie is set for it.
        "csrf_token": "",
        **more,
    }
    return render(request, template, context, status=status)
