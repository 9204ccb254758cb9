"""Read conversations."""

from collections.abc import Collection

from django.db.models import Prefetch, QuerySet

from barrymore.conversations.models import Arrival, Conversation, Draft, Message
from barrymore.journal.moment import now
from barrymore.organisation.models import Staff

SHOWN_MESSAGES = 100
LIVE_STATES = [Conversation.State.OPEN, Conversation.State.WAITING]


def conversation(conversation_id: int) -> Conversation:
    """One conversation with the people in it. Raises Conversation.DoesNotExist."""
    return Conversation.objects.select_related(
        "customer__account", "address", "owner", "site", "reason", "area"
    ).get(pk=conversation_id)


def earlier_arrival(channel: str, external_id: str) -> Arrival | None:
    """The contact that has this channel and external id already."""
    return Arrival.objects.filter(channel=channel, external_id=external_id).first()


def arrived_ids(external_ids: Collection[str]) -> set[str]:
    """Those of some mails' external ids that have arrived here, by whatever way."""
    found = Arrival.objects.filter(channel="mail", external_id__in=external_ids)
    return set(found.values_list("external_id", flat=True))


def thread(of: Conversation, before_id: int | None = None) -> list[Message]:
    """The newest messages in order, at most SHOWN_MESSAGES; older ones before a message id."""
    messages = Message.objects.filter(conversation=of).select_related("author", "address")
    if before_id:
        messages = messages.filter(id__lt=before_id)
    newest = messages.prefetch_related("attachments").order_by("-id")[:SHOWN_MESSAGES]
    return list(newest)[::-1]


def last_inbound(of: Conversation) -> Message | None:
    """What the customer said last."""
    return of.messages.filter(kind=Message.Kind.INBOUND).select_related("address").order_by("-id").first()


def drafts_of(of: Conversation, staff: Staff) -> dict[str, Draft]:
    """A person's drafts in one conversation by kind."""
    return {draft.kind: draft for draft in Draft.objects.filter(conversation=of, staff=staff)}


def steps_overdue(limit: int = 100) -> QuerySet[Conversation]:
    """Conversations whose next step lies in the past."""
    return Conversation.objects.filter(
        state__in=LIVE_STATES, next_step_at__isnull=False, next_step_at__lte=now()
    ).order_by("next_step_at")[:limit]


def owned_by(staff: Staff) -> QuerySet[Conversation]:
    """What a person owns and has not closed."""
    return Conversation.objects.filter(owner=staff, state__in=LIVE_STATES)


def messages_with_files(ids: list[int]) -> QuerySet[Message]:
    """Messages with their attachments, for sending."""
    return Message.objects.filter(pk__in=ids).prefetch_related(Prefetch("attachments"))
