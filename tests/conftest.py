"""A small named cast: one site, Amina (agent), Sam (supervisor), Lee (customer), Noor (stranger)."""

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache

from barrymore.conversations.models import Conversation
from barrymore.feedback.models import Survey
from barrymore.handling import services as handling
from barrymore.handling.contact import Contact
from barrymore.journal.moment import now
from barrymore.organisation.kept import forget_settings
from barrymore.organisation.models import Company, Role, Site, Staff
from barrymore.organisation.services import issue_token
from barrymore.routing.models import Queue
from barrymore.sla.calendars import set_hours
from barrymore.sla.models import Calendar, Policy
from barrymore.sla.weeks import forget_weeks

PASSWORD = "correct-horse-battery"
# A slow hash is right for people and pointless for tests, which make hundreds of them.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.KEPT_SECONDS = 0
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Files of a test stay in its own folder, and rate limits do not carry over."""
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "files")
    cache.clear()
    forget_weeks()
    forget_settings()
    yield


@pytest.fixture
def site(db: None) -> Site:
    """The one site."""
    Company.objects.get_or_create(pk=1, defaults={"name": "Old Mill", "timezone": "Europe/Vilnius"})
    return Site.objects.create(name="Old Mill", city="Vilnius", timezone="Europe/Vilnius", language="lt")


@pytest.fixture
def queue(site: Site) -> Queue:
    """The queue that everything goes to."""
    return Queue.objects.create(name="Guests", is_default=True, offer_seconds=120)


def hire(email: str, name: str, role: str, *queues: Queue, **fields: Any) -> Staff:
    """A member of staff who works in the queues and signs in with PASSWORD."""
    staff = Staff.objects.create_user(email, PASSWORD, name=name, role=role, **fields)
    for queue in queues:
        queue.members.add(staff)
    return staff


@pytest.fixture
def amina(queue: Queue) -> Staff:
    """An agent who speaks English and Lithuanian."""
    return hire("amina@mill.example", "Amina Sarr", Role.AGENT, queue, languages={"en": 3, "lt": 2})


@pytest.fixture
def sam(queue: Queue) -> Staff:
    """A supervisor."""
    return hire("sam@mill.example", "Sam Okonjo", Role.SUPERVISOR, queue, languages={"en": 3})


@pytest.fixture
def dora(queue: Queue) -> Staff:
    """An administrator."""
    return hire("dora@mill.example", "Dora Kovač", Role.ADMINISTRATOR, queue)


@pytest.fixture
def promise(queue: Queue) -> Policy:
    """Day and night: a first answer in 30 minutes, a solution in eight hours."""
    calendar = Calendar.objects.create(name="Day and night", timezone="Europe/Vilnius")
    set_hours(None, calendar, [(day, 0, 1440) for day in range(7)], [])
    return Policy.objects.create(
        name="Guests", calendar=calendar, first_response_minutes=30, resolution_minutes=480
    )


@pytest.fixture
def survey(db: None) -> Survey:
    """Everybody is asked, at most once in 14 days."""
    return Survey.objects.create(name="After a conversation", probability=1.0, delay_seconds=60)


def letter(**changes: Any) -> Contact:
    """A mail from Lee; every call is another mail unless `external_id` says otherwise."""
    fields: dict[str, Any] = {
        "channel": "mail",
        "external_id": f"<{next(_numbers)}@guests.example>",
        "address_kind": "email",
        "address": "lee@guests.example",
        "name": "Lee Anand",
        "at": now(),
        "subject": "No hot water",
        "text": "There is no hot water in 412.",
        "language": "en",
    }
    return Contact(**{**fields, **changes})


def load(conversation_id: int) -> Conversation:
    """A conversation as it stands in the database."""
    return Conversation.objects.select_related("customer", "address", "owner", "site").get(pk=conversation_id)


@pytest.fixture
def arrive(queue: Queue) -> Callable[..., Conversation]:
    """Receive a letter and give back its conversation."""

    def arrived(at: datetime | None = None, **changes: Any) -> Conversation:
        received = handling.receive(letter(**changes, **({"at": at} if at else {})))
        return load(received.conversation_ref)

    return arrived


@pytest.fixture
def token() -> Callable[..., dict[str, str]]:
    """Headers that carry a new token of a member of staff."""

    def headers(staff: Staff, *scopes: str) -> dict[str, str]:
        return {"HTTP_AUTHORIZATION": f"Bearer {issue_token(staff, 'test', list(scopes))}"}

    return headers
