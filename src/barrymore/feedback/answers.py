"""Keep what a customer said: one row for the answer set, one for each question, one fact."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from barrymore.feedback.anonymity import random_id
from barrymore.feedback.models import Answer, CallWish, Campaign, Case, Questionnaire, Response
from barrymore.feedback.recordings import KEY as VOICE
from barrymore.feedback.voices import wait_for_words
from barrymore.formulas.questionnaires import CONTACT_FIELDS, SCALES, Checked
from barrymore.journal.moment import now

LONGEST_SECONDS = 24 * 3600.0
# From the lowest point of a scale to this one an answer is bad: somebody should hear of it.
BAD_UP_TO = {"smile4": 2, "scale5": 2, "scale7": 3, "scale10": 6}


@dataclass(frozen=True)
class Origin:
    """By which way an answer came, when, and of whom and where it speaks."""

    key: str
    mode: str
    channel: str
    at: datetime
    site: int | None = None
    point: int | None = None
    device: int | None = None
    staff: int | None = None
    language: str = ""
    step: str = ""
    target: int | None = None


def is_bad(score: int | None, scale: str) -> bool:
    """Whether a score is one that somebody must hear of."""
    return score is not None and score <= BAD_UP_TO.get(scale, -1)


def keep_response(
    origin: Origin,
    questionnaire: Questionnaire,
    checked: Checked,
    *,
    case: Case | None = None,
    campaign: Campaign | None = None,
    seconds: Mapping[str, float] | None = None,
    took: float | None = None,
) -> Response:
    """One answer set and its answers. A second time IntegrityError: the key is there."""
    times = {key: min(max(value, 0.0), LONGEST_SECONDS) for key, value in (seconds or {}).items()}
    need = checked.answers.get("need", "") if questionnaire.standard else ""
    is_anonymous = campaign is not None and campaign.is_anonymous
    response = Response.objects.create(
        pk=random_id() if is_anonymous else None,
        key=origin.key,
        case=case,
        campaign=campaign,
        questionnaire=questionnaire,
        mode=origin.mode,
        channel=origin.channel,
        site_ref=origin.site,
        point_ref=origin.point,
        device_ref=origin.device,
        staff_ref=origin.staff,
        target_ref=origin.target,
        language=origin.language[:10],
        code=checked.code,
        items=checked.items,
        answered=checked.answered,
        dropped=checked.dropped,
        score=checked.score,
        scale=checked.scale,
        need_met=need,
        comment=_comment(questionnaire, checked),
        at=origin.at,
        seconds=took if took is not None else (sum(times.values()) or None),
    )
    rows = [_row(response, key, value, times.get(key)) for key, value in checked.answers.items()]
    if is_anonymous:
        for row in rows:
            row.pk = random_id()
    Answer.objects.bulk_create(rows)
    _leave_wish(response, questionnaire, checked)
    wait_for_words(response, rows)
    return response


def _leave_wish(response: Response, questionnaire: Questionnaire, checked: Checked) -> None:
    """Whoever leaves a way to be reached wishes to be called; handling takes up the row."""
    contacts = [one.key for one in questionnaire.form.questions if one.kind == "contact"]
    given = next((checked.answers[key] for key in contacts if key in checked.answers), None)
    if given:
        CallWish.objects.create(
            response=response, open_after=now(), **{name: given.get(name, "") for name in CONTACT_FIELDS}
        )


def keep_press(origin: Origin, score: int | None, scale: str, comment: str) -> Response:
    """What was said by one press and a few words, without a questionnaire of its own."""
    return Response.objects.create(
        key=origin.key,
        mode=origin.mode,
        channel=origin.channel,
        site_ref=origin.site,
        point_ref=origin.point,
        device_ref=origin.device,
        code=Case.Code.COMPLETE,
        answered=1,
        score=score,
        scale=scale,
        comment=comment,
        at=origin.at,
    )


def _comment(questionnaire: Questionnaire, checked: Checked) -> str:
    """The words of the answer set: its texts, one below the other."""
    texts = [one.key for one in questionnaire.form.questions if one.kind == "text"]
    return "\n".join(checked.answers[key] for key in texts if key in checked.answers)


def _row(response: Response, key: str, value: Any, seconds: float | None) -> Answer:
    row = Answer(response=response, question=key, seconds=seconds)
    if isinstance(value, int):
        row.number = value
    elif isinstance(value, str):
        row.text = value
    else:
        row.chosen = value
    return row


def answers_of(response: Response, *, with_contacts: bool) -> list[tuple[str, str]]:
    """Question and answer as words for staff, in the order of the questionnaire."""
    if response.questionnaire is None:
        return []
    form = response.questionnaire.form
    given = {one.question: one for one in response.answers.all()}
    main = form.languages[0]
    told = []
    for one in form.questions:
        if (row := given.get(one.key)) and (with_contacts or one.kind != "contact"):
            told.append((one.text.get(main, one.key), _told(row, one.kind, _option_words(form, main))))
    return told


def _option_words(form: Any, language: str) -> dict[str, str]:
    return {
        option.key: option.text.get(language, option.key) for one in form.questions for option in one.options
    }


def _told(row: Answer, kind: str, options: Mapping[str, str]) -> str:
    if kind in SCALES:
        return f"{row.number} / {SCALES[kind][1]}"
    if isinstance(row.chosen, dict):
        return " · ".join(str(row.chosen[name]) for name in CONTACT_FIELDS if row.chosen.get(name))
    if isinstance(row.chosen, list):
        return ", ".join(options.get(key, key) for key in row.chosen)
    if kind == "voice" and VOICE.fullmatch(row.text):
        return _("a voice message")
    return options.get(row.text, row.text) if kind == "choice" else row.text
