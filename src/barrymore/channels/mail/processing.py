"""A stored mail into a contact, an event or a refusal, with its state in the same transaction."""

import logging

from django.db import InterfaceError, OperationalError, transaction

from barrymore.alerts.services import notify
from barrymore.channels.language import language_of
from barrymore.channels.mail import recognising
from barrymore.channels.mail.limits import TooComplex
from barrymore.channels.mail.parsing import ParsedMail, parse
from barrymore.channels.mail.quoting import fresh_part
from barrymore.channels.mail.recognising import Kind, Verdict
from barrymore.channels.models import Mailbox, RawMail
from barrymore.channels.recoveries import asked_at
from barrymore.conversations import services as conversations
from barrymore.conversations.files import read_bytes, store_file
from barrymore.conversations.models import Conversation, Message
from barrymore.customers.services import note_bounce as note_address_bounce
from barrymore.feedback.models import Case
from barrymore.feedback.services import note_bounce as note_case_bounce
from barrymore.handling.contact import Contact, Upload
from barrymore.handling.services import receive
from barrymore.journal.models import Fact
from barrymore.journal.services import record

log = logging.getLogger(__name__)
MOST_ATTEMPTS = 3
LONGEST_EVENT = 2000
State = RawMail.State


def process_stored(mailbox_id: int | None = None, limit: int = 200) -> int:
    """Process what is stored, oldest first; returns how many came to an end. A mail that fails three
    times goes to quarantine, so that those behind it flow."""
    waiting = RawMail.objects.filter(state=State.STORED).order_by("id")
    if mailbox_id is not None:
        waiting = waiting.filter(mailbox_id=mailbox_id)
    return sum(process(raw_id) for raw_id in list(waiting.values_list("pk", flat=True)[:limit]))


def process(raw_id: int) -> bool:
    """Bring one stored mail to its end. False when it must be tried again later."""
    raw = RawMail.objects.select_related("mailbox").get(pk=raw_id)
    try:
        mail = parse(read_bytes(raw.path))
        _conclude(raw_id, mail)
    except TooComplex as error:
        _quarantine(raw, f"too complex: {error}")
    except (OperationalError, InterfaceError):
        raise  # the database is away: not the mail's fault
    except Exception as error:
        log.exception("mail %s failed", raw_id)
        return _count_failure(raw, f"{type(error).__name__}: {error}")
    return True


def release(raw_id: int) -> bool:
    """Let a mail in quarantine try again."""
    return bool(
        RawMail.objects.filter(pk=raw_id, state=State.QUARANTINED).update(
            state=State.STORED, attempts=0, error="", outcome=""
        )
    )


@transaction.atomic
def _conclude(raw_id: int, mail: ParsedMail) -> None:
    raw = RawMail.objects.select_for_update(of=("self",)).select_related("mailbox").get(pk=raw_id)
    if raw.state != State.STORED:
        return
    if _has_twin(raw):
        _end(raw, State.DUPLICATE, "same_content")
        return
    found = recognising.verdict(mail, _own_domains())
    if found.kind == Kind.CONTACT:
        _receive(raw, mail, found)
        return
    thread = found.thread
    conversation = Conversation.objects.filter(pk=thread.conversation).first() if thread else None
    if found.kind == Kind.REJECTED or conversation is None:
        _end(raw, State.REJECTED, found.what)
        return
    _join(conversation, mail, found)
    _end(raw, State.DONE, found.what, conversation.pk)


def _has_twin(raw: RawMail) -> bool:
    twins = RawMail.objects.filter(digest=raw.digest, pk__lt=raw.pk)
    return twins.filter(state__in=[State.STORED, State.DONE, State.REJECTED]).exists()


def _own_domains() -> frozenset[str]:
    return frozenset(address.rpartition("@")[2] for address in _own_addresses())


def _own_addresses() -> frozenset[str]:
    return frozenset(address.lower() for address in Mailbox.objects.values_list("address", flat=True))


def _receive(raw: RawMail, mail: ParsedMail, found: Verdict) -> None:
    sender = recognising.sender_of(mail, _own_addresses())
    if sender is None:
        _quarantine(raw, "no readable sender")
        return
    received = receive(_contact(raw, mail, found, *sender))
    state = State.DONE if received.is_new else State.DUPLICATE
    what = found.what if received.is_new else "same_message_id"
    _end(raw, state, what, received.conversation_ref)


def _contact(raw: RawMail, mail: ParsedMail, found: Verdict, name: str, address: str) -> Contact:
    uploads = tuple(Upload(**store_file(file.name, file.data, file.content_id)) for file in mail.files)
    return Contact(
        channel="mail",
        external_id=external_id(raw, mail),
        address_kind="email",
        address=address,
        at=mail.at or raw.received_at,
        name=name,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        language=language_of(fresh_part(mail.text)),
        conversation_ref=found.thread.conversation if found.thread else None,
        proved=recognising.is_proved(mail, address),
        queue_ref=raw.mailbox.queue_id,
        site_ref=raw.mailbox.site_id,
        is_spam=found.is_spam,
        recipients={"to": list(mail.to), "cc": list(mail.cc), "mailbox": [raw.mailbox.address]},
        uploads=uploads,
    )


def external_id(raw: RawMail, mail: ParsedMail) -> str:
    """Message-ID and content together: the same id with other content is another contact."""
    return f"{mail.message_id}#{mail.fingerprint}" if mail.message_id else f"sha256:{raw.digest}"


def _join(conversation: Conversation, mail: ParsedMail, found: Verdict) -> None:
    """A bounce, receipt or automatic answer becomes a line of the thread."""
    by = mail.senders[0][1] if mail.senders else ""
    bounced = _believed(found)
    text = mail.text[:LONGEST_EVENT]
    conversations.add_event(conversation, found.what, by=by, addresses=bounced, text=text)
    if bounced:
        _note_bounced(conversation, found, bounced)


def _believed(found: Verdict) -> list[str]:
    """A report is believed only about those to whom the mail it names was sent."""
    if found.thread is None:
        return []
    if found.thread.kind == "i":
        case = Case.objects.select_related("address").filter(pk=found.thread.ref).first()
        sent_to = {case.address.value} if case and case.address else set()
    elif found.thread.kind == "r":
        sent_to = asked_at(found.thread.ref)
    else:
        message = Message.objects.filter(pk=found.thread.ref).first()
        recipients = message.recipients if message else {}
        sent_to = {address.lower() for kind in ("to", "cc", "bcc") for address in recipients.get(kind, [])}
    return [address for address in found.bounced if address in sent_to]


def _note_bounced(conversation: Conversation, found: Verdict, bounced: list[str]) -> None:
    for address in bounced:
        note_address_bounce(address)
    if found.thread and found.thread.kind == "i":
        note_case_bounce(Case.objects.select_related("conversation__customer").get(pk=found.thread.ref))
    elif found.thread and found.thread.kind == "m":
        error = ", ".join(bounced)
        conversations.mark_delivery(found.thread.ref, Message.Status.FAILED, error=error, bounced=bounced)
        if conversation.owner:
            notify(
                [conversation.owner],
                "mail.failed",
                f"message:{found.thread.ref}:bounced:{bounced[0]}"[:140],
                conversation_ref=conversation.pk,
                subject=conversation.subject,
            )


def _end(raw: RawMail, state: State, outcome: str, conversation_ref: int | None = None) -> None:
    raw.state, raw.outcome, raw.conversation_id, raw.error = state, outcome[:60], conversation_ref, ""
    raw.save(update_fields=["state", "outcome", "conversation", "error"])
    record(
        "mail.outcome",
        f"mail:{raw.pk}:outcome",
        channel="mail",
        conversation_ref=conversation_ref,
        dims={"mailbox": raw.mailbox_id, "state": str(state), "what": outcome[:60]},
    )


@transaction.atomic
def _quarantine(raw: RawMail, error: str) -> None:
    changed = RawMail.objects.filter(pk=raw.pk, state=State.STORED).update(
        state=State.QUARANTINED, outcome="quarantined", error=error[:2000]
    )
    if changed:
        times = _times_quarantined(raw)
        key = f"mail:{raw.pk}:quarantined:{times + 1}"
        record("mail.quarantined", key, channel="mail", dims={"mailbox": raw.mailbox_id})


def _times_quarantined(raw: RawMail) -> int:
    return Fact.objects.filter(key__startswith=f"mail:{raw.pk}:quarantined:").count()


def _count_failure(raw: RawMail, error: str) -> bool:
    attempts = raw.attempts + 1
    RawMail.objects.filter(pk=raw.pk, state=State.STORED).update(attempts=attempts, error=error[:2000])
    if attempts >= MOST_ATTEMPTS:
        _quarantine(raw, error)
        return True
    return False
