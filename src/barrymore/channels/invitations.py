"""Ask the customer, in their language, after a conversation is closed and the lot has fallen on it."""

import email.utils

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from barrymore.channels.mail.choosing import first_mailbox
from barrymore.channels.mail.composing import Outgoing, begin, begin_alone
from barrymore.channels.models import Mailbox
from barrymore.channels.survey_link.texts import language_for, letter, question
from barrymore.conversations.models import Conversation
from barrymore.customers.models import Address
from barrymore.customers.services import note_bounce
from barrymore.delivery import services as outbox
from barrymore.delivery.models import OutboxRow
from barrymore.delivery.smtp import SendFailed
from barrymore.feedback import selectors as cases
from barrymore.feedback import services as feedback
from barrymore.feedback.models import Case
from barrymore.organisation.secrets import seal, unseal


def invite_due() -> int:
    """Owe the question of every case that is due; returns how many. Without a mailbox mails wait."""
    can_mail = first_mailbox() is not None
    return sum(_invite(case) for case in cases.cases_to_send() if can_mail or _road_of(case) != "mail")


def _road_of(case: Case) -> str:
    """By which channel the question goes: the contact's own where it can carry it."""
    roads = {Address.Kind.EMAIL.value: "mail", Address.Kind.VISITOR.value: "chat"}
    if case.conversation is None:
        return "mail" if case.address and case.address.kind == Address.Kind.EMAIL else ""
    if case.conversation.channel == "sms":
        roads[Address.Kind.PHONE.value] = "sms"
    return roads.get(case.address.kind, "") if case.address else ""


@transaction.atomic
def _invite(case: Case) -> bool:
    road = _road_of(case)
    if not road:
        # No channel can carry the question to them yet: a known customer who was not reached.
        feedback.note_bounce(case)
        return False
    try:
        token = feedback.mark_sent(case)
    except feedback.CaseClosed:
        return False
    outbox.owe(road, f"case:{case.pk}:invitation", {"invitation": case.pk, "token": seal(token)})
    return True


def shown_in_window(conversation_ref: int) -> str:
    """The address of the question that waits for a visitor of a chat, empty where there is none."""
    case = Case.objects.filter(conversation=conversation_ref, state=Case.State.SENT).order_by("-id").first()
    row = OutboxRow.objects.filter(effect_key=f"case:{case.pk}:invitation").first() if case else None
    token = unseal(row.payload.get("token", "")) if row else ""
    return f"/s/{token}/" if token else ""


def case_of(row: OutboxRow) -> Case:
    """The case that an outbox row invites to."""
    return Case.objects.select_related(
        "conversation__customer", "conversation__site", "address", "staff", "survey", "customer"
    ).get(pk=row.payload["invitation"])


def conversation_of(row: OutboxRow) -> Conversation | None:
    """The conversation that is asked about; None for a question about us as a whole."""
    return case_of(row).conversation


def text_of(row: OutboxRow) -> tuple[Conversation, str, str]:
    """The question as a text message: its conversation, the number, the words. Raises SendFailed."""
    case = case_of(row)
    if case.conversation is None or case.address is None or case.state != Case.State.SENT:
        raise SendFailed("the invitation has its answer or its end already", final=True)
    with translation.override(language_for(case)):
        link = f"{settings.BASE_URL}/s/{unseal(row.payload['token'])}/"
        words = _("%(question)s %(link)s Answer STOP to hear no more.")
        text = words % {"question": question(case), "link": link}
    return case.conversation, case.address.value, text


def compose(row: OutboxRow, mailbox: Mailbox) -> Outgoing:
    """The invitation: one question, four links, why this customer was asked, how to refuse."""
    case = case_of(row)
    token = unseal(row.payload.get("token", ""))
    if not token or case.address is None or case.state != Case.State.SENT:
        raise SendFailed("the invitation has its answer or its end already", final=True)
    with translation.override(language_for(case)):
        context = letter(case, f"{settings.BASE_URL}/s/{token}")
        to = [case.address.value]
        if case.conversation is None:
            mail = begin_alone(mailbox, question(case), f"case.{case.pk}", to)
        else:
            mail = begin(case.conversation, mailbox, "i", case.pk, to)
        if case.conversation and not case.conversation.subject:
            del mail["Subject"]
            mail["Subject"] = question(case)
        text = render_to_string("channels/invitation.txt", context)
        page = render_to_string("channels/invitation.html", context)
    mail["Date"] = email.utils.format_datetime(case.sent_at or row.created_at)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text.strip() + "\n", charset="utf-8")
    mail.add_alternative(page, subtype="html", charset="utf-8")
    return Outgoing(mail, "", (case.address.value,))


def forget_token(row: OutboxRow) -> None:
    """The mail has left: from now on only the customer holds the token."""
    outbox.redact(row, {"invitation": row.payload["invitation"]})


def note_undeliverable(row: OutboxRow, *, is_refused: bool) -> None:
    """The invitation never left: a known customer was not reached. A refused address is asked no more."""
    case = case_of(row)
    feedback.note_bounce(case)
    if is_refused and case.address:
        note_bounce(case.address.value)
    forget_token(row)
