"""Keep every active broker listened to by exactly one process."""

import logging
import random
import secrets
import threading
from datetime import timedelta

from django.db import close_old_connections, connection
from django.db.models import Q

from barrymore.channels.mqtt.listening import LONGEST_PAUSE, Listener, NotConnected
from barrymore.channels.mqtt.models import Broker
from barrymore.journal.moment import now

log = logging.getLogger(__name__)
RESCAN_SECONDS = 2.0
LEASE = timedelta(seconds=15)
WRONG = (NotConnected, OSError)


def watch_brokers(stop: threading.Event) -> None:
    """Keep one thread per active broker until `stop` is set."""
    me = secrets.token_hex(8)
    watched: dict[tuple[int, str], tuple[threading.Thread, threading.Event]] = {}
    while not stop.is_set():
        try:
            close_old_connections()
            _match(watched, held_brokers(me))
        except Exception:
            log.exception("watching brokers failed, again in %.0f s", RESCAN_SECONDS)
        stop.wait(RESCAN_SECONDS)
    _match(watched, {})
    Broker.objects.filter(held_by=me).update(held_by="", held_until=None)
    connection.close()


def held_brokers(me: str) -> dict[tuple[int, str], Broker]:
    """The active brokers that this process may listen to, by number and settings: those free, or its own."""
    free = Q(held_by=me) | Q(held_until=None) | Q(held_until__lt=now())
    active = Broker.objects.filter(is_active=True)
    active.filter(free).update(held_by=me, held_until=now() + LEASE)
    return {(one.pk, _settings(one)): one for one in active.filter(held_by=me)}


def _settings(broker: Broker) -> str:
    """Changed settings are another connection."""
    names = ("host", "port", "uses_tls", "username", "secret", "topics")
    return "|".join(str(getattr(broker, name)) for name in names)


def _match(
    watched: dict[tuple[int, str], tuple[threading.Thread, threading.Event]],
    wanted: dict[tuple[int, str], Broker],
) -> None:
    gone = [key for key, (thread, _ended) in watched.items() if key not in wanted or not thread.is_alive()]
    for key in gone:
        watched[key][1].set()
    for key in gone:
        watched.pop(key)[0].join(timeout=5)
    for key in wanted.keys() - watched.keys():
        ended = threading.Event()
        name = f"broker {key[0]}"
        thread = threading.Thread(target=_listen, args=(wanted[key], ended), name=name, daemon=True)
        watched[key] = (thread, ended)
        thread.start()


def _listen(broker: Broker, stop: threading.Event) -> None:
    """Connected as long as the broker lets us, again after a pause that grows."""
    failures = 0
    while not stop.is_set():
        began = now()
        try:
            Listener(broker, stop).listen()
        except Exception as error:
            failures = 1 if now() - began > timedelta(seconds=LONGEST_PAUSE) else failures + 1
            _tell_failure(broker, error)
            pause = min(2.0 ** min(failures - 1, 6), LONGEST_PAUSE)
            stop.wait(pause * random.uniform(0.8, 1.2))  # noqa: S311
    connection.close()


def _tell_failure(broker: Broker, error: Exception) -> None:
    if not isinstance(error, WRONG):
        log.exception("broker %s", broker)
    try:
        close_old_connections()
        Broker.objects.filter(pk=broker.pk).update(last_error=f"{type(error).__name__}: {error}"[:500])
    except Exception:
        log.exception("the failure of broker %s could not be written down", broker)
