"""What a notice says, in the language that is active."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from barrymore.alerts.models import Notice

SUBJECTS = {
    "promise.soon": gettext_lazy("A promise runs out soon: %(subject)s"),
    "promise.broken": gettext_lazy("A promise is broken: %(subject)s"),
    "offer.made": gettext_lazy("Offered to you: %(subject)s"),
    "conversation.silent": gettext_lazy("Nobody answers: %(subject)s"),
    "mailbox.failing": gettext_lazy("The mailbox %(address)s cannot be read"),
    "mail.failed": gettext_lazy("A mail did not leave: %(subject)s"),
    "answer.bad": gettext_lazy("A customer was not content: %(subject)s"),
}


def subject_of(notice: Notice) -> str:
    """One line."""
    return str(str(SUBJECTS[notice.kind]) % notice.params)


def link_of(notice: Notice) -> str:
    """Where to go, as an absolute address."""
    if notice.conversation_ref:
        return f"{settings.BASE_URL}/desk/{notice.conversation_ref}/"
    return f"{settings.BASE_URL}/"


def body_of(notice: Notice) -> str:
    """The mail's text."""
    return "\n\n".join([subject_of(notice), _("Open it here:") + " " + link_of(notice)]) + "\n"
