"""Answers to a campaign, from a device or another system: held against the version they were given to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from barrymore.feedback.anonymity import hour_of, naming, veiled
from barrymore.feedback.answers import Origin, keep_response
from barrymore.feedback.campaigns import BY_THEMSELVES
from barrymore.feedback.models import Campaign, Case, Questionnaire, Response
from barrymore.formulas.questionnaires import Checked, check
from barrymore.journal.moment import now
from barrymore.journal.services import record

# Who could not answer for a reason of their own has not refused (AAPOR 2.3).
COULD_NOT = ("language", "disability", "child")


class NotAccepted(ValueError):
    """An answer that cannot count; the text is the reason, one word of at most 15 letters."""


@dataclass(frozen=True)
class Told:
    """What was told: to which version of which campaign, the answers, and how it ended."""

    campaign: int
    questionnaire: int
    answers: Mapping[str, Any]
    seconds: Mapping[str, float] = field(default_factory=dict)
    language: str = ""
    outcome: str = "complete"

    @classmethod
    def of(cls, detail: Mapping[str, Any]) -> "Told":
        """From an event of a device."""
        names = ("campaign", "questionnaire", "answers", "seconds", "language", "outcome")
        return cls(**{name: detail[name] for name in names})


@dataclass
class Catalog:
    """The campaigns and versions that some answers name, read at once."""

    campaigns: dict[int, Campaign]
    questionnaires: dict[int, Questionnaire]

    @classmethod
    def of(cls, details: Iterable[Mapping[str, Any]]) -> "Catalog":
        """Of the answers of one batch."""
        named = list(details)
        if not named:
            return cls({}, {})
        campaigns = Campaign.objects.select_related("questionnaire")
        return cls(
            campaigns.in_bulk({one["campaign"] for one in named}),
            Questionnaire.objects.in_bulk({one["questionnaire"] for one in named}),
        )


def receive_answer(origin: Origin, told: Told, catalog: Catalog) -> Response:
    """Keep one answer set with its fact, in the caller's transaction.

    Raises NotAccepted with the reason, IntegrityError where the same key was kept before.
    """
    campaign = catalog.campaigns.get(told.campaign)
    if campaign is None:
        raise NotAccepted("no_campaign")
    questionnaire = catalog.questionnaires.get(told.questionnaire)
    if questionnaire is None:
        raise NotAccepted("no_version")
    if questionnaire.name != campaign.questionnaire.name:
        raise NotAccepted("other_version")
    if questionnaire.fielded_at is None:
        raise NotAccepted("not_fielded")
    checked = check(questionnaire.form, told.answers)
    if checked.problems:
        raise NotAccepted("answers")
    checked = replace(checked, code=_code(told, checked))
    # Who found a public link was asked by nobody.
    mode = Response.Mode.FEEDBACK if origin.channel in BY_THEMSELVES else campaign.mode
    origin = replace(origin, mode=mode, language=told.language, step=campaign.step or origin.step)
    seconds = told.seconds
    if campaign.is_anonymous:
        if naming(questionnaire.form):
            raise NotAccepted("anonymous")
        origin, seconds = veiled(origin, questionnaire.form), {}
    response = keep_response(origin, questionnaire, checked, campaign=campaign, seconds=seconds)
    _tell(origin, campaign, questionnaire, checked)
    return response


def _code(told: Told, checked: Checked) -> str:
    if told.outcome in COULD_NOT:
        return str(Case.Code.OTHER)
    return checked.code


def _tell(origin: Origin, campaign: Campaign, questionnaire: Questionnaire, checked: Checked) -> None:
    dims = {
        "point": origin.point,
        "device": origin.device,
        "step": origin.step,
        "campaign": campaign.pk,
        "questionnaire": questionnaire.pk,
        "mode": origin.mode,
        **({"target": origin.target} if origin.target else {}),
    }
    values = {
        "score": checked.score,
        "scale": checked.scale,
        "code": checked.code,
        "answered": checked.answered,
        "applicable": checked.items,
    }
    record(
        "answer.given",
        f"{origin.key}:answer",
        at=origin.at,
        site=origin.site,
        channel=origin.channel,
        language=origin.language,
        staff_ref=origin.staff,
        dims=dims,
        values=values,
        recorded_at=hour_of(now()) if campaign.is_anonymous else None,
    )
