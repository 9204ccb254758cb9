"""By text message: a row that the channel of text messages claims and sends."""

from django.utils import translation
from django.utils.translation import gettext as _

from barrymore.alerts.links import acknowledge_link
from barrymore.alerts.models import Notice, Reach
from barrymore.alerts.texts import link_of, subject_of
from barrymore.delivery import services as outbox

NAME = "sms"
KIND = "notice_sms"


def reaches(reach: Reach) -> bool:
    """Whether the person has left a number and wants messages there."""
    return reach.by_sms and bool(reach.phone)


def owe(notice: Notice, reach: Reach) -> None:
    """One message; its words are made when it leaves."""
    site = notice.alert.site_id if notice.alert else None
    outbox.owe(KIND, f"notice:{notice.pk}:sms", {"notice": notice.pk, "to": reach.phone, "site": site})


def text_of(notice_ref: int) -> str:
    """What the message says, in the person's language. Raises Notice.DoesNotExist."""
    notice = Notice.objects.select_related("staff", "alert").get(pk=notice_ref)
    with translation.override(notice.staff.language):
        if notice.alert is None:
            return f"{subject_of(notice)} {link_of(notice)}"
        words = _("%(what)s Say that you have it: %(link)s")
        return words % {"what": f"{subject_of(notice)}.", "link": acknowledge_link(notice)}
