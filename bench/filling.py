"""Fill a database with many conversations, in batches and past the services: only their shape matters."""

import random
from datetime import timedelta

from django.db import transaction

from barrymore.conversations.models import Arrival, Conversation, Message
from barrymore.customers.models import Address, Customer
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.organisation.models import Company, Role, Site, Staff
from barrymore.organisation.services import issue_token
from barrymore.routing.models import Placement, Queue
from barrymore.sla.calendars import set_hours
from barrymore.sla.models import Calendar, Clock, Policy
from bench.measuring import EMAIL, PASSWORD

BATCH = 5000
OPEN_SHARE = 0.1
QUEUES = 5


def fill(count: int) -> str:
    """Make `count` conversations with customers, messages, clocks and facts; returns an API token."""
    seed = random.Random(1)
    Company.objects.create(pk=1, name="Bench", timezone="Europe/Vilnius")
    site = Site.objects.create(name="Bench")
    calendar = Calendar.objects.create(name="Always", timezone="Europe/Vilnius")
    set_hours(None, calendar, [(day, 0, 1440) for day in range(7)], [])
    policy = Policy.objects.create(
        name="All", calendar=calendar, first_response_minutes=60, resolution_minutes=1440
    )
    staff = Staff.objects.create_user(EMAIL, PASSWORD, name="Amina Sarr", role=Role.ADMINISTRATOR)
    queues = [Queue.objects.create(name=f"Queue {n}", position=n, is_default=n == 0) for n in range(QUEUES)]
    for queue in queues:
        queue.members.add(staff)
    for start in range(0, count, BATCH):
        with transaction.atomic():
            _batch(start, min(BATCH, count - start), seed, site, queues, policy)
    return issue_token(staff, "bench", ["contacts.write", "conversations.read", "conversations.answer"])


def _batch(
    start: int, count: int, seed: random.Random, site: Site, queues: list[Queue], policy: Policy
) -> None:
    moment = now()
    people = Customer.objects.bulk_create(
        Customer(name=f"Guest {start + n}", language="en", created_at=moment) for n in range(count)
    )
    addresses = Address.objects.bulk_create(
        Address(kind="email", value=f"g{start + n}@guests.example", customer=person, created_at=moment)
        for n, person in enumerate(people)
    )
    threads = Conversation.objects.bulk_create(
        Conversation(
            subject=f"Question {start + n}",
            channel="mail",
            language="en",
            state="open" if seed.random() < OPEN_SHARE else "closed",
            customer=people[n],
            address=addresses[n],
            site=site,
            opened_at=moment - timedelta(minutes=seed.randrange(80000)),
            last_message_at=moment,
        )
        for n in range(count)
    )
    messages = Message.objects.bulk_create(
        Message(
            conversation=thread,
            kind="inbound" if k % 2 == 0 else "outbound",
            at=moment,
            author_name="Guest",
            address=thread.address,
            text="Some words about a room, a bill and a taxi. " * 6,
            external_id=f"<{thread.pk}.{k}@guests.example>",
        )
        for thread in threads
        for k in range(2)
    )
    Arrival.objects.bulk_create(
        Arrival(
            channel="mail",
            external_id=message.external_id,
            conversation_id=message.conversation_id,
            message=message,
            at=moment,
        )
        for message in messages[::2]
    )
    _promises(threads, seed, queues, policy)


def _promises(threads: list[Conversation], seed: random.Random, queues: list[Queue], policy: Policy) -> None:
    moment = now()
    due = [moment + timedelta(minutes=seed.randrange(-600, 3000)) for _ in threads]
    Placement.objects.bulk_create(
        Placement(
            conversation=thread,
            queue=queues[n % len(queues)],
            is_open=thread.state == "open",
            due_at=due[n],
            enqueued_at=moment,
        )
        for n, thread in enumerate(threads)
    )
    Clock.objects.bulk_create(
        Clock(
            conversation=thread,
            kind="resolution",
            policy=policy,
            calendar=policy.calendar,
            calendar_version=1,
            target_minutes=1440,
            state="running" if thread.state == "open" else "met",
            started_at=moment,
            running_since=moment,
            due_at=due[n],
            warn_at=due[n],
            warned_at=moment,
            breached_at=moment,
        )
        for n, thread in enumerate(threads)
    )
    Fact.objects.bulk_create(
        Fact(
            key=f"conversation:{thread.pk}:opened",
            kind="conversation.opened",
            at=thread.opened_at,
            conversation_ref=thread.pk,
            queue=queues[n % len(queues)].pk,
        )
        for n, thread in enumerate(threads)
    )
