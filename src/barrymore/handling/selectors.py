"""Which conversations stand still: nobody's move, or the move of somebody who is not there."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from barrymore.conversations.models import Conversation
from barrymore.journal.moment import now
from barrymore.routing.models import Offer, Presence

GRACE = timedelta(minutes=15)
ABSENT = Q(owner__is_active=False) | Q(owner__presence__state=Presence.State.AWAY)


def silent_conversations(grace: timedelta = GRACE) -> QuerySet[Conversation]:
    """Open conversations without an owner who is there, without an offer, without a next step ahead.

    Those that moved within `grace` are left out. The longest silent first.
    """
    offered = Offer.objects.filter(conversation=OuterRef("pk"), state=Offer.State.OPEN, expires_at__gt=now())
    return (
        Conversation.objects.filter(
            Q(owner=None) | ABSENT,
            Q(next_step_at=None) | Q(next_step_at__lte=now()),
            ~Exists(offered),
            state=Conversation.State.OPEN,
            is_spam=False,
            last_message_at__lt=now() - grace,
        )
        .select_related("owner", "customer", "address", "placement__queue")
        .order_by("last_message_at")
    )
