"""Read conversations."""

from collections.abc import Collection

from django.db.models import Prefetch, QuerySet

from barrymore.conversations.models import Arrival, Attachment, Conversation, Draft, Message
from barrymore.journal.moment import now
from barrymore.organisation.models import Staff
from barrymore.organisation.prepared import Prepared

SHOWN_MESSAGES = 100
LAST_ID = 2**63 - 1
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


_newest_messages = Prepared(
    lambda of, before_id: (
        Message.objects.filter(conversation=of, id__lt=before_id)
        .select_related("author", "address")
        .order_by("-id")[:SHOWN_MESSAGES]
    )
)
_files_since = Prepared(
    lambda of, since_id: Attachment.objects.filter(message__conversation=of, message__gte=since_id).order_by(
        "id"
    )
)


def thread(of: Conversation, before_id: int | None = None) -> list[Message]:
    """The newest messages in order with their files, at most SHOWN_MESSAGES; older ones before an id."""
    newest: list[Message] = _newest_messages(of.pk, before_id or LAST_ID)
    files = _files_since(of.pk, newest[-1].pk) if newest else []
    for message in newest:
        message.files = [file for file in files if file.message_id == message.pk]
    return newest[::-1]


def last_inbound(of: Conversation) -> Message | None:
    """What the customer said last."""
    return of.messages.filter(kind=Message.Kind.INBOUND).select_related("address").order_by("-id").first()


_drafts = Prepared(lambda of, staff: Draft.objects.filter(conversation=of, staff=staff))


def drafts_of(of: Conversation, staff: Staff) -> dict[str, Draft]:
    """A person's drafts in one conversation by kind."""
    return {draft.kind: draft for draft in _drafts(of.pk, staff.pk)}


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
