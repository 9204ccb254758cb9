"""Our answer as a finished mail, the same at every try."""

import email.utils
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy

from barrymore.channels.mail.headers import words
from barrymore.channels.mail.thread_ids import Kind, loop_mark, message_id
from barrymore.channels.models import Mailbox
from barrymore.conversations.files import read_bytes
from barrymore.conversations.models import Conversation, Message
from barrymore.customers.recognition import BadAddress, clean_name, normal_email
from barrymore.delivery.smtp import SendFailed

MOST_REFERENCES = 20
ID_HEADERS = frozenset({"message-id", "in-reply-to", "references"})


class ThreadPolicy(EmailPolicy):
    """Ids are folded between ids and never encoded, however long a foreign program has made them."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """One header as bytes."""
        if name.lower() in ID_HEADERS:
            folded = f"{self.linesep} ".join(str(value).split())
            return f"{name}: {folded}{self.linesep}".encode("ascii", "ignore")
        return super().fold_binary(name, value)


@dataclass(frozen=True)
class Outgoing:
    """A finished mail and its envelope."""

    mail: EmailMessage
    sender: str
    recipients: tuple[str, ...]


def domain_of(mailbox: Mailbox) -> str:
    """The part of the mailbox's address behind the @."""
    return mailbox.address.rpartition("@")[2]


def compose(message: Message, mailbox: Mailbox) -> Outgoing:
    """The mail of an outbound message. Raises SendFailed where nobody can be written to."""
    recipients = {kind: readable(message.recipients.get(kind, [])) for kind in ("to", "cc", "bcc")}
    everybody = tuple(dict.fromkeys(address for some in recipients.values() for address in some))
    if not everybody:
        raise SendFailed("there is no mail address to write to", final=True)
    about = message.detail.get("subject", "") if message.detail.get("forward") else ""
    mail = begin(message.conversation, mailbox, "m", message.pk, recipients["to"], about=about)
    if recipients["cc"]:
        mail["Cc"] = ", ".join(recipients["cc"])
    mail["Date"] = email.utils.format_datetime(message.at)
    signature = mailbox.signature.strip()
    text = message.text.rstrip() + (f"\n\n-- \n{signature}" if signature else "")
    mail.set_content(text + "\n", charset="utf-8")
    for file in message.attachments.all():
        kind, _, subkind = (file.content_type or "application/octet-stream").partition("/")
        mail.add_attachment(read_bytes(file.path), maintype=kind, subtype=subkind, filename=file.name)
    return Outgoing(mail, mailbox.address, everybody)


def begin(
    conversation: Conversation, mailbox: Mailbox, kind: Kind, ref: int, to: list[str], *, about: str = ""
) -> EmailMessage:
    """Headers that every mail of ours has: who, to whom, what about, which thread, and our own mark.

    `about` is the subject of a forward: its readers have none of the thread's earlier mails.
    """
    mail = EmailMessage(policy=ThreadPolicy())
    mail["From"] = Address(clean_name(words(mailbox.name or "")), addr_spec=mailbox.address)
    mail["To"] = ", ".join(to) if to else "undisclosed-recipients:;"
    mail["Subject"] = words(about) or subject_of(conversation)
    mail["Message-ID"] = message_id(conversation.pk, kind, ref, domain_of(mailbox))
    earlier = [] if about else earlier_ids(conversation, mailbox, before=ref if kind == "m" else None)
    if earlier:
        mail["In-Reply-To"] = earlier[-1]
        mail["References"] = " ".join(earlier)
    mail["X-Loop"] = loop_mark()
    return mail


def begin_alone(mailbox: Mailbox, subject: str, key: str, to: list[str]) -> EmailMessage:
    """Headers of a mail that belongs to no thread; the key makes its Message-ID the same at every try."""
    mail = EmailMessage(policy=ThreadPolicy())
    mail["From"] = Address(clean_name(words(mailbox.name or "")), addr_spec=mailbox.address)
    mail["To"] = ", ".join(to)
    mail["Subject"] = words(subject)
    mail["Message-ID"] = f"<{key}@{domain_of(mailbox)}>"
    mail["X-Loop"] = loop_mark()
    return mail


def subject_of(conversation: Conversation) -> str:
    """`Re: …` as one line, whatever the customer has written."""
    subject = words(conversation.subject)
    is_answer = conversation.arrivals.exists()
    return subject if subject.lower().startswith("re:") or not is_answer else f"Re: {subject}"


def earlier_ids(conversation: Conversation, mailbox: Mailbox, before: int | None) -> list[str]:
    """The Message-IDs of the thread so far, the customer's newest last."""
    said = conversation.messages.filter(kind__in=[Message.Kind.INBOUND, Message.Kind.OUTBOUND])
    if before is not None:
        said = said.filter(pk__lt=before)
    newest = list(said.order_by("-id").values_list("pk", "kind", "external_id", "detail")[:MOST_REFERENCES])[
        ::-1
    ]
    ids = [
        external.partition("#")[0]
        if kind == Message.Kind.INBOUND
        else message_id(conversation.pk, "m", pk, domain_of(mailbox))
        for pk, kind, external, detail in newest
        if not detail.get("forward")
    ]
    return [found for found in ids if found.startswith("<") and found.endswith(">")]


def readable(texts: list[str]) -> list[str]:
    """The texts that are mail addresses, in normal spelling."""
    found = []
    for text in texts:
        try:
            found.append(normal_email(text))
        except BadAddress:
            continue
    return found
