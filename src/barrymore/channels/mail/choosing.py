"""Which mailbox speaks for a conversation."""

from barrymore.channels.models import Mailbox
from barrymore.conversations.models import Conversation
from barrymore.conversations.selectors import last_inbound
from barrymore.routing.models import Placement


def mailbox_of(conversation: Conversation) -> Mailbox | None:
    """The mailbox into which the customer wrote last, else that of the queue, else the first active one."""
    active = Mailbox.objects.filter(is_active=True)
    last = last_inbound(conversation)
    written_to = last.recipients.get("mailbox", []) if last else []
    if written_to and (found := active.filter(address__in=written_to).first()):
        return found
    queues = Placement.objects.filter(conversation=conversation).values("queue_id")
    return active.filter(queue_id__in=queues).first() or active.first()


def first_mailbox() -> Mailbox | None:
    """Any address of the house, for a guest who looks for a person."""
    return Mailbox.objects.filter(is_active=True).first()


def mailbox_at(site_ref: int | None) -> Mailbox | None:
    """An address of the site, else any of the house."""
    return Mailbox.objects.filter(is_active=True, site=site_ref).first() or first_mailbox()
