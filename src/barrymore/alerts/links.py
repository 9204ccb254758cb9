"""The link by which one person says that they have an alert: signed, for this person and alert alone."""

from django.conf import settings
from django.core import signing

from barrymore.alerts.models import Notice

SALT = "barrymore.alerts.acknowledge"
LIFE_SECONDS = 3 * 24 * 3600


def acknowledge_link(notice: Notice) -> str:
    """The address of the page with the one button."""
    return f"{settings.BASE_URL}/a/{signing.dumps(notice.pk, salt=SALT)}/"


def notice_behind(token: str) -> Notice | None:
    """The notice of a link; None for a wrong or old link, and where the person works here no more."""
    try:
        ref = signing.loads(token, salt=SALT, max_age=LIFE_SECONDS)
    except signing.BadSignature:
        return None
    notices = Notice.objects.select_related("staff", "alert__site", "alert__acknowledged_by")
    return notices.filter(pk=ref, staff__is_active=True, alert__isnull=False).first()
