"""`make bench-voice`: who takes which call, with thousands waiting. The rows only, without Asterisk."""

import argparse
import gc
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

LANGUAGES = ("en", "lt", "de", "ru")
AIM_MS = 50
WARM = 3  # the first of each kind also imports and plans


def main() -> int:
    """Fill a house, free people and let callers come, print how long the decision takes."""
    parser = argparse.ArgumentParser("bench.voice", description=__doc__)
    parser.add_argument("--waiting", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--operations", type=int, default=300)
    options = parser.parse_args()
    var = tempfile.mkdtemp(prefix="bench.")
    os.environ.update(BARRYMORE_VAR=var, BARRYMORE_LOG="ERROR")
    try:
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        engine = "SQLite" if settings.TASKS_EMBEDDED else "PostgreSQL"
        house = _fill(options.waiting, options.people)
        # As `barrymore telephony run` does: what the start has made is not looked through again.
        gc.collect()
        gc.freeze()
        print(f"{engine}: {options.waiting:,} waiting, {options.people:,} people, aim {AIM_MS} ms\n")
        print(
            "| what | p50 ms | p99 ms | max ms | CPU p50 | CPU p99 | CPU max |\n|---|---|---|---|---|---|---|"
        )
        _freed(house, options.operations)
        _arrived(house, options.operations)
        return 0
    finally:
        shutil.rmtree(var, ignore_errors=True)


def _fill(waiting: int, people: int) -> dict[str, Any]:
    """Callers in four languages in four queues; everybody is at work, signed in, and speaks with somebody."""
    from barrymore.conversations.models import Conversation
    from barrymore.journal.moment import now
    from barrymore.organisation.models import Staff
    from barrymore.routing.models import Placement, Presence, Queue
    from barrymore.telephony.models import Call, Extension, Node, Number, Registration

    seed, base = random.Random(5), now() - timedelta(hours=1)
    node = Node.objects.create(name="main", connected_at=now())
    queues = [Queue.objects.create(name=f"Queue {n}") for n in range(4)]
    numbers = [Number.objects.create(number=f"+3705200000{n}", queue=one) for n, one in enumerate(queues)]
    staff = Staff.objects.bulk_create(
        Staff(
            email=f"a{n}@mill.example",
            name=f"A{n}",
            password="!",
            languages=dict.fromkeys(seed.sample(LANGUAGES, 2), 2),
            capacity=8,
        )
        for n in range(people)
    )
    Queue.members.through.objects.bulk_create(
        Queue.members.through(queue_id=one.pk, staff_id=person.pk)
        for person in staff
        for one in seed.sample(queues, 2)
    )
    Presence.objects.bulk_create(
        Presence(staff=person, state="available", since=base, seen_at=now(), engaged_since=now())
        for person in staff
    )
    telephones = Extension.objects.bulk_create(
        Extension(staff=person, number=str(1000 + n), username=f"t{n}", secret="x")
        for n, person in enumerate(staff)
    )
    Registration.objects.bulk_create(Registration(node=node, extension=one, since=base) for one in telephones)
    talks = Conversation.objects.bulk_create(
        Conversation(channel="phone", language=seed.choice(LANGUAGES), opened_at=base, last_message_at=base)
        for _ in range(waiting)
    )
    Placement.objects.bulk_create(
        Placement(
            conversation=one, queue=seed.choice(queues), priority=seed.choice((2, 2, 2, 3)), line=1,
            due_at=base, enqueued_at=base + timedelta(seconds=n / 10),
        )
        for n, one in enumerate(talks)
    )  # fmt: skip
    Call.objects.bulk_create(
        Call(node=node, unique_id=f"1.{n}", channel="x", conversation=one, queued_at=base)
        for n, one in enumerate(talks)
    )
    if not people:
        raise SystemExit("nobody is there")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"node": node, "staff": staff, "numbers": numbers, "seed": seed}


def _freed(house: dict[str, Any], operations: int) -> None:
    """Somebody becomes free; the next caller is found and reserved for them."""
    from barrymore.routing.models import Presence
    from barrymore.telephony import allocation

    taken: list[tuple[float, float]] = []
    for _ in range(operations + WARM):
        person = house["seed"].choice(house["staff"])
        Presence.objects.filter(staff=person).update(engaged_since=None)
        call = _timed(taken, lambda person=person: allocation.for_person(person.pk))
        if call is None:
            Presence.objects.filter(staff=person).update(engaged_since=person.created_at)
    _print("a person is free: the next call, reserved", taken)
    idle: list[tuple[float, float]] = []
    for _ in range(operations):
        _timed(idle, allocation.sweep)
    _print("a look while nobody is free", idle)


def _arrived(house: dict[str, Any], operations: int) -> None:
    """A caller comes while so many are free; the fitting person is found and reserved."""
    from barrymore.routing.models import Placement, Presence
    from barrymore.telephony import allocation, calls
    from barrymore.telephony.hearing import Caller
    from barrymore.telephony.models import Call

    Placement.objects.update(line=0)
    everybody = [person.pk for person in house["staff"]]
    for share in (0.01, 0.1, 1.0):
        free = everybody[: max(int(len(everybody) * share), 1)]
        came: list[tuple[float, float]] = []
        chose: list[tuple[float, float]] = []
        for n in range(max(operations // 2, 10) + WARM):
            Presence.objects.exclude(staff__in=free).update(engaged_since=house["staff"][0].created_at)
            Presence.objects.filter(staff__in=free).update(engaged_since=None)
            caller = Caller(f"2.{share}.{n}", "PJSIP/x-1", house["numbers"][n % 4].pk, f"+370612{n:05}")
            call = _timed(came, lambda caller=caller: calls.arrive(house["node"], caller))
            _timed(chose, lambda call=call: allocation.for_call(call))
        _print(f"a caller comes: the contact is kept ({len(free)} free)", came)
        _print(f"then the person, reserved ({len(free)} free)", chose)
        Call.objects.filter(state="queued").update(state="ended")


def _timed(into: list[tuple[float, float]], call: Callable[[], Any]) -> Any:
    began, cpu = time.perf_counter(), time.thread_time()
    found = call()
    into.append(((time.perf_counter() - began) * 1000, (time.thread_time() - cpu) * 1000))
    return found


def _print(what: str, taken: list[tuple[float, float]]) -> None:
    """The wall clock, and beside it our own CPU: what else runs on the machine stretches the first alone."""
    told = []
    for column in (0, 1):
        ordered = sorted(one[column] for one in taken[WARM:])
        p99 = ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)]
        told.append(f"{ordered[len(ordered) // 2]:.1f} | {p99:.1f} | {ordered[-1]:.1f}")
    print(f"| {what} | {' | '.join(told)} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
