"""A person's notices, and the alerts that they may see."""

from django.db.models import Q, QuerySet

from barrymore.alerts.models import Alert, Notice
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor, role_at
from barrymore.organisation.models import Role, Site, Staff

LEADS = {Role.SUPERVISOR, Role.ADMINISTRATOR, Role.OWNER, Role.QUALITY}


def unseen_notices(staff: Staff, limit: int = 20) -> list[Notice]:
    """The newest notices that the person has not seen."""
    unseen = Notice.objects.filter(staff=staff, seen_at=None).select_related("alert")
    return list(unseen.order_by("-id")[:limit])


def alerts_of(staff: Staff) -> QuerySet[Alert]:
    """The alerts that were told to a person, and those of the sites where they lead; the newest first."""
    told = Q(pk__in=Notice.objects.filter(staff=staff, alert__isnull=False).values("alert"))
    if sites := _led(staff):
        told |= Q(site__in=sites) | Q(site=None)
    alerts = Alert.objects.filter(told).select_related("site", "point", "acknowledged_by", "concerned")
    return alerts.order_by("-id")


class _At:
    """A site as a place where a person may have another role."""

    def __init__(self, site: int) -> None:
        self.pk, self.site_id = 0, site


def _led(staff: Staff) -> list[int]:
    own = set(staff.sites.values_list("pk", flat=True))
    everywhere = Site.objects.values_list("pk", flat=True)
    here = [pk for pk in everywhere if not own or pk in own or f"site:{pk}" in staff.held_posts]
    return [pk for pk in here if role_at(staff, _At(pk)).role in LEADS]


def red_alerts(staff: Staff) -> QuerySet[Alert]:
    """Those that nobody has yet, without the bursts."""
    return alerts_of(staff).filter(state=Alert.State.OPEN, is_burst=False)


def may_acknowledge(actor: Actor, alert: Alert) -> bool:
    """Whoever was told may say that they have it, and whoever leads there."""
    return alerts_of(actor.staff).filter(pk=alert.pk).exists()


def name_shown(alert: Alert, staff: Staff) -> str:
    """Who is concerned, for one reader: the person at once, everybody else once the person had their time."""
    if alert.concerned is None:
        return ""
    is_named = alert.named_at is not None and alert.named_at <= now()
    return alert.concerned.name if is_named or alert.concerned_id == staff.pk else ""
