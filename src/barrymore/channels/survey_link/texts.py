"""What an invitation and its page say, in the language that is active."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from barrymore.channels.mail.choosing import first_mailbox, mailbox_of
from barrymore.conversations.models import Conversation
from barrymore.feedback.models import Case, Response, Survey
from barrymore.feedback.selectors import questionnaire_of
from barrymore.organisation.selectors import company

CODES = frozenset(code for code, _name in settings.LANGUAGES)


def language_for(case: Case) -> str:
    """The customer's language where the house speaks it, else that of the company."""
    spoken = [case.language, case.customer.language if case.customer else "", company().language]
    return next((code for code in spoken if code in CODES), "en")


def question(case: Case) -> str:
    """The one question, by name where the name is known."""
    if case.survey.kind == Survey.Kind.RELATIONSHIP:
        return _("How do we do as a whole?")
    name = case.customer.name.split(" ")[0] if case.customer and case.customer.name else ""
    return _("%(name)s, how did we do?") % {"name": name} if name else _("How did we do?")


def scale() -> list[tuple[int, str]]:
    """The four answers, the best first, as (score, words)."""
    return [(score.value, str(score.label)) for score in reversed(list(Response.Score))]


def answer_links(case: Case, link: str) -> list[tuple[str, str]]:
    """The answers to choose from in the mail itself; none where the questionnaire has its own pages."""
    if not questionnaire_of(case.survey).standard:
        return []
    return [(words, f"{link}/?score={score}") for score, words in scale()]


def why_asked(case: Case) -> str:
    """Why this customer was asked."""
    if case.survey.kind == Survey.Kind.RELATIONSHIP:
        return _("We ask from time to time how we do as a whole, and never soon after another question.")
    share = round(case.probability * 100)
    if share >= 100:
        return _("We ask everybody whose request is done.")
    return _("Your name was drawn by lot: we ask about %(n)s of every 100 people.") % {"n": share}


def who_reads(case: Case) -> str:
    """Who will see the answer."""
    if case.conversation is None:
        return _("The people who look after quality here will read your answer.")
    if case.staff is None:
        return _("The team that helped you and its supervisor will read your answer.")
    words = _("%(name)s, who helped you, and the supervisor will read your answer.")
    return words % {"name": case.staff.first_name}


def letter(case: Case, link: str) -> dict[str, Any]:
    """All words of the invitation."""
    return {
        "language": language_for(case),
        "company": company().name or _("Our team"),
        "question": question(case),
        "about": case.conversation.subject if case.conversation else "",
        "answers": answer_links(case, link),
        "link": f"{link}/",
        "why": why_asked(case),
        "who": who_reads(case),
        "refuse": f"{link}/#refuse",
    }


def person_address(conversation: Conversation | None) -> str:
    """The mail address behind which a person answers, empty where no mailbox is connected."""
    mailbox = (mailbox_of(conversation) if conversation else None) or first_mailbox()
    return mailbox.address if mailbox else ""
