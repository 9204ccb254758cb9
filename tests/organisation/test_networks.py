"""Networks: the same one is recognised for a while, and none can be found from what is kept."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from barrymore.journal.moment import at_moment, now
from barrymore.organisation.models import NetworkKey, Staff, StaffNetwork
from barrymore.organisation.networks import forget_networks, mark_of, note_staff, staff_marks, turn_key

pytestmark = pytest.mark.django_db
OFFICE = "203.0.113.7"


def test_without_a_key_nothing_is_marked(amina: Staff) -> None:
    assert mark_of(OFFICE) == ""
    assert note_staff(amina.pk, OFFICE) is False
    assert StaffNetwork.objects.count() == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (OFFICE, "203.0.113.250", True),
        (OFFICE, "203.0.114.7", False),
        ("2001:db8:1:2::3", "2001:db8:1:ffff::9", True),
        ("2001:db8:1:2::3", "2001:db8:2:2::3", False),
        ("::ffff:203.0.113.9", OFFICE, True),
    ],
)
def test_a_network_is_a_24_or_a_48(one: str, other: str, same: bool) -> None:
    turn_key()
    assert mark_of(one)
    assert (mark_of(one) == mark_of(other)) is same


@pytest.mark.parametrize(
    "address",
    ["", "127.0.0.1", "::1", "0.0.0.0", "169.254.3.4", "fe80::1", "unix:", "203.0.113.7:80", "x" * 99],
)
def test_what_is_nobodys_network_has_no_mark(address: str) -> None:
    turn_key()
    assert mark_of(address) == ""


def test_the_key_turns_after_a_month_and_marks_of_two_keys_never_meet() -> None:
    assert turn_key() is True
    first = mark_of(OFFICE)
    assert turn_key() is False
    with at_moment(now() + timedelta(days=31)):
        assert turn_key() is True
        assert mark_of(OFFICE) not in ("", first)


def test_a_mark_says_nothing_of_the_address_without_the_secret_of_the_house(
    amina: Staff, settings: object
) -> None:
    turn_key()
    note_staff(amina.pk, OFFICE)
    kept = StaffNetwork.objects.get().mark
    assert "203.0.113" not in kept and len(kept) <= 40 and kept == mark_of(OFFICE)

    settings.SECRET_KEY = "of another house"  # type: ignore[attr-defined]
    assert mark_of(OFFICE) != kept


def test_a_person_is_noted_once_a_day_and_network_and_asked_no_more(amina: Staff) -> None:
    turn_key()
    assert note_staff(amina.pk, OFFICE) is True
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert note_staff(amina.pk, OFFICE) is False
    assert not [one for one in asked if "staffnetwork" in one["sql"].lower()]
    assert note_staff(amina.pk, "198.51.100.1") is True
    with at_moment(now() + timedelta(days=1)):
        assert note_staff(amina.pk, OFFICE) is True
    assert StaffNetwork.objects.count() == 3
    assert len(staff_marks()) == 2


def test_a_second_process_writes_no_second_row(amina: Staff) -> None:
    turn_key()
    StaffNetwork.objects.create(staff=amina, day=now().date(), mark=mark_of(OFFICE))
    assert note_staff(amina.pk, OFFICE) is False
    assert StaffNetwork.objects.count() == 1


def test_keys_and_marks_are_destroyed_after_their_time(amina: Staff) -> None:
    turn_key()
    note_staff(amina.pk, OFFICE)
    with at_moment(now() + timedelta(days=61)):
        turn_key()
        note_staff(amina.pk, OFFICE)
        assert forget_networks(now() - timedelta(days=60)) == 2
        assert NetworkKey.objects.count() == StaffNetwork.objects.count() == 1
        assert forget_networks(None) == 2
        assert mark_of(OFFICE) == ""
