"""Links and work from one network are kept as fading marks, and only while the staff know of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from barrymore.conversations.models import Conversation
from barrymore.conversations.services import Said
from barrymore.feedback.models import Case, Survey
from barrymore.feedback.services import mark_sent
from barrymore.handling.services import answer, close
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.access import Actor
from barrymore.organisation.models import NetworkKey, Role, Staff, StaffNetwork
from barrymore.organisation.networks import mark_of
from barrymore.quality import services
from barrymore.quality.models import StaffNotice
from barrymore.quality.networks import networks_round
from tests.conftest import hire

pytestmark = pytest.mark.django_db
HOME, OFFICE = "198.51.100.20", "203.0.113.7"


@pytest.fixture
def quinn(queue: object) -> Staff:
    """The quality manager."""
    return hire("quinn@mill.example", "Quinn Aster", Role.QUALITY)


@pytest.fixture
def told(quinn: Staff) -> StaffNotice:
    """The staff were told of networks too."""
    notice = services.record_notice(
        Actor(quinn), "We compare networks.", "meeting", now().date(), names_networks=True
    )
    networks_round()
    return notice


@pytest.fixture
def link(arrive: Callable[..., Conversation], amina: Staff, survey: Survey) -> str:
    """The address of an open survey page."""
    conversation = arrive()
    answer(conversation, amina, Said(text="Done.", name="Amina"))
    close(conversation, amina)
    return f"/s/{mark_sent(Case.objects.get(conversation=conversation))}/"


def test_an_opened_link_keeps_a_mark_and_no_address(client: Client, told: StaffNotice, link: str) -> None:
    client.get(link, REMOTE_ADDR=HOME)
    case = Case.objects.get()
    assert case.opened_network == mark_of(HOME) != ""

    client.get(link, REMOTE_ADDR=OFFICE)
    assert Case.objects.get().opened_network == mark_of(HOME)
    assert HOME not in str(Case.objects.values().get())


def test_from_where_it_is_answered_says_more_than_from_where_it_was_first_seen(
    client: Client, told: StaffNotice, link: str
) -> None:
    client.get(link, REMOTE_ADDR=HOME)
    client.post(link, {"smile": "great", "need": "yes"}, REMOTE_ADDR=OFFICE)
    case = Case.objects.get()
    assert (case.code, case.opened_network) == ("I", mark_of(OFFICE))


def test_a_scanner_of_links_leaves_no_mark(client: Client, told: StaffNotice, link: str) -> None:
    client.head(link, REMOTE_ADDR=HOME)
    client.get(link, REMOTE_ADDR=HOME, HTTP_SEC_PURPOSE="prefetch")
    assert Case.objects.get().opened_network == ""


@pytest.mark.parametrize("names", [None, False])
def test_nothing_is_kept_while_the_staff_do_not_know(
    client: Client, quinn: Staff, link: str, names: bool | None
) -> None:
    if names is not None:
        services.record_notice(Actor(quinn), "We compare presses.", "meeting", now().date())
    networks_round()
    client.get(link, REMOTE_ADDR=HOME)
    client.force_login(quinn)
    client.get("/quality/mine/", REMOTE_ADDR=OFFICE)

    assert Case.objects.get().opened_network == ""
    assert NetworkKey.objects.count() == StaffNetwork.objects.count() == 0


def test_a_page_notes_from_which_network_a_person_works(
    client: Client, told: StaffNotice, amina: Staff
) -> None:
    client.get("/", REMOTE_ADDR=OFFICE)
    assert StaffNetwork.objects.count() == 0
    client.force_login(amina)
    for _ in range(3):
        client.get("/quality/mine/", REMOTE_ADDR=OFFICE)
    kept = StaffNetwork.objects.get()
    assert (kept.staff, kept.day, kept.mark) == (amina, now().date(), mark_of(OFFICE))


def test_withdrawing_the_notice_ends_the_keeping_and_deletes_what_was_kept(
    client: Client, told: StaffNotice, quinn: Staff, link: str
) -> None:
    client.get(link, REMOTE_ADDR=HOME)
    client.force_login(quinn)
    client.get("/quality/mine/", REMOTE_ADDR=OFFICE)
    services.withdraw_notice(Actor(quinn))

    assert networks_round() == 3
    assert Case.objects.get().opened_network == ""
    assert NetworkKey.objects.count() == StaffNetwork.objects.count() == 0


def test_marks_are_gone_after_sixty_days(client: Client, told: StaffNotice, link: str) -> None:
    client.get(link, REMOTE_ADDR=HOME)
    with at_moment(now() + timedelta(days=59)):
        networks_round()
        assert Case.objects.get().opened_network
    with at_moment(now() + timedelta(days=61)):
        networks_round()
        case = Case.objects.get()
        assert case.opened_network == "" and case.opened_form_at is not None
        assert NetworkKey.objects.filter(begins_at__lt=now() - timedelta(days=60)).count() == 0


def test_the_page_of_the_notice_asks_for_each_by_itself(client: Client, quinn: Staff) -> None:
    client.force_login(quinn)
    page = client.get("/quality/notice/").content.decode()
    assert 'name="names_networks"' in page and 'name="names_handling"' in page
    client.post(
        "/quality/notice/",
        {
            "text": "We compare.",
            "told_by": "meeting",
            "holds_from": f"{now():%Y-%m-%d}",
            "names_handling": "on",
        },
    )
    notice = StaffNotice.objects.get()
    assert (notice.names_networks, notice.names_handling) == (False, True)
