"""Ask for a public review: everybody who answers or nobody, counted with how many went there."""

import secrets
from dataclasses import dataclass

from django.db.models import Count, Q

from barrymore.feedback.models import Campaign, ReviewAsk, Survey
from barrymore.feedback.review_models import Review
from barrymore.journal.moment import now


@dataclass(frozen=True)
class Asked:
    """How many pages of thanks asked, and from how many somebody went to the review page."""

    asked: int
    went: int


def review_code(asks: Campaign | Survey, *, is_kept: bool = True) -> str:
    """The code of a link for one page of thanks, empty where nobody is asked.

    It is given no answer and no score: there is nothing to choose by. With `is_kept` False a machine gets a
    code that looks the same and leads nowhere.
    """
    if asks.review != Review.EVERYBODY or not asks.review_link:
        return ""
    code = secrets.token_hex(16)
    if is_kept:
        of = {"campaign": asks} if isinstance(asks, Campaign) else {"survey": asks}
        ReviewAsk.objects.create(**of, code=code, day=now().date())
    return code


def went(code: str, *, is_person: bool) -> str:
    """Where a link leads, empty for none of ours or where nobody is asked any more; counted once."""
    found = ReviewAsk.objects.filter(code=code).select_related("campaign", "survey").first()
    asks = (found.campaign or found.survey) if found else None
    if found is None or asks is None or asks.review != Review.EVERYBODY:
        return ""
    if is_person and not found.is_opened:
        ReviewAsk.objects.filter(pk=found.pk).update(is_opened=True)
    return asks.review_link


def reviews_of(asks: Campaign | Survey) -> Asked:
    """The counts; of a survey those of all its versions by this name."""
    if isinstance(asks, Campaign):
        rows = ReviewAsk.objects.filter(campaign=asks)
    else:
        rows = ReviewAsk.objects.filter(survey__name=asks.name)
    return Asked(**rows.aggregate(asked=Count("pk"), went=Count("pk", filter=Q(is_opened=True))))
