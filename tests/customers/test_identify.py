"""Addresses lead to people, shared ones to nobody."""

from datetime import date
from decimal import Decimal

import pytest

from barrymore.customers.models import Account, Address, Booking, Customer, Purchase
from barrymore.customers.recognition import BadAddress, clean_name, is_shared, normal, normal_email
from barrymore.customers.selectors import card_of, find_customers, level_of
from barrymore.customers.services import (
    Stay,
    change_customer,
    identify,
    note_bounce,
    record_booking,
    record_purchase,
)
from barrymore.journal.moment import now
from barrymore.organisation.models import Site

pytestmark = pytest.mark.django_db
STAY = Stay(
    source="PMS", source_ref="H1", starts_on=date(2026, 11, 18), ends_on=date(2026, 11, 23),
    email="lee@guests.example", name="Lee Anand", site="Old Mill", room="412",
    amount=Decimal(610), currency="EUR",
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        ("email", " Lee@Guests.Example ", "lee@guests.example"),
        ("email", "lee\u200b@guests.example", "lee@guests.example"),
        ("email", "ｌｅｅ@guests.example", "lee@guests.example"),
        ("phone", "8 612 34567", "+37061234567"),
        ("phone", "+370 612 34567", "+37061234567"),
        ("phone", "0044 20 7946 0000", "+442079460000"),
    ],
)
def test_one_spelling_for_each_address(kind: str, text: str, kept: str) -> None:
    assert normal(kind, text) == kept


@pytest.mark.parametrize(
    "text", ["", "lee", "@guests.example", "lee@", "a b@guests.example", "x" * 255 + "@a.b"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadAddress):
        normal_email(text)


def test_the_same_address_is_the_same_person() -> None:
    first = identify("email", "lee@guests.example", name="Lee Anand")
    again = identify("email", "LEE@guests.example", name="Somebody Else")
    assert first.customer == again.customer
    assert Customer.objects.get().name == "Lee Anand"


@pytest.mark.parametrize("value", ["reception@agency.example", "abc123@guest.booking.com"])
def test_a_shared_address_never_identifies_a_person(value: str) -> None:
    found = identify("email", value, name="Lee Anand")
    assert found.customer is None
    assert level_of(found.address) == "shared"
    assert not Customer.objects.exists()
    assert is_shared("email", value)


def test_a_shared_address_is_not_verified_by_a_booking_either() -> None:
    record_booking(Stay(**{**vars(STAY), "email": "reception@agency.example"}))
    assert level_of(Address.objects.get()) == "shared"
    assert Booking.objects.get().customer.name == "Lee Anand"


def test_a_booking_verifies_the_address_it_names(site: Site) -> None:
    assert level_of(identify("email", "lee@guests.example").address) == "recognised"
    booking = record_booking(STAY)
    assert level_of(Address.objects.get()) == "verified"
    assert (booking.site, booking.room) == (site, "412")


def test_the_source_changes_its_own_booking() -> None:
    record_booking(STAY)
    record_booking(Stay(**{**vars(STAY), "room": "418", "status": "arrived"}))
    booking = Booking.objects.get()
    assert (booking.room, booking.status) == ("418", "arrived")


def test_a_booking_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="ends_on"):
        record_booking(Stay(**{**vars(STAY), "ends_on": date(2026, 11, 1)}))
    assert not Booking.objects.exists()


def test_the_card_shows_what_is_known(django_assert_num_queries: object) -> None:
    customer = record_booking(STAY).customer
    record_purchase(
        customer, at=now(), what="Dinner", amount=Decimal(84), currency="EUR", source="till", source_ref="1"
    )
    card = card_of(customer, Address.objects.get())
    assert (card.level, len(card.bookings), card.purchases[0].what) == ("verified", 1, "Dinner")
    assert Purchase.objects.count() == 1


def test_the_card_of_nobody_is_empty() -> None:
    assert card_of(None, None).level == "unknown"


def test_the_firm_is_found_by_its_name() -> None:
    customer = identify("email", "lee@guests.example", name="Lee").customer
    assert customer is not None
    change_customer(customer, account="Baltic Reisen", role="travel agent", language="lt")
    change_customer(customer, account="Baltic Reisen")
    assert Account.objects.count() == 1
    change_customer(customer, account="")
    customer.refresh_from_db()
    assert (customer.account, customer.role) == (None, "travel agent")


def test_customers_are_found_by_name_and_address() -> None:
    identify("email", "lee@guests.example", name="Lee Anand")
    identify("email", "noor@guests.example", name="Noor Hadley")
    assert [found.name for found in find_customers("Lee")] == ["Lee Anand"]
    assert [found.name for found in find_customers("noor@")] == ["Noor Hadley"]


def test_a_bounce_is_remembered() -> None:
    identify("email", "lee@guests.example")
    note_bounce("LEE@guests.example")
    assert Address.objects.get().bounced_at is not None


def test_a_name_is_one_line_without_tricks() -> None:
    assert clean_name("Lee\r\nBcc: x\u202e Anand") == "Lee  Bcc: x  Anand"
