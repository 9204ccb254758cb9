"""REST for questionnaires, campaigns and the answers that other systems have collected for us."""

from datetime import date, datetime
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from ninja import Field, Header, Router, Schema
from ninja.errors import HttpError

from barrymore.feedback import campaigns
from barrymore.feedback.anonymity import veiled_key
from barrymore.feedback.answers import Origin
from barrymore.feedback.campaign_answers import Catalog, NotAccepted, Told, receive_answer
from barrymore.feedback.listing import Wanted, page_of, response_out
from barrymore.feedback.models import Campaign, Questionnaire, Response
from barrymore.feedback.reviews import reviews_of
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor, actor_of
from barrymore.organisation.models import Point, Staff
from barrymore.organisation.services import once_if_keyed

router = Router(tags=["surveys"])
PAGE = 100


class QuestionnaireIn(Schema):
    """A name and the definition, as docs/surveys.md describes it."""

    name: str = Field(min_length=1, max_length=80)
    definition: dict[str, Any]


class DefinitionIn(Schema):
    """Another definition of a questionnaire."""

    definition: dict[str, Any]


class CampaignIn(Schema):
    """A questionnaire at points. Without a source of the served its mode is feedback."""

    name: str = Field(min_length=1, max_length=80)
    questionnaire: int
    points: list[int] = Field(default_factory=list, max_length=500)
    mode: Literal["survey", "feedback"] = "feedback"
    served_source: Literal["none", "employee", "register", "tickets", "door", "other"] = "none"
    step: str = Field("", max_length=80)
    prompt: str = Field("", max_length=200)
    opening: dict[str, str] = Field(default_factory=dict)
    review: Literal["none", "all"] = "none"
    review_link: str = Field("", max_length=200, pattern=r"^(https?://\S+)?$")
    since: date | None = None
    until: date | None = None
    active: bool = True
    anonymous: bool = False


class AnswerIn(Schema):
    """One answer set; `external_id` is the other system's own number of it."""

    external_id: str = Field(min_length=1, max_length=80)
    questionnaire: int
    answers: dict[str, Any]
    seconds: dict[str, float] = Field(default_factory=dict)
    language: str = Field("", max_length=10)
    outcome: Literal["complete", "partial", "refused", "language", "disability", "child"] = "complete"
    channel: Literal["kiosk", "button", "rest", "telephone"] = "rest"
    point: int | None = None
    staff: int | None = None
    at: datetime | None = None


def _manager(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.need(campaigns.PERMISSION)
    return actor


def questionnaire_out(one: Questionnaire) -> dict[str, Any]:
    """A version as REST tells it."""
    return {
        "id": one.pk,
        "name": one.name,
        "version": one.version,
        "fielded_at": one.fielded_at.isoformat() if one.fielded_at else None,
        "definition": one.definition,
    }


def campaign_out(one: Campaign, codes: dict[str, int]) -> dict[str, Any]:
    """A campaign as REST tells it, with its counts and never a mean."""
    return {
        "id": one.pk,
        "name": one.name,
        "questionnaire": one.questionnaire_id,
        "points": sorted(point.pk for point in one.points.all()),
        "mode": one.mode,
        "feedback_only": one.is_feedback_only,
        "served_source": one.served_source,
        "step": one.step,
        "prompt": one.prompt,
        "opening": one.opening,
        "review": one.review,
        "review_link": one.review_link,
        "since": one.since.isoformat() if one.since else None,
        "until": one.until.isoformat() if one.until else None,
        "active": one.is_active,
        "anonymous": one.is_anonymous,
        "codes": codes,
    }


def _stands_out(one: Campaign) -> dict[str, Any]:
    """With those served, and how many of them said nothing."""
    stands = campaigns.standing(one)
    return {
        **campaign_out(one, dict(stands.codes)),
        "served": stands.served,
        "silent": stands.silent,
        "by_themselves": stands.by_themselves,
        # Of the pages that thanked: at a kiosk an address is shown and nobody can be followed.
        "reviews": vars(reviews_of(one)),
    }


@router.get("/questionnaires")
def get_questionnaires(request: HttpRequest, cursor: int = 0) -> dict[str, Any]:
    """All versions by id; `next` is the `cursor` of the next page."""
    _manager(request)
    found = list(Questionnaire.objects.filter(pk__gt=cursor).order_by("pk")[: PAGE + 1])
    rest = found[PAGE - 1].pk if len(found) > PAGE else None
    return {"items": [questionnaire_out(one) for one in found[:PAGE]], "next": rest}


@router.post("/questionnaires")
def post_questionnaire(
    request: HttpRequest, told: QuestionnaireIn, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """The first version of a questionnaire."""
    actor = _manager(request)

    def work() -> dict[str, Any]:
        return questionnaire_out(campaigns.make_questionnaire(actor, told.name, told.definition))

    return once_if_keyed(actor.token_ref, idempotency_key, told.dict(), work)


@router.get("/questionnaires/{questionnaire_id}")
def get_questionnaire(request: HttpRequest, questionnaire_id: int) -> dict[str, Any]:
    """One version."""
    _manager(request)
    return questionnaire_out(Questionnaire.objects.get(pk=questionnaire_id))


@router.post("/questionnaires/{questionnaire_id}/versions")
def post_version(
    request: HttpRequest,
    questionnaire_id: int,
    told: DefinitionIn,
    idempotency_key: Header[str | None] = None,
) -> dict[str, Any]:
    """Another definition: a draft is changed, after what was fielded comes the next version."""
    actor = _manager(request)
    found = Questionnaire.objects.get(pk=questionnaire_id)

    def work() -> dict[str, Any]:
        return questionnaire_out(campaigns.next_version(actor, found, told.definition))

    return once_if_keyed(actor.token_ref, idempotency_key, told.dict(), work)


@router.post("/questionnaires/{questionnaire_id}/field")
def post_field(request: HttpRequest, questionnaire_id: int) -> dict[str, Any]:
    """Open a version to answers; from then on it never changes."""
    _manager(request)
    return questionnaire_out(campaigns.field(Questionnaire.objects.get(pk=questionnaire_id)))


@router.get("/campaigns")
def get_campaigns(request: HttpRequest, cursor: int = 0) -> dict[str, Any]:
    """All campaigns by id; `next` is the `cursor` of the next page."""
    _manager(request)
    rows = Campaign.objects.filter(pk__gt=cursor).prefetch_related("points").order_by("pk")
    found = list(rows[: PAGE + 1])
    rest = found[PAGE - 1].pk if len(found) > PAGE else None
    codes = campaigns.codes_of(one.pk for one in found)
    return {"items": [campaign_out(one, codes.get(one.pk, {})) for one in found[:PAGE]], "next": rest}


@router.post("/campaigns")
def post_campaign(
    request: HttpRequest, told: CampaignIn, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Start a campaign; what it asks is fielded with it."""
    actor = _manager(request)

    def work() -> dict[str, Any]:
        fields = told.dict(exclude={"points", "active", "questionnaire", "anonymous"})
        asked = Questionnaire.objects.filter(pk=told.questionnaire).first()
        if asked is None:
            raise ValueError(f"questionnaire: there is no {told.questionnaire}")
        points = list(Point.objects.filter(pk__in=told.points))
        if missing := set(told.points) - {one.pk for one in points}:
            raise ValueError(f"points: there is no {min(missing)}")
        saved = campaigns.save_campaign(
            actor,
            None,
            points,
            questionnaire=asked,
            is_active=told.active,
            is_anonymous=told.anonymous,
            **fields,
        )
        return _stands_out(saved)

    return once_if_keyed(actor.token_ref, idempotency_key, told.dict(), work)


@router.get("/campaigns/{campaign_id}")
def get_campaign(request: HttpRequest, campaign_id: int) -> dict[str, Any]:
    """One campaign and how it stands."""
    _manager(request)
    return _stands_out(Campaign.objects.get(pk=campaign_id))


@router.post("/campaigns/{campaign_id}/answers")
def post_answer(
    request: HttpRequest, campaign_id: int, told: AnswerIn, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Keep one answer set, once by its `external_id`; 422 with the reason where it cannot count."""
    actor = actor_of(request)
    actor.need("contacts.write")
    Campaign.objects.get(pk=campaign_id)

    def work() -> dict[str, Any]:
        return _keep(campaign_id, told)

    return once_if_keyed(actor.token_ref, idempotency_key, told.dict(), work)


def _keep(campaign_id: int, told: AnswerIn) -> dict[str, Any]:
    point = Point.objects.filter(pk=told.point).first() if told.point else None
    if told.point and point is None:
        raise ValueError(f"point: there is no {told.point}")
    staff = Staff.objects.filter(pk=told.staff).values_list("pk", flat=True).first() if told.staff else None
    key = f"rest:{campaign_id}:{told.external_id}"
    at = told.at if told.at and told.at.tzinfo and told.at <= now() else now()
    origin = Origin(
        key=key,
        mode="",
        channel=told.channel,
        at=at,
        site=point.site_id if point else None,
        point=point.pk if point else None,
        staff=staff,
        step=point.step if point else "",
    )
    body = Told(campaign_id, told.questionnaire, told.answers, told.seconds, told.language, told.outcome)
    catalog = Catalog.of([{"campaign": campaign_id, "questionnaire": told.questionnaire}])
    try:
        with transaction.atomic():
            response = receive_answer(origin, body, catalog)
    except NotAccepted as refused:
        raise HttpError(422, f"This answer cannot count: {refused}.") from refused
    except IntegrityError:
        response = Response.objects.get(key__in=[key, veiled_key(key)])
    # What is anonymous has no number outside: kept beside a time it would tell whose it is.
    number = None if catalog.campaigns[campaign_id].is_anonymous else response.pk
    return {"id": number, "code": response.code, "mode": response.mode, "dropped": response.dropped}


@router.get("/feedback")
def get_feedback(
    request: HttpRequest,
    cursor: str = "",
    mode: str = "",
    channel: str = "",
    point: int | None = None,
    score: int | None = None,
    words: bool = False,
) -> dict[str, Any]:
    """What customers said by every way, newest first; survey and feedback are told apart in each row."""
    actor = actor_of(request)
    actor.need("feedback.read")
    found = page_of(Wanted(mode, channel, point, score, words), cursor)
    may_reach = actor.may("customers.read")
    return {"items": [response_out(one, with_contacts=may_reach) for one in found.rows], "next": found.next}
