"""What callers were to hear and cannot: for `barrymore doctor telephony`."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from barrymore.routing.models import Queue
from barrymore.telephony.menus.editing import warnings_of
from barrymore.telephony.menus.plan import can_offer, can_tell, notice_of, planned
from barrymore.telephony.menus.sounds import can_speak
from barrymore.telephony.models import Number


def unsaid() -> Iterator[str]:
    """One sentence for each, with what follows from it."""
    numbers = list(Number.objects.filter(is_active=True).select_related("site"))
    plan = planned(numbers)
    for ref in sorted({plan.queue_of(one) for one in numbers}):
        if notice_of(ref) and ref not in plan.notices:
            name = Queue.objects.filter(pk=ref).values_list("name", flat=True).first() or "?"
            yield _("%(queue)s: that calls are recorded cannot be said, so none is.") % {"queue": name}
    if any(one.offers_callback for one in numbers) and not can_offer(plan.sounds):
        yield _("Being called back cannot be offered aloud, so it is not offered.")
    if any(one.tells_place for one in numbers) and not can_tell(plan.sounds):
        yield _("Place and wait cannot be said in every language, so they are not said.")
    for one in numbers:
        if one.asks_id and one.pk not in plan.asked:
            yield _("%(number)s: the question after a call cannot be said, so nobody is asked.") % {
                "number": one.name or one.number
            }
    for menu in plan.menus.values():
        yield from (f"{menu.name}: {one}" for one in warnings_of(menu))


def advice() -> str:
    """What to do about it."""
    if can_speak():
        return _("Make the missing prompts under Settings, Telephone, Prompts.")
    return _("Install espeak-ng, or upload the missing prompts under Settings, Telephone, Prompts.")
