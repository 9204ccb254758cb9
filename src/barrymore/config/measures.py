"""Measures for Prometheus: requests as they pass, everything else read when asked."""

import json
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import Error
from django.db.models import Count, F, Min, Q
from prometheus_client import CollectorRegistry, Gauge, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from barrymore.channels.models import Mailbox
from barrymore.config.pulse import pulses
from barrymore.delivery.models import OutboxRow
from barrymore.journal.moment import now
from barrymore.routing.models import Placement, Queue
from barrymore.routing.selectors import MOST_COUNTED

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

registry = CollectorRegistry(auto_describe=False)
ProcessCollector(registry=registry)
REQUESTS = Histogram(
    "barrymore_request_seconds",
    "Time until a request is answered, by view.",
    ["view", "method", "status"],
    buckets=BUCKETS,
    registry=registry,
)
LISTENERS = Gauge("barrymore_live_listeners", "Open event streams.", registry=registry)


def note_request(view: str, method: str, status: int, seconds: float) -> None:
    """Count one request; the labels take few values whatever a stranger sends."""
    REQUESTS.labels(view, method if method in METHODS else "other", f"{status // 100}xx").observe(seconds)


class _House(Collector):
    """What stands in the database, in this process's rounds, and on the disk."""

    def collect(self) -> Iterable[Metric]:
        """Every figure at this moment; without a database only that it is away."""
        yield from _rounds()
        yield from _disk()
        up = GaugeMetricFamily("barrymore_database_up", "Whether the database answers.")
        try:
            found = [*_queues(), *_outbox(), *_mailboxes()]
        except Error:
            found = []
        up.add_metric([], int(bool(found)))
        yield up
        yield from found


def _queues() -> Iterator[Metric]:
    standing = GaugeMetricFamily(
        "barrymore_open_conversations",
        f"Open conversations, counted up to {MOST_COUNTED}.",
        labels=["queue", "name"],
    )
    oldest = GaugeMetricFamily(
        "barrymore_oldest_unanswered_seconds",
        f"Age of the oldest conversation without any answer, among the {MOST_COUNTED} due first.",
        labels=["queue", "name"],
    )
    for pk, name in Queue.objects.filter(is_active=True).order_by("pk").values_list("pk", "name"):
        placed = Placement.objects.filter(queue_id=pk, is_open=True)
        standing.add_metric([str(pk), name], placed.order_by()[:MOST_COUNTED].count())
        waiting = placed.filter(is_paused=False, conversation__first_replied_at=None).order_by("due_at")
        first = waiting[:MOST_COUNTED].aggregate(at=Min("conversation__opened_at"))["at"]
        oldest.add_metric([str(pk), name], (now() - first).total_seconds() if first else 0)
    return iter([standing, oldest])


def _outbox() -> Iterator[Metric]:
    rows = GaugeMetricFamily(
        "barrymore_outbox_rows", "Effects that wait or were given up.", labels=["kind", "state"]
    )
    # One statement a state: each has an index of its own, together they would read the whole table.
    for state in (OutboxRow.State.WAITING, OutboxRow.State.DEAD):
        counted = OutboxRow.objects.filter(state=state).order_by().values_list("kind").annotate(n=Count("id"))
        for kind, n in counted:
            rows.add_metric([kind, str(state)], n)
    yield rows


def _mailboxes() -> Iterator[Metric]:
    boxes = GaugeMetricFamily(
        "barrymore_mailboxes", "Active mailboxes by how their last turn went.", labels=["state"]
    )
    troubled = Q(last_error_at__isnull=False) & (Q(last_ok_at=None) | Q(last_error_at__gt=F("last_ok_at")))
    active = Mailbox.objects.filter(is_active=True)
    failing = active.filter(troubled).count()
    boxes.add_metric(["failing"], failing)
    boxes.add_metric(["working"], active.count() - failing)
    yield boxes


def _rounds() -> Iterator[Metric]:
    since = GaugeMetricFamily(
        "barrymore_round_silent_seconds", "Seconds since a round last ran.", labels=["round"]
    )
    failures = CounterMetricFamily("barrymore_round_failures", "How often a round failed.", labels=["round"])
    for name, pulse in pulses.items():
        since.add_metric([name], pulse.silent_seconds)
        failures.add_metric([name], pulse.failures)
    return iter([since, failures])


def _disk() -> Iterator[Metric]:
    free = GaugeMetricFamily("barrymore_free_bytes", "Free space where the data lies.")
    free.add_metric([], shutil.disk_usage(Path(settings.VAR)).free)
    since = GaugeMetricFamily(
        "barrymore_kept_seconds",
        "Seconds since the last good backup and the last good drill.",
        labels=["what"],
    )
    for what, at in last_kept(Path(settings.VAR)).items():
        since.add_metric([what], time.time() - at)
    return iter([free, since])


def last_kept(var: Path) -> dict[str, float]:
    """When the last good backup and the last good drill were, as seconds of the epoch."""
    found: dict[str, float] = {}
    try:
        lines = (var / "backups" / "drills.jsonl").read_text().splitlines()[-200:]
    except OSError:
        return found
    for line in lines:
        with suppress(ValueError, KeyError):
            told = json.loads(line)
            if told["ok"]:
                found[told["what"]] = told["epoch"]
    return found


registry.register(_House())
