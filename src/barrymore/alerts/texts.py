"""What a notice says, in the language that is active."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from barrymore.alerts.links import acknowledge_link
from barrymore.alerts.models import Alert, Notice

SUBJECTS = {
    "promise.soon": gettext_lazy("A promise runs out soon: %(subject)s"),
    "promise.broken": gettext_lazy("A promise is broken: %(subject)s"),
    "offer.made": gettext_lazy("Offered to you: %(subject)s"),
    "conversation.silent": gettext_lazy("Nobody answers: %(subject)s"),
    "mailbox.failing": gettext_lazy("The mailbox %(address)s cannot be read"),
    "mail.failed": gettext_lazy("A mail did not leave: %(subject)s"),
    "answer.bad": gettext_lazy("A customer was not content: %(subject)s"),
    "answer.bad.own": gettext_lazy("A customer of yours was not content: %(subject)s"),
    "press.red": gettext_lazy("Red at %(place)s, %(time)s"),
    "press.red.own": gettext_lazy("Red at %(place)s, %(time)s, just after you served there"),
    "recovery.contradicted": gettext_lazy("The guest says it is not put right: %(subject)s"),
    "flag.asked": gettext_lazy("A question to you about presses where you worked"),
    "device.silent": gettext_lazy("The device %(device)s at %(place)s is silent"),
    "rate.falling": gettext_lazy(
        "Fewer answer at %(place)s: %(answered)s of %(served)s served, usually %(usual)s"
    ),
}
# A mail, a text and a push say the time at the place; a page shows it in the viewer's zone.
TITLES = {"press.red": gettext_lazy("Red at %(place)s")}


def subject_of(notice: Notice) -> str:
    """One line."""
    return str(str(SUBJECTS[notice.kind]) % notice.params)


def title_of(alert: Alert) -> str:
    """What has happened, in one line for a page that shows the moment beside it, in the viewer's zone."""
    return str(str(TITLES.get(alert.kind) or SUBJECTS[alert.kind]) % alert.params)


# Where a notice leads that is about no conversation.
PLACES = {"flag.asked": "/quality/mine/", "rate.falling": "/reports/points/%(point)s/"}


def link_of(notice: Notice) -> str:
    """Where to go, as an absolute address."""
    if notice.conversation_ref:
        return f"{settings.BASE_URL}/desk/{notice.conversation_ref}/"
    return f"{settings.BASE_URL}{PLACES.get(notice.kind, '/') % notice.params}"


def body_of(notice: Notice) -> str:
    """The mail's text."""
    lines = [subject_of(notice), _("Open it here:") + " " + link_of(notice)]
    if notice.alert_id:
        lines.insert(1, _("Say that you have it, with one tap:") + " " + acknowledge_link(notice))
    return "\n\n".join(lines) + "\n"
