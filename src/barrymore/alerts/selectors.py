"""A person's notices."""

from barrymore.alerts.models import Notice
from barrymore.organisation.models import Staff


def unseen_notices(staff: Staff, limit: int = 20) -> list[Notice]:
    """The newest notices that the person has not seen."""
    return list(Notice.objects.filter(staff=staff, seen_at=None).order_by("-id")[:limit])
