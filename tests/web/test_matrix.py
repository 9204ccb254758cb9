"""Role by endpoint by site: every address, every role, an object of one's own site and one of another.

`matrix.csv` names the right that each address asks for and whether it is asked for the whole house,
somewhere, or at the place (the queue) of the object. The rights of each role are written here once
more, by hand, so that a change of either side is seen.
"""

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from barrymore.config.api import api
from barrymore.conversations.files import store_file
from barrymore.conversations.models import Attachment, CallRecording, Message
from barrymore.handling import services as handling
from barrymore.handling.models import Recovery
from barrymore.journal.moment import now
from barrymore.organisation.access import SCOPES, Actor
from barrymore.organisation.models import Role, Site, Staff
from barrymore.organisation.roles import Given, save_role, set_posts
from barrymore.organisation.services import issue_token
from barrymore.routing.models import Queue
from tests.api.bodies import BODIES
from tests.conftest import hire, letter

Held = Callable[[str, str], bool]
pytestmark = pytest.mark.django_db
MATRIX = list(csv.DictReader((Path(__file__).parent / "matrix.csv").open()))
READS = {"conversations.read", "customers.read", "figures.read"}
ANSWERS = READS | {"conversations.answer", "customers.write", "presence.set", "served.count"}
SUPERVISES = ANSWERS | {
    "outbox.manage", "queues.manage", "promises.manage", "workstations.manage", "targets.manage",
    "feedback.read",
    "flags.read",
    "recordings.listen", "calls.listen",
}  # fmt: skip
RIGHTS: dict[str, set[str]] = {
    "agent": ANSWERS,
    "front_desk": ANSWERS,
    "supervisor": SUPERVISES,
    "quality": READS
    | {
        "feedback.read",
        "flags.read",
        "flags.review",
        "recordings.listen",
        "surveys.manage",
        "targets.manage",
    },
    "planner": {"figures.read"},
    "success": READS | {"customers.write"},
    "owner": READS | {"feedback.read", "audit.read", "targets.manage"},
    "administrator": set(SCOPES),
    "developer": {"settings.manage", "contacts.write", "bookings.write", "served.count", "figures.read"},
}
# No part of the house, or open to whoever has its own key: tested where they stand.
OPEN = re.compile(
    r"/(account|s|q|w|results|r|a|push-worker\.js|p|enrol|chat|sms|forms|kiosk|ui|demo/hotel|demo/enter|switch|join|founding|language|authority\.crt|health|metrics)(/|$)"
)
# Whoever calls these shows a signature, or a code that works once.
KEYED = {
    "/api/v1/hooks/bookings/{source}",
    "/api/v1/devices/enrol",
    "/api/v1/devices/{device_id}/campaign",
    "/api/v1/devices/{device_id}/screen",
    "/api/v1/devices/{device_id}/files",
}


@dataclass
class House:
    """Two sites with one queue and one conversation each."""

    own: Queue
    other: Queue
    ids: dict[str, dict[str, int]]


@pytest.fixture
def house(site: Site, dora: Staff) -> House:
    """Everybody works at the Old Mill; nobody at the Harbour."""
    harbour = Site.objects.create(name="Harbour", city="Klaipėda")
    own = Queue.objects.create(name="Mill", site=site, is_default=True)
    other = Queue.objects.create(name="Harbour", site=harbour)
    ids = {name: {**_objects(queue), "own_queue": own.pk} for name, queue in (("own", own), ("other", other))}
    return House(own, other, ids)


def _objects(queue: Queue) -> dict[str, int]:
    """The numbers of a conversation of the queue and of what belongs to it."""
    received = handling.receive(letter(queue_ref=queue.pk, address=f"lee{queue.pk}@guests.example"))
    message = Message.objects.get(conversation=received.conversation_ref, kind=Message.Kind.INBOUND)
    Message.objects.filter(pk=message.pk).update(html="<p>No hot water</p>")
    file = Attachment.objects.create(message=message, **store_file("a.txt", b"hot water"))
    customer = message.conversation.customer
    assert customer is not None
    said = Recovery.objects.create(
        key=f"red:{queue.pk}", source="press", state=Recovery.State.OPEN, at=now(), site=queue.site, score=1,
        scale="colour2", conversation_id=received.conversation_ref, open_after=now(),
    )  # fmt: skip
    call = CallRecording.objects.create(
        key=f"call:{queue.pk}", conversation_id=received.conversation_ref, state="kept", basis="notice",
        began_at=now(), forget_at=now(),
    )  # fmt: skip
    return {
        "recording_id": call.pk,
        "recovery_id": said.pk,
        "conversation_id": received.conversation_ref, "message_id": message.pk, "file_id": file.pk,
        "queue_id": queue.pk, "customer_id": customer.pk, "site_id": queue.site_id or 0,
    }  # fmt: skip


def _addresses(resolver: URLResolver, before: str = "/") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield before + str(entry.pattern)
        else:
            yield from _addresses(entry, before + str(entry.pattern))


def test_the_matrix_names_every_address_of_the_house() -> None:
    pages = {one for one in _addresses(get_resolver()) if not one.startswith("/api/") and not OPEN.match(one)}
    rest = {
        (method.upper(), path)
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method in operations
        if path not in KEYED
    }
    listed = {(line["method"], line["address"]) for line in MATRIX}
    assert {address for _, address in listed if not address.startswith("/api/")} == pages
    assert {one for one in listed if one[1].startswith("/api/")} == rest


def _ask(client: Client, line: dict[str, str], ids: dict[str, int], staff: Staff | None) -> int:
    """The status of one call, whose effects are taken back; 0 means: sent to the sign-in page."""
    values = {"name": "speed", "metric": "first_response", **{key: str(n) for key, n in ids.items()}}
    address = re.sub(r"[<{](?:\w+:)?(\w+)[>}]", lambda found: values.get(found[1], "1"), line["address"])
    more: dict[str, Any] = {"data": {"queue": ids["own_queue"], "q": "lee", "priority": 3}}
    if address.startswith("/api/"):
        if line["address"] == "/api/v1/imports" and line["method"] == "POST":
            more["data"] = {"kind": "mbox", "file": SimpleUploadedFile("a.mbox", b"From x\n")}
        elif line["method"] != "GET":
            more["data"] = json.dumps(BODIES.get(line["address"].removeprefix("/api/v1"), {}))
            more["content_type"] = "application/json"
        if staff is not None:
            more["HTTP_AUTHORIZATION"] = f"Bearer {TOKENS[staff.pk]}"
    with transaction.atomic():
        answer = getattr(client, line["method"].lower())(address, **more)
        transaction.set_rollback(True)
    if answer.status_code == 302 and answer.headers["Location"].startswith("/account/login/"):
        return 0
    return int(answer.status_code)


TOKENS: dict[int, str] = {}
HIDDEN = {"refused", "hidden"}


def _faults(staff: Staff, house: House, held: Held, somewhere: Callable[[str], bool]) -> list[str]:
    """Every line whose answer is not the one that the rights say; `held` is asked right and site."""
    client = Client(raise_request_exception=False)
    client.force_login(staff)
    TOKENS[staff.pk] = issue_token(staff, "matrix", SCOPES)
    faults = []
    for line in MATRIX:
        for site in ("own", "other"):
            status = _ask(client, line, house.ids[site], staff)
            wanted = _wanted(line, site, held, somewhere)
            if _got(status, line) not in wanted:
                faults.append(f"{line['method']} {line['address']} {site}: {status}, not {wanted}")
    return faults


def _wanted(line: dict[str, str], site: str, held: Held, somewhere: Callable[[str], bool]) -> set[str]:
    right, where = line["right"], line["where"]
    if where == "place":
        return {"in"} if held(right, site) else (HIDDEN if somewhere(right) else {"refused"})
    is_in = not right or (somewhere(right) if where == "somewhere" else held(right, "house"))
    return {"in"} if is_in else {"refused"}


def _got(status: int, line: dict[str, str]) -> str:
    """What is not there is not there for those who may look, too: this house has no such object."""
    if status == 404:
        return "hidden" if line["where"] == "place" else "in"
    return "refused" if status == 403 else ("in" if 0 < status < 500 else "failed")


@pytest.mark.parametrize("role", Role.values)
def test_each_role_opens_what_it_should_and_nothing_else(role: str, house: House, site: Site) -> None:
    staff = hire(f"{role}@mill.example", role, role, house.own)
    staff.sites.add(site)
    rights = RIGHTS[role]

    def held(right: str, at: str) -> bool:
        return right in rights and at != "other"

    assert _faults(staff, house, held, lambda right: right in rights) == []


def test_nobody_comes_in_without_signing_in(house: House) -> None:
    client = Client(raise_request_exception=False)
    for line in MATRIX:
        status = _ask(client, line, house.ids["own"], None)
        assert status == (401 if line["address"].startswith("/api/") else 0), (line, status)


def test_a_role_of_the_house_opens_exactly_what_was_ticked(house: House, site: Site, dora: Staff) -> None:
    ticked = {"conversations.read", "audit.read"}
    auditor = save_role(Actor(dora), None, "Night auditor", Role.OWNER, ticked)
    staff = hire("eve@mill.example", "Eve Night", Role.OWNER, custom_role=auditor)
    staff.sites.add(site)

    def held(right: str, at: str) -> bool:
        return right in ticked and at != "other"

    assert _faults(staff, house, held, lambda right: right in ticked) == []


def test_another_role_at_a_site_holds_there_and_only_there(house: House, site: Site, dora: Staff) -> None:
    staff = hire("kim@mill.example", "Kim Two-Hats", Role.AGENT, house.own)
    staff.sites.add(site)
    set_posts(Actor(dora), staff, {f"site:{house.other.site_id}": Given(Role.SUPERVISOR)})

    def held(right: str, at: str) -> bool:
        return right in (SUPERVISES if at == "other" else ANSWERS)

    assert _faults(Staff.objects.get(pk=staff.pk), house, held, lambda right: right in SUPERVISES) == []


def test_a_lesser_role_in_a_queue_holds_there(house: House, site: Site, dora: Staff) -> None:
    reader = save_role(Actor(dora), None, "Reader", Role.AGENT, {"conversations.read"})
    staff = hire("lou@mill.example", "Lou Reader", Role.SUPERVISOR, house.own)
    staff.sites.add(site, house.other.site)
    set_posts(Actor(dora), staff, {f"queue:{house.other.pk}": Given(Role.AGENT, reader)})

    def held(right: str, at: str) -> bool:
        return right in ({"conversations.read"} if at == "other" else SUPERVISES)

    assert _faults(Staff.objects.get(pk=staff.pk), house, held, lambda right: right in SUPERVISES) == []
