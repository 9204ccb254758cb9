"""Questionnaires in versions, and the campaigns that ask them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, IntegerField, Max, Q, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from barrymore.feedback.anonymity import need_nameless, promise_in
from barrymore.feedback.models import Campaign, Case, Questionnaire, Response, Visit
from barrymore.formulas.questionnaire_reading import read_definition
from barrymore.formulas.questionnaires import words_in
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point
from barrymore.organisation.services import audit

PERMISSION = "surveys.manage"
# Whoever comes by these ways was asked by nobody: never a part of those served.
BY_THEMSELVES = (Response.Channel.LINK, Response.Channel.SITE)


@transaction.atomic
def make_questionnaire(actor: Actor, name: str, definition: Any) -> Questionnaire:
    """The first version of a questionnaire. Raises WrongDefinition, ValueError for a taken name."""
    actor.need(PERMISSION)
    read_definition(definition)
    name = " ".join(name.replace("\x00", "").split())[:80]
    if not name:
        raise ValueError("name: a questionnaire needs one")
    if Questionnaire.objects.filter(name=name).exists():
        raise ValueError(f"name: there is a questionnaire {name!r}; make the next version of it")
    made = Questionnaire.objects.create(name=name, definition=definition, created_at=now())
    audit(actor.staff, "questionnaire.made", str(made))
    return made


@transaction.atomic
def next_version(actor: Actor, questionnaire: Questionnaire, definition: Any) -> Questionnaire:
    """The questionnaire with another definition: a draft is changed, what was fielded gets a next version."""
    actor.need(PERMISSION)
    form = read_definition(definition)
    newest = Questionnaire.objects.select_for_update().filter(name=questionnaire.name).order_by("-version")[0]
    if newest.form == form:
        return newest
    if Campaign.objects.filter(questionnaire__name=newest.name, is_anonymous=True).exists():
        need_nameless(form)
    if newest.fielded_at is None:
        newest.definition = definition
        newest.save(update_fields=["definition"])
        newest.__dict__.pop("form", None)
    else:
        newest = Questionnaire.objects.create(
            name=newest.name,
            version=newest.version + 1,
            standard=newest.standard,
            definition=definition,
            created_at=now(),
        )
    audit(actor.staff, "questionnaire.changed", str(newest))
    return newest


def field(questionnaire: Questionnaire) -> Questionnaire:
    """From now on people may answer it, and it never changes."""
    Questionnaire.objects.filter(pk=questionnaire.pk, fielded_at=None).update(fielded_at=now())
    questionnaire.refresh_from_db()
    return questionnaire


@transaction.atomic
def save_campaign(
    actor: Actor, campaign: Campaign | None, points: Iterable[Point], **fields: Any
) -> Campaign:
    """Keep a campaign; what it asks is fielded with it.

    Without a source of the served it is feedback, whatever was wished. Raises NotAllowed, ValueError.
    """
    actor.need(PERMISSION)
    kept = campaign or Campaign(created_at=now())
    was_anonymous = _was_anonymous(campaign)
    for name, value in fields.items():
        setattr(kept, name, value)
    if not kept.name.strip():
        raise ValueError("name: a campaign needs one")
    if kept.since and kept.until and kept.until < kept.since:
        raise ValueError("until: the last day is before the first")
    if kept.review == Campaign.Review.EVERYBODY and not kept.review_link:
        raise ValueError("review_link: an address is needed where people are asked to write a review")
    _hold_promise(kept, was_anonymous=was_anonymous)
    if kept.served_source == Campaign.Served.NONE:
        kept.mode = Campaign.Mode.FEEDBACK
    kept.save()
    kept.points.set(points)
    if kept.is_active:
        field(kept.questionnaire)
    audit(actor.staff, "campaign.changed", kept.name, mode=kept.mode)
    return kept


def _was_anonymous(campaign: Campaign | None) -> bool:
    """As it is kept, held until the end of the transaction."""
    if campaign is None or campaign._state.adding:
        return False
    return Campaign.objects.select_for_update().get(pk=campaign.pk).is_anonymous


def has_begun(campaign: Campaign) -> bool:
    """Whether somebody has answered, or is about to."""
    if campaign._state.adding:
        return False
    given = Response.objects.filter(campaign=campaign).exists()
    return given or Visit.objects.filter(link__campaign=campaign).exists()


def _hold_promise(campaign: Campaign, *, was_anonymous: bool) -> None:
    """Anonymous is said before the first answer and for good. Raises ValueError."""
    if was_anonymous and not campaign.is_anonymous:
        raise ValueError("anonymous: it was promised and stays so; make another campaign")
    if campaign.is_anonymous and not was_anonymous and has_begun(campaign):
        raise ValueError("anonymous: this campaign has answers already; make another campaign")
    if campaign.is_anonymous:
        need_nameless(campaign.questionnaire.form)


def campaign_at(point: Point, day: date) -> Campaign | None:
    """The campaign that is asked at a point on a day: the newest of those in use."""
    running = Campaign.objects.filter(points=point, is_active=True).filter(
        Q(since=None) | Q(since__lte=day), Q(until=None) | Q(until__gte=day)
    )
    return running.select_related("questionnaire").order_by("-id").first()


def campaign_told(campaign: Campaign) -> dict[str, Any]:
    """A campaign as devices read it. `version` changes with whatever they show."""
    return {
        "campaign": campaign.pk,
        "questionnaire": campaign.questionnaire_id,
        "mode": campaign.mode,
        "languages": campaign.questionnaire.definition["languages"],
        "definition": campaign.questionnaire.definition,
        "opening": opening_told(campaign),
        "step": campaign.step,
        "prompt": campaign.prompt,
        # The same for everybody, whatever they answered.
        "review": campaign.review_link if campaign.review == Campaign.Review.EVERYBODY else "",
    }


def opening_told(campaign: Campaign) -> dict[str, str]:
    """The words of the first screen by language, with the promise of an anonymous campaign."""
    if not campaign.is_anonymous:
        return dict(campaign.opening)
    languages = campaign.questionnaire.form.languages
    return {code: f"{opening_of(campaign, code)} {promise_in(code)}".strip() for code in languages}


def opening_of(campaign: Campaign, language: str) -> str:
    """The words of the first screen."""
    return words_in(campaign.opening, language, campaign.questionnaire.form.languages)


@dataclass(frozen=True)
class Standing:
    """How a campaign stands, in counts.

    `silent`: served, and said nothing; None where nobody counts them, or more answered than were counted.
    """

    codes: Mapping[str, int]
    served: int | None
    silent: int | None
    by_themselves: int = 0  # by the public link, which is in no count of a survey

    @property
    def answered(self) -> int:
        """Complete and in part."""
        return self.codes.get("I", 0) + self.codes.get("P", 0)


def codes_of(campaigns: Iterable[int]) -> dict[int, dict[str, int]]:
    """How many answers of each code some campaigns have, in one query."""
    rows = Response.objects.filter(campaign__in=list(campaigns)).values("campaign", "code")
    found: dict[int, dict[str, int]] = {}
    for row in rows.annotate(n=Count("id")).order_by():
        found.setdefault(row["campaign"], {})[row["code"]] = row["n"]
    return found


def standing(campaign: Campaign) -> Standing:
    """Counts of a campaign. The served are counted only where it is a survey (METHOD A1)."""
    codes: dict[str, int] = {}
    alone = 0
    rows = Response.objects.filter(campaign=campaign).values("code", "channel")
    for row in rows.annotate(n=Count("id")).order_by():
        came_alone = row["channel"] in BY_THEMSELVES
        alone += row["n"] if came_alone and row["code"] in ("I", "P") else 0
        if campaign.mode != Campaign.Mode.SURVEY or not came_alone:
            codes[row["code"]] = codes.get(row["code"], 0) + row["n"]
    if campaign.mode != Campaign.Mode.SURVEY:
        return Standing(codes, None, None, alone)
    served = _served(campaign)
    could_not = codes.get(Case.Code.OTHER, 0)
    answered = codes.get("I", 0) + codes.get("P", 0)
    silent = served - answered - could_not
    return Standing(codes, served, silent if silent >= 0 else None, alone)


def _served(campaign: Campaign) -> int:
    points = list(campaign.points.values_list("pk", flat=True))
    facts = Fact.objects.filter(kind="served.counted", dims__point__in=points)
    begins = campaign.since or campaign.created_at.date()
    facts = facts.filter(at__date__gte=begins)
    if campaign.until:
        facts = facts.filter(at__date__lte=campaign.until)
    told = Q(dims__source=campaign.served_source)
    if campaign.served_source == Campaign.Served.EMPLOYEE:
        # Before there were several sources only employees counted.
        told |= Q(dims__source__isnull=True)
    whole = facts.filter(told).aggregate(n=Sum(Cast(KT("values__count"), IntegerField())))["n"]
    return int(whole or 0)


def newest_versions() -> list[Questionnaire]:
    """The newest version of every questionnaire, by name."""
    newest = Questionnaire.objects.values("name").annotate(last=Max("id")).values("last").order_by()
    return list(Questionnaire.objects.filter(pk__in=newest).order_by("name"))
