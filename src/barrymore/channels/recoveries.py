"""Ask the guest, in their language, whether what we say to have put right is put right."""

import email.utils

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from barrymore.channels.mail.composing import Outgoing, begin
from barrymore.channels.models import Mailbox
from barrymore.channels.survey_link.texts import CODES
from barrymore.conversations.models import Conversation
from barrymore.customers.services import note_bounce
from barrymore.delivery import services as outbox
from barrymore.delivery.models import OutboxRow
from barrymore.delivery.smtp import SendFailed
from barrymore.handling.models import Claim, Kindness, Recovery
from barrymore.handling.outcomes import address_of, claim
from barrymore.organisation.models import Staff
from barrymore.organisation.secrets import seal, unseal
from barrymore.organisation.selectors import company


@transaction.atomic
def claim_and_ask(recovery: Recovery, staff: Staff, what: str, kindness: Kindness | None = None) -> Claim:
    """Say what was done; the question to a guest with an address leaves after the commit.

    Raises NothingSaid, HasEnded.
    """
    asked = claim(recovery, staff, what, kindness)
    if asked.road:
        payload = {"claim": asked.claim.pk, "token": seal(asked.token)}
        outbox.owe(asked.road, f"claim:{asked.claim.pk}:question", payload)
    return asked.claim


def language_of(recovery: Recovery) -> str:
    """The guest's language where the house speaks it, else that of the site, else of the company."""
    conversation, customer, site = recovery.conversation, recovery.customer, recovery.site
    spoken = [
        customer.language if customer else "",
        conversation.language if conversation else "",
        site.language if site else "",
        company().language,
    ]
    return next((code for code in spoken if code in CODES), "en")


def _claim_of(row: OutboxRow) -> Claim:
    """The claim that is asked about. Raises SendFailed where a newer one, or an answer, is there."""
    found = Claim.objects.select_related(
        "recovery__customer",
        "recovery__site",
        "recovery__conversation__address",
        "recovery__conversation__customer",
    ).get(pk=row.payload["claim"])
    recovery = found.recovery
    is_current = recovery.state == Recovery.State.CLAIMED and recovery.claims == found.number
    if not is_current or recovery.asked_by == Recovery.Way.DESK or not row.payload.get("token"):
        raise SendFailed("the guest has answered, or is asked in another way", final=True)
    return found


def conversation_of(row: OutboxRow) -> Conversation:
    """The conversation that is asked about."""
    conversation = _claim_of(row).recovery.conversation
    assert conversation is not None
    return conversation


def _words(made: Claim, token: str) -> dict[str, str]:
    return {
        "language": language_of(made.recovery),
        "company": company().name or _("Our team"),
        "question": _("Is it put right?"),
        "done": made.what,
        "link": f"{settings.BASE_URL}/r/{token}/",
    }


def text_of(row: OutboxRow) -> tuple[Conversation, str, str]:
    """The question as a text message: its conversation, the number, the words. Raises SendFailed."""
    made = _claim_of(row)
    address, conversation = address_of(made.recovery), made.recovery.conversation
    if address is None or conversation is None:
        raise SendFailed("there is no number to ask any more", final=True)
    with translation.override(language_of(made.recovery)):
        words = _words(made, unseal(row.payload["token"]))
        text = _("%(done)s Is it put right? %(link)s") % {**words, "done": made.what[:300]}
    return conversation, address.value, text


def compose(row: OutboxRow, mailbox: Mailbox) -> Outgoing:
    """The question as a mail: what was done, and one link. Raises SendFailed."""
    made = _claim_of(row)
    address, conversation = address_of(made.recovery), made.recovery.conversation
    if address is None or conversation is None:
        raise SendFailed("there is no address to ask any more", final=True)
    with translation.override(language_of(made.recovery)):
        words = _words(made, unseal(row.payload["token"]))
        mail = begin(conversation, mailbox, "r", made.pk, [address.value])
        del mail["Subject"]
        mail["Subject"] = words["question"]
        text = render_to_string("channels/recovery_question.txt", words)
        page = render_to_string("channels/recovery_question.html", words)
    mail["Date"] = email.utils.format_datetime(made.at)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text.strip() + "\n", charset="utf-8")
    mail.add_alternative(page, subtype="html", charset="utf-8")
    return Outgoing(mail, "", (address.value,))


def asked_at(claim_ref: int) -> set[str]:
    """The addresses to which the question about a claim went."""
    made = Claim.objects.select_related("recovery__conversation__address").filter(pk=claim_ref).first()
    address = address_of(made.recovery) if made else None
    return {address.value} if address else set()


def forget_token(row: OutboxRow) -> None:
    """The question has left: from now on only the guest holds the token."""
    outbox.redact(row, {"claim": row.payload["claim"]})


def note_undeliverable(row: OutboxRow, *, is_refused: bool) -> None:
    """The question never left; a refused address is asked no more. The desk can still ask by its screen."""
    made = (
        Claim.objects.select_related("recovery__conversation__address")
        .filter(pk=row.payload["claim"])
        .first()
    )
    address = address_of(made.recovery) if made else None
    if is_refused and address is not None and address.kind == "email":
        note_bounce(address.value)
    forget_token(row)
