"""Write a bonus rule, let it hold once its three steps are green, and lock it once one is not."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from barrymore.feedback.models import Campaign
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Staff
from barrymore.organisation.services import audit
from barrymore.quality.bonus_steps import Step, steps_of
from barrymore.quality.models import BonusRule

PERMISSION = "surveys.manage"
LONGEST = 4000
State = BonusRule.State


class StillLocked(ValueError):
    """A step is red; the text names what to do."""


@transaction.atomic
def write_rule(actor: Actor, campaign: Campaign, text: str, who: str, holds_from: date) -> BonusRule:
    """Keep the rule of a campaign, locked until somebody lets it hold. Raises NotAllowed, ValueError."""
    actor.need(PERMISSION)
    text, who = text.replace("\x00", "").strip()[:LONGEST], " ".join(who.replace("\x00", "").split())[:200]
    if not text or not who:
        raise ValueError(_("Write what the rule is, and for whom."))
    changes = {
        "text": text,
        "who": who,
        "holds_from": holds_from,
        "written_by": actor.staff,
        "changed_at": now(),
    }
    rule, is_new = BonusRule.objects.select_for_update().get_or_create(campaign=campaign, defaults=changes)
    if not is_new:
        if rule.state == State.ACTIVE:
            # Another rule than the one that was let hold: it has to be let hold again.
            _lock(rule, ["REWRITTEN"], actor.staff)
        for name, value in changes.items():
            setattr(rule, name, value)
        rule.save()
    audit(actor.staff, "bonus.written", campaign.name, campaign=campaign.pk)
    return rule


@transaction.atomic
def let_hold(actor: Actor, campaign: Campaign) -> BonusRule:
    """From now on the rule holds. Raises NotAllowed, StillLocked while a step is red."""
    actor.need(PERMISSION)
    rule = BonusRule.objects.select_for_update().get(campaign=campaign)
    red = red_of(steps_of(campaign))
    if red:
        raise StillLocked(" ".join(words for step in red for words in step.to_do))
    if rule.state != State.ACTIVE:
        rule.state, rule.locked_for = State.ACTIVE, []
        _turn(rule, "bonus.held", actor.staff, {})
    return rule


@transaction.atomic
def lock(actor: Actor, campaign: Campaign) -> BonusRule:
    """A person takes the rule back. Raises NotAllowed."""
    actor.need(PERMISSION)
    rule = BonusRule.objects.select_for_update().get(campaign=campaign)
    if rule.state == State.ACTIVE:
        _lock(rule, ["TAKEN_BACK"], actor.staff)
    return rule


def bonus_round() -> int:
    """Lock each rule of which a step has turned red; returns how many."""
    holding = BonusRule.objects.filter(state=State.ACTIVE).select_related("campaign")
    return sum(_check(rule) for rule in holding)


@transaction.atomic
def _check(rule: BonusRule) -> bool:
    red = red_of(steps_of(rule.campaign))
    found = BonusRule.objects.select_for_update().get(pk=rule.pk)
    if not red or found.state != State.ACTIVE:
        return False
    _lock(found, [step.code for step in red], None)
    return True


def red_of(steps: Iterable[Step]) -> list[Step]:
    """The steps that are not green."""
    return [step for step in steps if not step.is_green]


def is_holding(rule: BonusRule, steps: Iterable[Step]) -> bool:
    """Whether it holds at this moment; red steps count at once, not when the round has come by."""
    return rule.state == State.ACTIVE and not red_of(steps)


def _lock(rule: BonusRule, why: list[str], staff: Staff | None) -> None:
    rule.state, rule.locked_for = State.LOCKED, why
    _turn(rule, "bonus.locked", staff, {"why": why})


def _turn(rule: BonusRule, kind: str, staff: Staff | None, values: dict[str, list[str]]) -> None:
    rule.turns += 1
    rule.changed_at = now()
    rule.save()
    record(
        kind,
        f"bonus:{rule.pk}:{rule.turns}",
        staff_ref=staff.pk if staff else None,
        dims={"campaign": rule.campaign_id},
        values=values,
    )
    audit(staff, kind, f"{rule.campaign}", campaign=rule.campaign_id, **values)
