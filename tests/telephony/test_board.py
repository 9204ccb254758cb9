"""The telephone on the live board: who waits, rings and talks in queues one watches, and today's calls."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from barrymore.conversations.models import Conversation
from barrymore.handling.services import receive
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.kept import forget_settings
from barrymore.organisation.models import Site, Staff
from barrymore.organisation.secrets import seal
from barrymore.routing.models import Queue
from barrymore.telephony.models import Call, Node
from barrymore.telephony.standing import calls_now
from tests.conftest import letter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_is_kept() -> None:
    cache.clear()
    forget_settings()


@pytest.fixture
def node() -> Node:
    made = Node.objects.create(name="main", secret=seal("manager"))
    forget_settings()
    return made


def stands(node: Node, queue: Queue, number: int, state: str, waited: int = 10) -> Call:
    told = receive(letter(external_id=f"c{number}", address=f"c{number}@guests.example", queue_ref=queue.pk))
    return Call.objects.create(
        node=node, unique_id=f"{number}", channel=f"PJSIP/{number}", state=state,
        conversation=Conversation.objects.get(pk=told.conversation_ref),
        queued_at=now() - timedelta(seconds=waited),
    )  # fmt: skip


def test_what_stands_now_is_counted_by_state(node: Node, queue: Queue) -> None:
    other = Queue.objects.create(name="Harbour", site=Site.objects.create(name="Harbour"))
    stands(node, queue, 1, "queued", waited=95)
    stands(node, queue, 2, "queued", waited=20)
    stands(node, queue, 3, "ringing", waited=30)
    stands(node, queue, 4, "talking", waited=300)
    stands(node, queue, 5, "ended", waited=900)
    stands(node, other, 6, "queued", waited=500)
    found = calls_now([queue.pk])
    assert (found.waiting, found.ringing, found.talking) == (2, 1, 1)
    assert found.since is not None and 94 < (now() - found.since).total_seconds() < 97
    assert calls_now([]).waiting == 0


def test_the_board_tells_it_with_what_became_of_todays_calls(
    client: Client, sam: Staff, node: Node, queue: Queue
) -> None:
    stands(node, queue, 1, "queued", waited=95)
    record("call.queued", "call:9:queued", conversation_ref=9, queue=queue.pk)
    record("call.answered", "call:9:answered", conversation_ref=9, values={"wait_seconds": 8})
    client.force_login(sam)
    page = client.get("/reports/board/").content.decode()
    assert "1 caller waits" in page and "the longest 1:3" in page
    assert "Of 1 call, 1 was answered within 20 s, 0 later; 0 callers hung up." in page
    wall = client.get("/reports/board/?wall=1").content.decode()
    assert "1 caller waits" in wall


def test_a_house_without_a_telephone_reads_nothing_of_it(client: Client, sam: Staff, queue: Queue) -> None:
    client.force_login(sam)
    assert "board-calls" not in client.get("/reports/board/").content.decode()
