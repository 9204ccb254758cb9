"""Tell whoever is in charge that an answer has not reached the customer, by whatever channel it went."""

from barrymore.alerts.models import Notice
from barrymore.alerts.services import notify
from barrymore.conversations.models import Message


def tell_owner(message: Message) -> None:
    """One notice for each message, to its conversation's owner, else to its writer."""
    conversation = message.conversation
    person = conversation.owner or message.author
    key = f"message:{message.pk}:failed"
    if person and not Notice.objects.filter(key=f"{key}:{person.pk}").exists():
        notify([person], "mail.failed", key, conversation_ref=conversation.pk, subject=conversation.subject)
