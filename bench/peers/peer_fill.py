"""Fill the peer with as many tickets as ours: one in ten open, five queues, two follow-ups each."""

import random
import sys
from datetime import timedelta

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from helpdesk.models import FollowUp, Queue, Ticket  # noqa: E402

BATCH = 5000


def main(count: int) -> None:
    """Make the tables and the tickets."""
    call_command("migrate", verbosity=0)
    seed = random.Random(1)
    user = get_user_model().objects.create_superuser("amina", "amina@bench.example", "bench-bench-bench")
    queues = [
        Queue.objects.create(title=f"Queue {n}", slug=f"queue-{n}", allow_public_submission=True)
        for n in range(5)
    ]
    moment = timezone.now()
    for start in range(0, count, BATCH):
        tickets = Ticket.objects.bulk_create(
            Ticket(
                title=f"Question {start + n}",
                queue=queues[n % 5],
                created=moment - timedelta(minutes=seed.randrange(80000)),
                submitter_email=f"g{start + n}@guests.example",
                status=Ticket.OPEN_STATUS if seed.random() < 0.1 else Ticket.CLOSED_STATUS,
                description="Some words about a room, a bill and a taxi. " * 6,
                secret_key=f"{start + n:032d}",
                assigned_to=user if n % 3 == 0 else None,
            )
            for n in range(min(BATCH, count - start))
        )
        FollowUp.objects.bulk_create(
            FollowUp(
                ticket=ticket,
                date=moment,
                title="Comment",
                comment="Some words. " * 12,
                public=True,
                user=user,
            )
            for ticket in tickets
            for _ in range(2)
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main(int(sys.argv[1]))
