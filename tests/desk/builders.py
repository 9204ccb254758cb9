"""A small cast: Amina (agent), Sam (supervisor), Lee (customer), Noor (stranger)."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.test import Client

from barrymore.conversations.models import Conversation
from barrymore.handling import services as handling
from barrymore.handling.contact import Contact
from barrymore.organisation.models import Staff
from barrymore.routing.models import Queue
from barrymore.sla.calendars import set_hours
from barrymore.sla.models import Calendar, Policy

numbers = count(1)


def person(name: str = "Amina Sarr", role: str = "agent", **more: Any) -> Staff:
    email = f"{name.split()[0].lower()}@house.example"
    return Staff.objects.create_user(email, "a-long-password", name=name, role=role, **more)


def queue(*members: Staff, name: str = "Guests", **more: Any) -> Queue:
    made = Queue.objects.create(name=name, **more)
    made.members.set(members)
    return made


def promise(minutes: int = 60) -> Policy:
    calendar = Calendar.objects.create(name="day and night")
    set_hours(None, calendar, [(day, 0, 1440) for day in range(7)], [])
    return Policy.objects.create(
        name="Guests", calendar=calendar, first_response_minutes=minutes, resolution_minutes=1440
    )


def arrival(to: Queue, name: str = "Lee Anand", **more: Any) -> Conversation:
    number = next(numbers)
    fields = {
        "channel": "mail",
        "external_id": f"<{number}@mail.example>",
        "address_kind": "email",
        "address": f"{name.split()[0].lower()}@mail.example",
        "at": datetime.now(UTC),
        "name": name,
        "subject": "No hot water",
        "text": "Since this morning.",
        "language": "en",
        "queue_ref": to.pk,
        **more,
    }
    received = handling.receive(Contact(**fields))
    return Conversation.objects.get(pk=received.conversation_ref)


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="barrymore.web.backend.Backend")
    return client
