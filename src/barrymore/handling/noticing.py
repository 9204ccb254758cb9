"""Leave a row for each red press and bad answer, in the transaction that counts it; a round opens them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from barrymore.alerts import raising
from barrymore.feedback.answers import answers_of, is_bad
from barrymore.feedback.models import Response
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


def leave_answer(response: Response) -> bool:
    """One row for a bad answer, of a link or of a point; a good one leaves nothing."""
    if response.score is None or not is_bad(response.score, response.scale):
        return False
    if response.campaign is not None and response.campaign.is_anonymous:
        # A recovery has a minute and a person concerned, and nobody could be asked whether it is put right.
        return False
    case = response.case
    found = {
        "source": "survey",
        "at": response.at,
        "score": response.score,
        "scale": response.scale,
        "said": response.comment,
        "open_after": now(),
    }
    if case is None:
        found["said"] = _everything_of(response)
        at_point = {"site_id": response.site_ref, "point_id": response.point_ref}
        concerned = _who_served(response.point_ref, response.at) if response.point_ref else None
        found |= {**at_point, "concerned_id": response.staff_ref or concerned}
    else:
        site = case.conversation.site_id if case.conversation else None
        found |= {
            "case": case,
            "site_id": site,
            "concerned_id": case.staff_id,
            "customer_id": case.customer_id,
        }
    return Recovery.objects.get_or_create(key=_key_of(response), defaults=found)[1]


def _everything_of(response: Response) -> str:
    """All that was said at a point, with how the guest can be reached: whoever puts it right needs it."""
    told = answers_of(response, with_contacts=True)
    return "\n".join(f"{asked}: {said}" for asked, said in told) or response.comment


def _key_of(response: Response) -> str:
    return f"case:{response.case_id}" if response.case_id else response.key


def answers_round() -> int:
    """Bad answers that came by another way than the link, such as a kiosk or REST, leave their row here."""
    of_somebody = Response.objects.exclude(campaign__is_anonymous=True).order_by("-pk")
    newest = of_somebody.select_related("case__conversation", "campaign")[:LOOKED_AT]
    bad = [one for one in newest if one.at > now() - LOOKED_BACK and is_bad(one.score, one.scale)]
    told = Recovery.objects.filter(key__in=[_key_of(one) for one in bad])
    known = set(told.values_list("key", flat=True))
    return sum(leave_answer(one) for one in bad if _key_of(one) not in known)
