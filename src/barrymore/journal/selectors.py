"""Read facts: for figures by kind and time, for readers that follow the journal."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from barrymore.journal.models import Fact

# Ids do not follow commit order on PostgreSQL: a reader stops below the oldest transaction still running.
SETTLED = "age(xmin) > age((txid_snapshot_xmin(txid_current_snapshot()) %% 4294967296)::text::xid)"


def facts_of(kind: str, since: datetime, until: datetime) -> QuerySet[Fact]:
    """Facts of one kind with since <= at < until, in no order."""
    return Fact.objects.filter(kind=kind, at__gte=since, at__lt=until)


def facts_of_conversations(
    kinds: Sequence[str], *, having: Sequence[str] | Q, since: datetime, until: datetime
) -> QuerySet[Fact]:
    """All facts of some kinds of the conversations to which one of `having` happened in that time.

    One statement however many conversations they are, their facts in the order in which they were written.
    """
    wanted = having if isinstance(having, Q) else Q(kind__in=having)
    concerned = Fact.objects.filter(wanted, at__gte=since, at__lt=until, conversation_ref__isnull=False)
    return Fact.objects.filter(
        kind__in=kinds, conversation_ref__in=concerned.values("conversation_ref")
    ).order_by("id")


def facts_after(last_id: int, limit: int = 500) -> list[Fact]:
    """The next facts behind `last_id` in the order of ids, only those that nothing can still slip below."""
    facts = Fact.objects.filter(id__gt=last_id).order_by("id")
    if connection.vendor == "postgresql":
        facts = facts.extra(where=[SETTLED])  # noqa: S610 - a constant
    return list(facts[:limit])


def newest_id() -> int:
    """The id of the newest fact, 0 for an empty journal."""
    return Fact.objects.order_by("-id").values_list("id", flat=True).first() or 0
