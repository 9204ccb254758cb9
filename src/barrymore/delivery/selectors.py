"""What waits to leave, and what could not."""

from django.db.models import QuerySet

from barrymore.delivery.models import OutboxRow


def failed_rows(kinds: list[str]) -> QuerySet[OutboxRow]:
    """Rows given up, and rows that wait after at least one failure; newest first."""
    troubled = OutboxRow.objects.filter(
        kind__in=kinds, state=OutboxRow.State.DEAD
    ) | OutboxRow.objects.filter(kind__in=kinds, state=OutboxRow.State.WAITING, attempts__gt=0)
    return troubled.order_by("-id")


def row_of(effect_key: str) -> OutboxRow | None:
    """The row of one effect, if it is owed."""
    return OutboxRow.objects.filter(effect_key=effect_key).first()
