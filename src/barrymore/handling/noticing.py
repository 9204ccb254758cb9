"""Leave a row for each red press and bad answer, in the transaction that counts it; a round opens them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from barrymore.alerts import raising
from barrymore.feedback.models import Case, Response
from barrymore.feedback.presses import Place, Press
from barrymore.handling.models import Recovery
from barrymore.journal.models import Fact
from barrymore.journal.moment import now

# Whoever was told to serve there so shortly before the press is the person concerned.
SERVED_WITHIN = timedelta(minutes=15)
# How far back answers are looked for whose way in has left no row.
LOOKED_AT = 200
LOOKED_BACK = timedelta(hours=1)
State = Recovery.State


@dataclass(frozen=True)
class Red:
    """A red press that counts, and the words that came with it."""

    place: Place
    press: Press
    said: str = ""


def leave_presses(reds: Sequence[Red]) -> None:
    """One row for each red press that counts. A key that is there raises IntegrityError."""
    if reds:
        Recovery.objects.bulk_create([_of_press(red) for red in reds])


def _of_press(red: Red) -> Recovery:
    return Recovery(
        key=red.press.key,
        source="press",
        at=red.press.at,
        site_id=red.place.site,
        point_id=red.place.point,
        score=red.press.score,
        scale=red.press.scale,
        said=red.said,
        concerned_id=_who_served(red.place.point, red.press.at),
        open_after=now(),
    )


def _who_served(point: int, at: datetime) -> int | None:
    """Who told last, shortly before, that they served a customer at this point."""
    told = Fact.objects.filter(
        kind="served.counted",
        at__gt=at - SERVED_WITHIN,
        at__lte=at,
        dims__point=point,
        staff_ref__isnull=False,
    )
    return told.order_by("-at").values_list("staff_ref", flat=True).first()


def take_back_presses(keys: Iterable[str]) -> None:
    """These presses were one of a burst: what waits is not opened, what is open says so."""
    for recovery in Recovery.objects.filter(key__in=list(keys)).select_related("alert"):
        if recovery.alert is not None:
            raising.take_back(recovery.alert, was_joined=recovery.state == State.JOINED)
        if recovery.state in {State.NEW, State.JOINED}:
            Recovery.objects.filter(pk=recovery.pk).update(state=State.BURST)


def leave_answer(case: Case, response: Response) -> None:
    """One row for a bad answer; a good one leaves nothing."""
    if response.score is None or response.score > Response.Score.NOT_QUITE:
        return
    Recovery.objects.get_or_create(
        case=case,
        defaults={
            "key": f"case:{case.pk}",
            "source": "survey",
            "at": response.at,
            "site_id": case.conversation.site_id,
            "score": response.score,
            "scale": response.scale,
            "said": response.comment,
            "concerned_id": case.staff_id,
            "customer_id": case.customer_id,
            "open_after": now(),
        },
    )


def answers_round() -> int:
    """Bad answers that came by another way than the link, such as REST, leave their row here."""
    newest = Response.objects.order_by("-pk").values_list("pk", flat=True)[:LOOKED_AT]
    missed = Response.objects.filter(
        pk__in=list(newest),
        score__lte=Response.Score.NOT_QUITE,
        at__gt=now() - LOOKED_BACK,
        case__recovery=None,
    )
    found = list(missed.select_related("case__conversation"))
    for response in found:
        leave_answer(response.case, response)
    return len(found)
