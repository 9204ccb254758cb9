"""Record what the staff were told; confirm, reject and answer a flag; forget whom a rejected one named."""

from datetime import date, timedelta

from django.db import transaction

from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.journal.services import in_one_insert, record
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.services import audit
from barrymore.quality.looking import tell
from barrymore.quality.models import Flag, StaffNotice

REVIEW, READ = "flags.review", "flags.read"
KEPT_FOR = timedelta(days=30)
LONGEST = 4000


class Decided(ValueError):
    """Somebody has decided already."""


@transaction.atomic
def record_notice(
    actor: Actor,
    text: str,
    told_by: str,
    holds_from: date,
    *,
    names_networks: bool = False,
    names_handling: bool = False,
) -> StaffNotice:
    """What the staff were told; only from then on anybody looks, and only at what they were told of.

    Raises NotAllowed, ValueError.
    """
    actor.need(REVIEW)
    if not text.strip() or not told_by.strip():
        raise ValueError("text: what the staff were told, and how")
    notice = StaffNotice.objects.create(
        text=text.strip()[:LONGEST],
        told_by=told_by.strip()[:200],
        holds_from=holds_from,
        names_networks=names_networks,
        names_handling=names_handling,
        recorded_by=actor.staff,
        recorded_at=now(),
    )
    audit(actor.staff, "flags.notice", notice.told_by[:120])
    return notice


@transaction.atomic
def withdraw_notice(actor: Actor) -> int:
    """Stop looking; what was asked stays to be decided. Raises NotAllowed."""
    actor.need(REVIEW)
    ended = StaffNotice.objects.filter(withdrawn_at=None).update(withdrawn_at=now())
    audit(actor.staff, "flags.notice_withdrawn", f"{ended}")
    return ended


@transaction.atomic
def confirm(actor: Actor, flag: Flag, reason: str) -> None:
    """Its presses do not count any more; both figures stay visible. Raises NotAllowed, Decided."""
    _decide(actor, flag, Flag.State.CONFIRMED, reason)
    tell(flag, "flag.confirmed", values={"presses": len(flag.keys)})
    facts = Fact.objects.filter(key__in=flag.keys, kind__in=["press.counted", "answer.given"])
    with in_one_insert():
        for fact in _not_left_out(list(facts)):
            record(
                "press.left_out",
                f"{fact.key}:left_out",
                at=fact.at,
                site=fact.site,
                channel=fact.channel,
                staff_ref=fact.staff_ref,
                dims={**fact.dims, "of": fact.kind},
                values=fact.values,
            )


def _not_left_out(facts: list[Fact]) -> list[Fact]:
    """Two flags may ask about the same press: it is left out once."""
    keys = [f"{fact.key}:left_out" for fact in facts]
    known = set(Fact.objects.filter(key__in=keys).values_list("key", flat=True))
    return [fact for fact in facts if f"{fact.key}:left_out" not in known]


@transaction.atomic
def reject(actor: Actor, flag: Flag, reason: str) -> None:
    """Nothing is wrong; what is as rare as this is not asked again there. Raises NotAllowed, Decided."""
    _decide(actor, flag, Flag.State.REJECTED, reason)
    tell(flag, "flag.rejected", values={"presses": len(flag.keys)})


def _decide(actor: Actor, flag: Flag, state: Flag.State, reason: str) -> None:
    actor.need(REVIEW)
    if flag.staff_id == actor.staff.pk:
        raise NotAllowed("another person's decision")
    if not reason.strip():
        raise ValueError("reason: one sentence on what you found out")
    changed = Flag.objects.filter(pk=flag.pk, state=Flag.State.ASKED).update(
        state=state, decided_by=actor.staff, decided_at=now(), reason=reason.strip()[:LONGEST]
    )
    if not changed:
        raise Decided
    flag.refresh_from_db()
    audit(actor.staff, f"flag.{state}", str(flag)[:120], flag=flag.pk)


@transaction.atomic
def answer(actor: Actor, flag: Flag, words: str) -> None:
    """The person concerned says how it was. Raises NotAllowed, ValueError for nothing said."""
    if flag.staff_id != actor.staff.pk:
        raise NotAllowed("your own flag")
    if not words.strip():
        raise ValueError("answer: say how it was")
    flag.answer, flag.answered_at = words.strip()[:LONGEST], now()
    flag.save()


def forget_rejected() -> int:
    """A rejected flag names nobody after thirty days; that it was asked stays, for the place."""
    old = Flag.objects.filter(state=Flag.State.REJECTED, decided_at__lt=now() - KEPT_FOR, erased_at=None)
    return old.update(staff=None, answer="", reason="", erased_at=now())
