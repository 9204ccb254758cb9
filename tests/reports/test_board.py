"""The live board counts what its reader may see, in a constant number of statements, and names nobody."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from barrymore.conversations.models import Conversation
from barrymore.conversations.services import Said
from barrymore.handling import services as handling
from barrymore.journal.moment import now
from barrymore.organisation.models import Company, Role, Site, Staff
from barrymore.reports.board import board_of, chosen, queues_of, short_name
from barrymore.reports.board_views import capped, waited_words
from barrymore.routing import services as routing
from barrymore.routing.models import Placement, Presence, Queue
from barrymore.routing.standing import waiting_in
from barrymore.sla.models import Clock, Policy
from tests.conftest import hire

pytestmark = pytest.mark.django_db
Arrive = Callable[..., Conversation]


def board(staff: Staff, site: int | None = None, queue: int | None = None) -> Any:
    cache.clear()
    return board_of(chosen(list(queues_of(staff)), site, queue))


def move_due(conversation: Conversation, minutes: int) -> None:
    """The first answer is due in so many minutes; the warning of a promise of 30 minutes comes 15 before."""
    due = now() + timedelta(minutes=minutes)
    Clock.objects.filter(conversation=conversation).update(due_at=due, warn_at=due - timedelta(minutes=15))
    Placement.objects.filter(conversation=conversation).update(due_at=due)


def test_waiting_open_soon_and_late(arrive: Arrive, sam: Staff, amina: Staff, promise: Policy) -> None:
    taken, late, soon, calm, closed = (arrive(address=f"g{n}@guests.example") for n in range(5))
    routing.take(taken, amina)
    move_due(taken, 20)
    move_due(late, -5)
    move_due(soon, 10)
    move_due(calm, 20)
    handling.close(closed, None)
    total = board(sam).total
    assert (total.open, total.running, total.waiting, total.soon, total.late) == (4, 4, 3, 1, 1)


def test_the_longest_wait_is_the_one_queued_first_whatever_its_priority(arrive: Arrive, sam: Staff) -> None:
    first, second = arrive(address="a@guests.example", name="Ada Byron"), arrive(address="b@guests.example")
    Placement.objects.filter(conversation=first).update(enqueued_at=now() - timedelta(hours=2), priority=1)
    Placement.objects.filter(conversation=second).update(enqueued_at=now() - timedelta(hours=1), priority=3)
    shown = board(sam)
    assert shown.longest == first
    assert waited_words(shown.total.since) == ("2:00", "h")


def test_answers_in_time_today_with_their_number(
    arrive: Arrive, sam: Staff, amina: Staff, promise: Policy
) -> None:
    kept, broken = arrive(address="a@guests.example"), arrive(address="b@guests.example")
    Clock.objects.filter(conversation=broken, kind="first_response").update(breached_at=now())
    for conversation in (kept, broken):
        handling.answer(conversation, amina, Said(text="Done."))
    shown = board(sam)
    assert (shown.today.values["kept"], shown.today.served) == (1, 2)
    assert [(line.kept, line.ended) for line in shown.sites[0].lines] == [(1, 2)]


def test_people_are_counted_by_state_and_nobody_twice(sam: Staff, amina: Staff, queue: Queue) -> None:
    Queue.objects.create(name="Billing").members.add(amina)
    routing.set_presence(amina, Presence.State.TRAINING)
    shown = board(sam)
    assert {state: n for state, _, n in shown.people if n} == {"training": 1, "away": 1}
    assert shown.people_total == 2
    by_queue = {line.name: line.people["training"] for line in shown.sites[0].lines}
    assert (by_queue, shown.sites[0].total.people["training"]) == ({"Guests": 1, "Billing": 1}, 1)


def test_a_supervisor_of_a_site_sees_its_queues_and_those_of_all(queue: Queue, site: Site) -> None:
    other = Site.objects.create(name="Harbour")
    mine = Queue.objects.create(name="Mill desk", site=site)
    theirs = Queue.objects.create(name="Harbour desk", site=other)
    local = hire("lara@mill.example", "Lara Holm", Role.SUPERVISOR)
    local.sites.add(site)
    assert set(board(local).topics) == {f"queue:{queue.pk}", f"queue:{mine.pk}"}
    assert board(local, queue=theirs.pk).sites == []
    assert [group.site for group in board(local).sites] == ["Old Mill", ""]
    assert [line.name for group in board(local, site=site.pk).sites for line in group.lines] == ["Mill desk"]


def test_the_number_of_statements_is_constant(
    arrive: Arrive, sam: Staff, amina: Staff, promise: Policy, django_assert_num_queries: Any
) -> None:
    about = chosen(list(queues_of(sam)), None, None)
    arrive()
    with django_assert_num_queries(8):
        board_of(about)
    for number in range(12):
        arrive(address=f"g{number}@guests.example")
        Queue.objects.create(name=f"Queue {number}").members.add(amina)
    cache.clear()
    about = chosen(list(queues_of(sam)), None, None)
    with django_assert_num_queries(8):
        board_of(about)
    # What was kept today is not counted again within a few seconds.
    with django_assert_num_queries(7):
        board_of(about)


def test_counting_stops_at_its_ceiling_and_says_so(
    arrive: Arrive, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        arrive(address=f"g{number}@guests.example")
    monkeypatch.setattr("barrymore.routing.standing.MOST_COUNTED", 2)
    waiting = waiting_in([queue.pk])
    assert (waiting.counts, waiting.is_capped) == ({queue.pk: 2}, True)
    assert (capped(999), capped(1000)) == ("999", "1,000+")


def test_the_untaken_are_read_off_their_index(queue: Queue) -> None:
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # an empty table would be read whole, whatever its indexes
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
    untaken = Placement.objects.filter(is_open=True, is_paused=False, has_owner=False)
    sieved = untaken.extra(where=[f'+"routing_placement"."queue_id" IN ({queue.pk})'])
    plan = sieved.order_by("-priority", "enqueued_at", "id").values_list("queue_id")[:10].explain()
    assert "placement_unowned" in plan
    assert "TEMP B-TREE" not in plan and "Sort" not in plan


def test_the_page_shows_the_numbers_and_no_colleague(
    client: Client, arrive: Arrive, sam: Staff, amina: Staff, promise: Policy
) -> None:
    routing.take(arrive(), amina)
    arrive(address="b@guests.example", name="Dmitri Olegov")
    client.force_login(sam)
    page = client.get("/reports/board/").content.decode()
    main = page.split("<main")[1].split("</main>")[0]
    assert "of 2 open" in main
    assert "Dmitri O." in main
    assert "Amina" not in main
    assert "Olegov" not in main


def test_a_refresh_takes_only_the_board(client: Client, arrive: Arrive, sam: Staff) -> None:
    client.force_login(sam)
    part = client.get("/reports/board/", headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<div id="board"')
    assert "<html" not in part


def test_the_wall_has_no_navigation_no_links_and_stays_awake(
    client: Client, arrive: Arrive, sam: Staff
) -> None:
    arrive()
    client.force_login(sam)
    page = client.get("/reports/board/?wall=1").content.decode()
    assert "data-keep-awake" in page
    assert "topbar-nav" not in page
    assert "/desk/" not in page.split("<main")[1]
    assert re.search(r'hx-get="/reports/board/\?wall=1"', page)


def test_filters_stay_in_the_address(client: Client, sam: Staff, site: Site) -> None:
    own = Queue.objects.create(name="Mill desk", site=site)
    client.force_login(sam)
    page = client.get(f"/reports/board/?site={site.pk}&queue={own.pk}").content.decode()
    assert f'hx-get="/reports/board/?site={site.pk}&amp;queue={own.pk}"' in page
    assert f"/reports/board/?site={site.pk}&amp;queue={own.pk}&amp;wall=1" in page


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.AGENT, 403),
        (Role.FRONT_DESK, 403),
        (Role.QUALITY, 403),
        (Role.SUPERVISOR, 200),
        (Role.ADMINISTRATOR, 200),
    ],
)
def test_who_may_watch(client: Client, queue: Queue, role: str, status: int) -> None:
    client.force_login(hire("who@mill.example", "Who Ever", role))
    assert client.get("/reports/board/").status_code == status
    index = client.get("/reports/").content.decode()
    assert ("/reports/board/" in index) == (status == 200)


def test_without_the_module_there_is_no_board(client: Client, sam: Staff) -> None:
    Company.objects.update_or_create(pk=1, defaults={"modules": {"reports": False}})
    client.force_login(sam)
    assert client.get("/reports/board/").status_code == 404


def test_nobody_to_watch_is_said(client: Client, sam: Staff) -> None:
    client.force_login(sam)
    page = client.get("/reports/board/?queue=9999").content.decode()
    assert "There is no queue to watch." in page


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Dmitri Olegov", "Dmitri O."),
        ("Anu", "Anu"),
        ("Ana de la Cruz", "Ana C."),
        ("", ""),
        ("A (b)", "A B."),
    ],
)
def test_a_guest_is_shown_by_first_name_and_initial(name: str, shown: str) -> None:
    assert short_name(name) == shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(222, ("3:42", "min")), (59, ("0:59", "min")), (5100, ("1:25", "h")), (200_000, ("2", "d"))],
)
def test_waits_are_said_in_digits_with_their_unit(
    seconds: int, words: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = now()
    monkeypatch.setattr("barrymore.reports.board.now", lambda: moment)
    assert waited_words(moment - timedelta(seconds=seconds)) == words


def test_nobody_waits() -> None:
    assert waited_words(None) is None
