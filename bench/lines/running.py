"""One run after another: the telephones up, the callers in, what was seen told."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from bench.lines.house import (
    AMI_PORT,
    CALLER_PORT,
    NUMBER,
    PHONE_PORT,
    RIVAL,
    SIP_PORT,
    House,
    at_work,
    telephony,
    wait_connected,
)
from bench.lines.meter import Meter
from bench.lines.sound import hiss, likeness, write_played
from bench.lines.watch import Watch, connected
from tests.telephony.many import Sipps

LOUD = 8
CALLER, PERSON = hiss(1), hiss(2)


@contextmanager
def up(whole: House, watch: Watch, folder: Path, people: int, working: int) -> Iterator[tuple[Sipps, int]]:
    """So many telephones, the product and the run's own ear; gives SIPp and the product's process id."""
    folder.mkdir()
    sipps, over = Sipps(SIP_PORT, folder), threading.Event()
    write_played(folder / "person.ulaw", PERSON)
    write_played(folder / "caller.ulaw", CALLER)
    with telephony() as pid:
        wait_connected(whole.node_ref)
        sipps.telephones(whole.people[:people], PHONE_PORT, folder / "person.ulaw")
        at_work(working)
        ami = connected(watch, "127.0.0.1", AMI_PORT, "barrymore", whole.secret)
        hanger = threading.Thread(target=watch.hang_up, args=(over,), daemon=True)
        hanger.start()
        time.sleep(2)
        try:
            yield sipps, pid
        finally:
            over.set()
            hanger.join(timeout=60)
            ami.close()
            sipps.close()
            at_work(0)


def compare(whole: House, waiting: int, var: Path) -> None:
    """Free to next, ours and app_queue after each other."""
    people = max(waiting // 10, 1)
    print(f"{waiting} waiting, {people} people, talks of 2 to 5 s, not recorded")
    print("Nobody hangs up before all are in. Talk's end to the next two in a bridge, by Asterisk:\n")
    print("| path | callers | met | samples | p50 ms | p95 ms | p99 ms | max ms |")
    print("|---|---|---|---|---|---|---|---|")
    for name, number in (("ours", NUMBER), ("app_queue", RIVAL)):
        watch = Watch((2.0, 5.0), stagger_seconds=4.0)
        with up(whole, watch, var / name, people, people if number == NUMBER else 0) as (sipps, _):
            sipps.callers("callers", number, CALLER_PORT, waiting + people, 15)
            _until(lambda: whole.asterisk.channels() >= waiting + 2 * people, 300)
            time.sleep(3)
            watch.drain()
            _until(lambda seen=watch: seen.over() >= waiting + people, 600)  # type: ignore[misc]
            _until(lambda: whole.asterisk.channels() == 0, 60)
        cells = [
            name,
            str(waiting + people),
            str(len(watch.met)),
            str(len(watch.gaps_ms)),
            *_told(watch.gaps_ms),
        ]
        print(f"| {' | '.join(cells)} |", flush=True)


def ramp(whole: House, waiting: int, talking: int, rate: float, var: Path) -> None:
    """Callers come until all are in; the first talk on, then everybody is served."""
    calls = waiting + talking
    watch = Watch((3.0, 5.0), stagger_seconds=7.0, record_first=talking)
    with up(whole, watch, var / "ramp", talking, talking) as (sipps, pid):
        meter = Meter(pid, whole.asterisk_pid)
        meter.begin("nobody calls")
        time.sleep(5)
        meter.begin("ramp")
        sipps.callers("loud", NUMBER, CALLER_PORT, LOUD, 4, var / "ramp" / "caller.ulaw")
        _until(lambda: len(watch.came) >= LOUD, 60)
        sipps.callers("callers", NUMBER, CALLER_PORT + 100, calls - LOUD, rate)
        _until(lambda: len(watch.came) >= calls, calls / rate * 3)
        meter.begin("all in")
        time.sleep(20)
        meter.begin("served")
        watch.drain()
        _until(lambda: watch.over() >= calls, 300)
        _until(lambda: whole.asterisk.channels() == 0, 120)
        meter.end()
        answers = sipps.answer_ms()
        time.sleep(2)
    _tell(whole, watch, calls, answers)
    meter.tell()
    _tell_sound(whole, watch)


def _until(what: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return
        time.sleep(0.2)
    print("(not reached in time)")


def _told(values: list[float]) -> list[str]:
    seen = np.array(values or [0.0])
    return [f"{one:.1f}" for one in (*np.percentile(seen, [50, 95, 99]), seen.max())]


def _tell(whole: House, watch: Watch, calls: int, answers: list[float]) -> None:
    from django.db.models import Count

    from barrymore.telephony.models import Call

    counts = dict(Call.objects.filter(node=whole.node_ref).values_list("outcome").annotate(n=Count("pk")))
    left = len(watch.gone - set(watch.met))
    print(f"\n{calls} calls: {len(watch.came)} in the queue, {len(watch.met)} met a person, {left} left")
    print(f"Rows of all runs by outcome: {counts}\n")
    print("| ms | samples | p50 | p95 | p99 | max |\n|---|---|---|---|---|---|")
    for name, values in (
        ("INVITE to answer, SIPp's clock", answers),
        ("end of talk to the next in a bridge, Asterisk's clock", watch.gaps_ms),
        ("event heard after it happened", watch.lag_ms),
    ):
        print(f"| {' | '.join([name, str(len(values)), *_told(values)])} |")


def _tell_sound(whole: House, watch: Watch) -> None:
    """Each side of each recording against what was played to it; only the loud callers said anything."""
    folder = whole.asterisk.home / "spool" / "monitor"
    person = [likeness(folder / f"load-{one}-tx.wav", PERSON) for one in watch.recorded]
    wrong = [likeness(folder / f"load-{one}-tx.wav", CALLER) for one in watch.recorded]
    caller = sorted((likeness(folder / f"load-{one}-rx.wav", CALLER) for one in watch.recorded), reverse=True)
    print(f"\n{len(watch.recorded)} calls recorded. What the caller heard is the person's sound: likeness "
          f"{min(person):.2f} at least (beside another sound {max(wrong):.2f} at most).")  # fmt: skip
    print(f"What the person heard of the {LOUD} callers who spoke: {min(caller[:LOUD]):.2f} at least.")
