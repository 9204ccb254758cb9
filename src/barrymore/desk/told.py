"""What a guest said at the desk: who lives in the room, and a contact of what was told."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from barrymore.channels.language import language_of
from barrymore.conversations.models import Conversation, Reason
from barrymore.conversations.services import add_event
from barrymore.customers.models import Booking
from barrymore.customers.selectors import guests_in
from barrymore.handling.contact import Contact, Upload
from barrymore.handling.services import receive
from barrymore.journal.moment import now
from barrymore.organisation.models import Site, Staff
from barrymore.routing.models import Queue
from barrymore.routing.services import AlreadyTaken, take


@dataclass(frozen=True)
class Told:
    """One thing that a guest told an employee. `said_id` makes a repeat harmless."""

    said_id: str
    text: str
    room: str = ""
    name: str = ""
    reason: Reason | None = None
    site: Site | None = None
    queue: Queue | None = None
    uploads: tuple[Upload, ...] = ()


@transaction.atomic
def tell(told: Told, staff: Staff, *, keeps: bool) -> Conversation:
    """Take in what was told; the employee keeps it, or it waits in its queue like anything else."""
    stay = stay_of(told.room, told.site)
    address = stay.customer.addresses.filter(is_shared=False).order_by("kind", "id").first() if stay else None
    received = receive(
        Contact(
            channel="walkup",
            external_id=f"{staff.pk}:{told.said_id}",
            address_kind=address.kind if address else "",
            address=address.value if address else "",
            at=now(),
            name=told.name or (stay.customer.name if stay else ""),
            subject=_subject(told),
            text=told.text,
            language=(stay.customer.language if stay else "") or language_of(told.text),
            queue_ref=told.queue.pk if told.queue else None,
            site_ref=told.site.pk if told.site else None,
            reason_ref=told.reason.pk if told.reason else None,
            customer_ref=stay.customer_id if stay else None,
            uploads=told.uploads,
        )
    )
    conversation = Conversation.objects.select_related("customer", "address", "owner", "placement").get(
        pk=received.conversation_ref
    )
    if received.is_new:
        add_event(conversation, "told", staff, by=staff.name)
        if keeps:
            _keep(conversation, staff)
    return conversation


def _keep(conversation: Conversation, staff: Staff) -> None:
    try:
        take(conversation, staff)
    except AlreadyTaken:  # the guest's open thread is with a colleague already
        return


def stay_of(room: str, site: Site | None) -> Booking | None:
    """The one stay in a room today; with two guests in it nobody is named."""
    found = guests_in(room, site)
    return found[0] if len({stay.customer_id for stay in found}) == 1 else None


def _subject(told: Told) -> str:
    about = told.reason.name if told.reason else " ".join(told.text.split())[:80]
    return _("Room %(room)s: %(about)s") % {"room": told.room, "about": about} if told.room else about
