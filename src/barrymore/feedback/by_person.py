"""What answers that name a person say to each question of a campaign, in counts."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from barrymore.feedback.models import Campaign, Response
from barrymore.feedback.results import answers_to, counting, option_names, shareable, values_of
from barrymore.formulas.questionnaires import words_in
from barrymore.journal.moment import now
from barrymore.organisation.models import Staff

OWN = timedelta(weeks=8)


@dataclass(frozen=True)
class Said:
    """A question and how often each answer was given; of several choices each counts for itself."""

    question: str
    text: str
    answers: int
    rows: list[tuple[str, int]]


def naming(
    campaign: Campaign, since: datetime, until: datetime, sites: Iterable[int] | None = None
) -> QuerySet[Response]:
    """Answers of a campaign that name somebody, from a moment to another, at some sites."""
    found = counting(campaign).filter(staff_ref__isnull=False, at__gte=since, at__lt=until)
    return found if sites is None else found.filter(site_ref__in=list(sites))


def said_of_people(campaign: Campaign, responses: QuerySet[Response], language: str) -> dict[int, list[Said]]:
    """By person, each question that has answers, in the order of the questionnaire; in one statement."""
    questions = {one.key: one for one in shareable(campaign)}
    several = [key for key, one in questions.items() if one.kind == "choices"]
    rows = answers_to(campaign, questions.values(), responses)
    counts: dict[str, dict[int, Counter[str]]] = {}
    answers: Counter[tuple[int, str]] = Counter()
    told = rows.values_list("response__staff_ref", "question", "number", "text", "chosen")
    for staff, key, number, text, chosen, n in told.annotate(n=Count("id")).order_by():
        here = counts.setdefault(key, {}).setdefault(staff, Counter())
        answers[staff, key] += n
        for value in chosen if key in several else [text if number is None else number]:
            here[str(value)] += n
    form = campaign.questionnaire.form
    people: dict[int, list[Said]] = {}
    for key, one in questions.items():
        names, words = option_names(form, one, language), words_in(one.text, language, form.languages)
        if one.kind == "smile4":
            names = {str(value): str(label) for value, label in Response.Score.choices}
        known = values_of(one)
        for staff, found in counts.get(key, {}).items():
            order = [*known, *(value for value in found if value not in known)]
            lines = [(names.get(value, value), found[value]) for value in order]
            people.setdefault(staff, []).append(Said(key, words, answers[staff, key], lines))
    return people


def said_of_own(staff: Staff, language: str) -> list[tuple[Campaign, list[Said]]]:
    """What was said of a person in eight weeks, for themselves: any number of answers, also of this week."""
    until = now()
    named = Response.objects.filter(staff_ref=staff.pk, campaign__isnull=False, at__gte=until - OWN)
    campaigns = Campaign.objects.filter(pk__in=named.values("campaign")).select_related("questionnaire")
    return [
        (one, said)
        for one in campaigns
        if (
            said := said_of_people(
                one, naming(one, until - OWN, until).filter(staff_ref=staff.pk), language
            ).get(staff.pk)
        )
    ]
