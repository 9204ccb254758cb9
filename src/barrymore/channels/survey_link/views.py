"""One question on one page: asked by GET, answered only by POST, so that no mail scanner can answer."""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from barrymore.channels.survey_link import texts
from barrymore.channels.survey_link.forms import SMILES, AnswerForm
from barrymore.channels.survey_link.walking import Walk
from barrymore.feedback.models import Case, Response
from barrymore.feedback.reviews import review_code
from barrymore.feedback.selectors import case_of_token, questionnaire_of
from barrymore.feedback.services import CaseClosed, mark_opened, note_network, token_digest
from barrymore.formulas.questionnaires import next_page, pages_of, previous_page, words_in
from barrymore.handling.answers import receive_feedback, refuse_feedback
from barrymore.journal.moment import now
from barrymore.organisation.networks import mark_of
from barrymore.organisation.selectors import company

ANSWERED = (Case.Code.COMPLETE, Case.Code.PARTIAL)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link of an invitation."""
    case = case_of_token(token_digest(token))
    with translation.override(_language(request, case)):
        response = _answer(request, case, token) if request.method == "POST" else _ask(request, case)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _language(request: HttpRequest, case: Case | None) -> str:
    asked = request.POST.get("lang") or request.GET.get("lang", "")
    if asked in texts.CODES:
        return asked
    if case and case.progress.get("language") in texts.CODES:
        return str(case.progress["language"])
    return texts.language_for(case) if case else translation.get_language_from_request(request)


def _ask(request: HttpRequest, case: Case | None) -> HttpResponse:
    if case is None or not _is_open(case):
        return _over(request, case)
    is_person = request.method == "GET" and not _is_prefetch(request)
    if is_person:
        mark_opened(case, _network(request))
    if not questionnaire_of(case.survey).standard:
        return _walk_page(request, _walk(case), is_person=is_person)
    return _form(request, case, chosen=_preselected(request))


def _network(request: HttpRequest) -> str:
    return mark_of(request.META.get("REMOTE_ADDR", ""))


def _is_open(case: Case) -> bool:
    return case.state == Case.State.SENT and (case.closes_at is None or case.closes_at > now())


def _is_prefetch(request: HttpRequest) -> bool:
    hints = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return any("prefetch" in hint.lower() for hint in hints)


def _preselected(request: HttpRequest) -> str:
    score = request.GET.get("score", "")
    return next((smile for smile, value in SMILES.items() if score == str(value.value)), "")


def _answer(request: HttpRequest, case: Case | None, token: str) -> HttpResponse:
    if case is None or not _is_open(case):
        return _over(request, case)
    note_network(case, _network(request))
    if "refuse" not in request.POST and not questionnaire_of(case.survey).standard:
        return _go_on(request, case, token)
    form = AnswerForm(request.POST)
    if "refuse" not in request.POST and not form.is_valid():
        return _form(request, case, chosen="", form=form, status=422)
    try:
        if "refuse" in request.POST:
            refuse_feedback(token)
            return _page(request, "channels/survey_thanks.html", case, is_refused=True)
        said = form.cleaned_data
        response = receive_feedback(token, score=form.score(), need_met=said["need"], comment=said["comment"])
    except CaseClosed:
        case.refresh_from_db()
        return _over(request, case)
    is_bad = response.score is not None and response.score <= Response.Score.NOT_QUITE
    # The same for everybody, whatever was answered.
    review = review_code(case.survey)
    return _page(request, "channels/survey_thanks.html", case, is_bad=is_bad, review=review)


def _walk(case: Case) -> Walk:
    walk = Walk.of(case)
    walk.language = translation.get_language()
    return walk


def _go_on(request: HttpRequest, case: Case, token: str) -> HttpResponse:
    """One page of several was sent: the next one, the same with what is wrong, or thanks after the last."""
    walk = _walk(case)
    walk.take(request.POST.get("page", ""), request.POST, back="back" in request.POST)
    if walk.errors:
        return _walk_page(request, walk, is_person=False, status=422)
    if not walk.is_over:
        walk.keep()
        return redirect(f"{request.path}?lang={walk.language}")
    try:
        receive_feedback(token, answers=walk.answers, seconds=walk.seconds)
    except CaseClosed:
        case.refresh_from_db()
        return _over(request, case)
    thanks = words_in(walk.form.thanks, walk.language, walk.form.languages)
    review = review_code(case.survey)
    return _page(request, "channels/survey_thanks.html", case, thanks=thanks, review=review)


def _walk_page(request: HttpRequest, walk: Walk, *, is_person: bool, status: int = 200) -> HttpResponse:
    if is_person:
        walk.keep()
    pages = pages_of(walk.form, walk.answers)
    # Another answer may open more pages, so that only the last of the definition is surely the last.
    is_last = (
        next_page(walk.form, walk.answers, walk.page) is None and walk.page == walk.form.questions[-1].page
    )
    return _page(
        request,
        "channels/survey_walk.html",
        walk.case,
        status=status,
        languages=[(code, name) for code, name in settings.LANGUAGES if code in walk.form.languages],
        questions=walk.questions,
        page=walk.page,
        pages=len({one.page for one in walk.form.questions}),
        number=pages.index(walk.page) + 1 if walk.page in pages else 1,
        is_first=previous_page(walk.form, walk.answers, walk.page) is None,
        is_last=is_last,
        about=walk.case.conversation.subject if walk.case.conversation else "",
        why=texts.why_asked(walk.case),
        who=texts.who_reads(walk.case),
    )


def _form(
    request: HttpRequest, case: Case, *, chosen: str, form: AnswerForm | None = None, status: int = 200
) -> HttpResponse:
    return _page(
        request,
        "channels/survey.html",
        case,
        status=status,
        question=texts.question(case),
        about=case.conversation.subject if case.conversation else "",
        chosen=request.POST.get("smile", chosen),
        needs=[(value, label) for value, label in Response.NeedMet.choices if value],
        chosen_need=request.POST.get("need", ""),
        comment=request.POST.get("comment", ""),
        errors=[error for errors in form.errors.values() for error in errors] if form else [],
        why=texts.why_asked(case),
        who=texts.who_reads(case),
    )


def _over(request: HttpRequest, case: Case | None) -> HttpResponse:
    """The question has its answer or its time is over; an unknown link says no more than that."""
    answered = case is not None and case.code in ANSWERED
    refused = case is not None and case.code == Case.Code.REFUSED and case.closes_at is not None
    status = 404 if case is None else 200 if answered or refused else 410
    return _page(request, "channels/survey_over.html", case, status=status, is_answered=answered)


def _page(
    request: HttpRequest, template: str, case: Case | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    conversation = case.conversation if case else None
    subject = quote(f"Re: {conversation.subject}" if conversation and conversation.subject else "")
    address = texts.person_address(conversation)
    code = translation.get_language()
    context = {
        "company": company().name or "Barrymore",
        "language_code": code,
        "language_name": dict(settings.LANGUAGES).get(code, code),
        "languages": settings.LANGUAGES,
        "person": f"mailto:{quote(address, safe='@')}?subject={subject}" if address else "",
        **more,
    }
    return render(request, template, context, status=status)
