"""Every active node is driven by exactly one process: connect, reconcile, again after a pause that grows."""

import logging
import random
import secrets
import threading
import time
from datetime import datetime, timedelta

from django.db import close_old_connections, connection
from django.db.models import Q

from barrymore.journal.moment import now
from barrymore.organisation.secrets import unseal
from barrymore.routing.waking import wait_for_wake
from barrymore.telephony import allocation
from barrymore.telephony.ami import Ami, Gone, Message, Refused
from barrymore.telephony.lanes import Lanes
from barrymore.telephony.menus.telling import News
from barrymore.telephony.models import Call, Node
from barrymore.telephony.reconciling import lose_all, reconcile, release_idle
from barrymore.telephony.switchboard import Switchboard
from barrymore.telephony.talks import orders
from barrymore.telephony.talks.fetching import Fetcher

log = logging.getLogger(__name__)
RESCAN_SECONDS = 2.0
LEASE = timedelta(seconds=15)
LONGEST_PAUSE = 5.0
LOOK_SECONDS = 0.25
AGAIN_SECONDS, RECONCILE_SECONDS = 3.0, 60.0
# Nothing listens at the port: Asterisk is not there. Otherwise the network may come back.
LOST_AFTER_REFUSED, LOST_AFTER = 15.0, 45.0


class Driver:
    """One node, from the lease to the end of it."""

    def __init__(self, node: Node, lanes: Lanes) -> None:
        self.node, self.board = node, Switchboard(node, lanes)
        self.stop = threading.Event()
        self.away_since = time.monotonic()
        self.fetcher = Fetcher(node, self.stop)
        self.thread = threading.Thread(target=self._run, name=f"node {node}", daemon=True)
        self.thread.start()

    def join(self) -> None:
        """Wait for its end, once it is told to stop."""
        self.thread.join(timeout=5)
        self.fetcher.thread.join(timeout=5)

    def _run(self) -> None:
        failures = 0
        while not self.stop.is_set():
            try:
                close_old_connections()
                self._drive()
                failures = 0
            except Exception as error:
                failures += 1
                self._failed(error)
            self.stop.wait(min(0.5 * 2 ** min(failures, 4), LONGEST_PAUSE) * random.uniform(0.8, 1.2))  # noqa: S311
        connection.close()

    def _drive(self) -> None:
        """Connected until Asterisk goes or we are stopped."""
        booted: list[Message] = []
        first = threading.Event()

        def hear(message: Message) -> None:
            if message.get("Event") == "FullyBooted":
                booted.append(message)
                first.set()
            else:
                self.board.hear(message)

        ami = Ami(self.node.host, self.node.ami_port, hear)
        try:
            self.board.hand.connect(ami)
            ami.sign_in(self.node.user, unseal(self.node.secret))
            if not first.wait(10):
                raise Gone("Asterisk is still starting")
            started_at = self._note_connected(ami, booted[0])
            news = News(self.node)
            news.tell(ami)
            reconcile(self.board, ami, started_at)
            log.info("connected to %s", self.node)
            self._stay(ami, started_at, news)
        finally:
            ami.close()
            self.away_since = time.monotonic()
            Node.objects.filter(pk=self.node.pk).update(connected_at=None)

    def _stay(self, ami: Ami, started_at: datetime, news: News) -> None:
        # Once more soon: what was too young to judge by the first list is not any more.
        due = time.monotonic() + AGAIN_SECONDS
        while not self.stop.is_set() and not ami.gone.wait(0.2):
            news.tell(ami)
            if time.monotonic() > due:
                due = time.monotonic() + RECONCILE_SECONDS
                close_old_connections()
                reconcile(self.board, ami, started_at)
        if not self.stop.is_set():
            raise Gone(ami.fault)

    def _note_connected(self, ami: Ami, booted: Message) -> datetime:
        uptime = booted.get("Uptime", "")
        started_at = now() - timedelta(seconds=int(uptime)) if uptime.isdigit() else now()
        version = ami.ask("CoreSettings").answer.get("AsteriskVersion", "")
        Node.objects.filter(pk=self.node.pk).update(
            connected_at=now(), heard_at=now(), started_at=started_at, version=version[:80], last_error=""
        )
        return started_at

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, OSError | Refused):
            log.exception("node %s", self.node)
        away = time.monotonic() - self.away_since
        limit = LOST_AFTER_REFUSED if isinstance(error, ConnectionRefusedError) else LOST_AFTER
        try:
            Node.objects.filter(pk=self.node.pk).update(last_error=f"{type(error).__name__}: {error}"[:500])
            if away > limit:
                lose_all(self.node)
        except Exception:
            log.exception("the failure of node %s could not be written down", self.node)


def watch_nodes(stop: threading.Event) -> None:
    """Drive every node that this process holds, until `stop` is set."""
    me = secrets.token_hex(8)
    drivers: dict[tuple[int, str], Driver] = {}
    lanes: Lanes | None = None
    seen, scan_at, look_at = 0, 0.0, 0.0
    while not stop.is_set():
        try:
            close_old_connections()
            if time.monotonic() >= scan_at:
                scan_at = time.monotonic() + RESCAN_SECONDS
                wanted = held_nodes(me)
                lanes = lanes or (Lanes() if wanted else None)
                if lanes is not None:
                    _match(drivers, wanted, lanes)
                    _tidy()
                    _ring_reserved({driver.node.pk: driver.board for driver in drivers.values()})
                    orders.give_back_parked([driver.board for driver in drivers.values()])
            if drivers:
                boards = {driver.node.pk: driver.board for driver in drivers.values()}
                orders.hand_out(boards)
                # What is heard rings by itself; this looks for what only rows tell, and not for every wake.
                if time.monotonic() >= look_at:
                    look_at = time.monotonic() + LOOK_SECONDS
                    _allocate(boards)
        except Exception:
            log.exception("watching nodes failed, again in %.0f s", RESCAN_SECONDS)
            stop.wait(RESCAN_SECONDS)
        seen = wait_for_wake(seen, LOOK_SECONDS if drivers else RESCAN_SECONDS)
    _close(drivers, lanes, me)


def _close(drivers: dict[tuple[int, str], Driver], lanes: Lanes | None, me: str) -> None:
    for driver in drivers.values():
        driver.stop.set()
    for driver in drivers.values():
        driver.join()
    if lanes is not None:
        lanes.close()
    Node.objects.filter(held_by=me).update(held_by="", held_until=None, connected_at=None)
    connection.close()


def held_nodes(me: str) -> dict[tuple[int, str], Node]:
    """The active nodes that this process may drive, by number and settings: those free, or its own."""
    free = Q(held_by=me) | Q(held_until=None) | Q(held_until__lt=now())
    active = Node.objects.filter(is_active=True)
    if not active.exists():
        return {}
    active.filter(free).update(held_by=me, held_until=now() + LEASE)
    return {(one.pk, _settings(one)): one for one in active.filter(held_by=me)}


def _settings(node: Node) -> str:
    """Changed settings are another connection."""
    return "|".join(str(getattr(node, name)) for name in ("host", "ami_port", "user", "secret"))


def _match(drivers: dict[tuple[int, str], Driver], wanted: dict[tuple[int, str], Node], lanes: Lanes) -> None:
    gone = [key for key, driver in drivers.items() if key not in wanted or not driver.thread.is_alive()]
    for key in gone:
        drivers[key].stop.set()
    for key in gone:
        drivers.pop(key).join()
    for key in wanted.keys() - drivers.keys():
        drivers[key] = Driver(wanted[key], lanes)


def _tidy() -> None:
    release_idle()
    for node in Node.objects.filter(
        is_active=False, calls__in=Call.objects.exclude(state="ended")
    ).distinct():
        lose_all(node)


def _allocate(boards: dict[int, Switchboard]) -> None:
    for call in allocation.sweep():
        if board := boards.get(call.node_id):
            board.ring_soon(call)
    if len(boards) < allocation.connected_nodes().count():
        _ring_reserved(boards)


def _ring_reserved(boards: dict[int, Switchboard]) -> None:
    """Another process may have reserved a person for a caller of ours, or we stumbled before ringing."""
    for call in allocation.to_ring(boards):
        boards[call.node_id].ring_soon(call)
