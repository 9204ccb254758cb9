"""A wish to be called back has a place among those who wait: whoever came later is rung for later."""

from barrymore.organisation.selectors import module_is_on
from barrymore.routing import services as routing
from barrymore.routing.models import Line, Offer, Placement
from barrymore.telephony.models import Call


def goes_first(placement: Placement, staff_ref: int) -> bool:
    """Whether this person is held out an older wish now, and so is not rung for this caller.

    Who declines the wish, or lets the offer lapse, is rung again; nobody waits for a person who is away.
    """
    if not Call.objects.filter(outcome=Call.Outcome.CALLBACK, conversation__placement__is_open=True).exists():
        return False
    open_offers = Offer.objects.filter(state=Offer.State.OPEN)
    if open_offers.filter(staff=staff_ref, conversation__calls__outcome=Call.Outcome.CALLBACK).exists():
        return True
    if not module_is_on("offers"):
        return False
    wish = (
        Placement.objects.filter(
            queue=placement.queue_id,
            line=Line.NONE,
            has_owner=False,
            is_open=True,
            priority__gte=placement.priority,
            enqueued_at__lt=placement.enqueued_at,
            conversation__first_replied_at=None,
            conversation__calls__outcome=Call.Outcome.CALLBACK,
        )
        .exclude(conversation__in=open_offers.values("conversation"))
        .select_related("queue", "conversation__customer")
        .order_by("-priority", "enqueued_at", "id")
        .first()
    )
    offer = routing.next_offer(wish) if wish is not None else None
    return offer is not None and offer.staff_id == staff_ref
