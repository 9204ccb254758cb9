"""Share counts of chosen questions with somebody outside: no words, no person, nothing below five answers."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, F, QuerySet

from barrymore.feedback.campaigns import BY_THEMSELVES, PERMISSION, standing
from barrymore.feedback.models import Answer, Campaign, Published, Questionnaire, Response, SharedResults
from barrymore.formulas.questionnaires import CHOICES, SCALES, Question, words_in
from barrymore.formulas.questionnaires import Questionnaire as Form
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.selectors import company
from barrymore.organisation.services import audit

# Fewer answers than this are not shown, and what is shown moves on by no fewer.
STEP = 5
LONGEST = timedelta(days=366)
MOST_LINKS = 100
WHOLE = ""


def shareable(campaign: Campaign) -> list[Question]:
    """The questions whose answers are counts: no words, voices or contacts."""
    return [one for one in campaign.questionnaire.form.questions if one.kind in SCALES or one.kind in CHOICES]


def today() -> date:
    """By the clock of the house."""
    return now().astimezone(ZoneInfo(company().timezone)).date()


@transaction.atomic
def share(
    actor: Actor, campaign: Campaign, name: str, questions: Sequence[str], until: date
) -> tuple[SharedResults, str]:
    """A link, and its token, which is told once. Raises NotAllowed, ValueError with the field."""
    actor.need(PERMISSION)
    name = " ".join(name.replace("\x00", "").split())[:80]
    if not name:
        raise ValueError("name: say for whom it is")
    known = [one.key for one in shareable(campaign)]
    if unknown := [key for key in questions if key not in known]:
        raise ValueError(f"questions: {unknown[0]!r} cannot be shared; counts can, words and contacts cannot")
    if not questions:
        raise ValueError("questions: choose at least one")
    if not today() <= until <= today() + LONGEST:
        raise ValueError("until: a day from today to a year from now")
    if campaign.shared.count() >= MOST_LINKS:
        raise ValueError(f"campaign: it has {MOST_LINKS} links already")
    token = secrets.token_urlsafe(24)
    made = SharedResults.objects.create(
        campaign=campaign,
        digest=digest_of(token),
        name=name,
        questions=[key for key in known if key in questions],
        until=until,
        made_by=actor.staff,
        made_at=now(),
    )
    told = {"questions": made.questions, "until": until.isoformat()}
    audit(actor.staff, "results.shared", f"{campaign.name}: {name}", **told)
    return made, token


@transaction.atomic
def revoke(actor: Actor, shared: SharedResults) -> None:
    """End a link now."""
    actor.need(PERMISSION)
    if SharedResults.objects.filter(pk=shared.pk, revoked_at=None).update(revoked_at=now()):
        audit(actor.staff, "results.revoked", f"{shared.campaign.name}: {shared.name}")


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def shared_by(token: str) -> SharedResults | None:
    """What a token shows, unless it was revoked or its last day is over."""
    found = SharedResults.objects.filter(digest=digest_of(token), revoked_at=None, until__gte=today())
    return found.select_related("campaign__questionnaire").first()


def count_opening(shared: SharedResults) -> None:
    """Somebody has opened the page."""
    SharedResults.objects.filter(pk=shared.pk).update(openings=F("openings") + 1, opened_at=now())


@dataclass(frozen=True)
class Shown:
    """A question and how often each answer was given; no rows while there are fewer than five answers."""

    text: str
    answers: int
    is_several: bool
    rows: list[tuple[str, int]]


@dataclass(frozen=True)
class Results:
    """What the page shows. `served` is None where nobody counts them."""

    answered: int
    served: int | None
    questions: list[Shown]


def results_of(shared: SharedResults, language: str) -> Results:
    """The counts as they are published; publishes what has moved on by five."""
    campaign = shared.campaign
    publish(campaign)
    told = {one.question: one for one in Published.objects.filter(campaign=campaign, mode=campaign.mode)}
    chosen = [one for one in shareable(campaign) if one.key in shared.questions]
    whole = told.get(WHOLE)
    return Results(
        whole.answers if whole else 0,
        whole.counts.get("served") if whole and campaign.mode == Campaign.Mode.SURVEY else None,
        [_shown(campaign, one, told.get(one.key), language) for one in chosen],
    )


def _shown(campaign: Campaign, one: Question, told: Published | None, language: str) -> Shown:
    text = words_in(one.text, language, campaign.questionnaire.form.languages)
    if told is None:
        return Shown(text, 0, one.kind == "choices", [])
    names = option_names(campaign.questionnaire.form, one, language)
    order = [*values_of(one), *(value for value in told.counts if value not in values_of(one))]
    rows = [(names.get(value, value), told.counts.get(value, 0)) for value in order]
    return Shown(text, told.answers, one.kind == "choices", rows)


def option_names(form: Form, one: Question, language: str) -> dict[str, str]:
    """The words of the options, also of those carried forward."""
    source = form.question(one.carry) if one.carry else None
    carried = option_names(form, source, language) if source else {}
    return carried | {option.key: words_in(option.text, language, form.languages) for option in one.options}


def values_of(one: Question) -> list[str]:
    """What can be answered, the best first."""
    if one.kind in SCALES:
        least, most = SCALES[one.kind]
        return [str(n) for n in range(most, least - 1, -1)]
    return [option.key for option in one.options]


@transaction.atomic
def publish(campaign: Campaign) -> None:
    """Take over the counts of each question that has five answers more than are published, or its first five.

    The row of the campaign is held meanwhile, so that two who look at once publish one after the other.
    """
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    so_far = dict(
        Published.objects.filter(campaign=campaign, mode=campaign.mode).values_list("question", "answers")
    )
    questions = {one.key: one for one in shareable(campaign)}
    rows = answers_to(campaign, questions.values(), counting(campaign))
    there = dict(rows.values_list("question").annotate(n=Count("id")).order_by())
    for key, n in there.items():
        if n >= so_far.get(key, 0) + STEP:
            counts, read = _counted(rows.filter(question=key))
            _put(campaign, key, read, counts)
    answered = counting(campaign).count()
    if answered >= so_far.get(WHOLE, 0) + STEP:
        served = standing(campaign).served
        _put(campaign, WHOLE, answered, {} if served is None else {"served": served})


def _put(campaign: Campaign, question: str, answers: int, counts: Mapping[str, int]) -> None:
    told = {"answers": answers, "counts": dict(counts)}
    Published.objects.update_or_create(
        campaign=campaign, mode=campaign.mode, question=question, defaults=told
    )


def counting(campaign: Campaign) -> QuerySet[Response]:
    """Those that count: never survey and feedback together, and no break-off."""
    found = Response.objects.filter(campaign=campaign, mode=campaign.mode, code__in=["I", "P"])
    return found.exclude(channel__in=BY_THEMSELVES) if campaign.mode == Campaign.Mode.SURVEY else found


def answers_to(
    campaign: Campaign, questions: Iterable[Question], responses: QuerySet[Response]
) -> QuerySet[Answer]:
    """Answers to these questions, in the versions in which a question has the same kind."""
    kinds = {one.key: one.kind for one in questions}
    found = Answer.objects.none()
    for version in Questionnaire.objects.filter(name=campaign.questionnaire.name):
        same = [one.key for one in version.form.questions if kinds.get(one.key) == one.kind]
        found = found | Answer.objects.filter(
            response__questionnaire=version, question__in=same, response__in=responses
        )
    return found


def _counted(rows: QuerySet[Answer]) -> tuple[dict[str, int], int]:
    counts: Counter[str] = Counter()
    read = 0
    for number, text, chosen in rows.values_list("number", "text", "chosen").iterator(1000):
        read += 1
        if number is not None:
            counts[str(number)] += 1
        elif isinstance(chosen, list):
            counts.update(str(key) for key in chosen)
        else:
            counts[text] += 1
    return dict(counts), read


def told_of(shared: SharedResults) -> dict[str, Any]:
    """A link as REST tells it; never its token."""
    return {
        "id": shared.pk,
        "name": shared.name,
        "questions": shared.questions,
        "until": shared.until.isoformat(),
        "revoked": shared.revoked_at is not None,
        "openings": shared.openings,
        "opened_at": shared.opened_at.isoformat() if shared.opened_at else None,
    }
