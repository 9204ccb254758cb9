"""Find, make and change customers, bookings and purchases."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from barrymore.customers.models import Account, Address, Booking, Customer, Purchase
from barrymore.customers.recognition import clean_name, is_shared, normal
from barrymore.journal.moment import now
from barrymore.organisation.models import Site


@dataclass(frozen=True)
class Identity:
    """Who wrote: the address, and the person where the address leads to one."""

    address: Address
    customer: Customer | None


@dataclass(frozen=True)
class Stay:
    """A booking as another system tells it."""

    source: str
    source_ref: str
    starts_on: date
    ends_on: date
    email: str = ""
    phone: str = ""
    name: str = ""
    language: str = ""
    site: str = ""
    place: str = ""
    room: str = ""
    status: str = Booking.Status.BOOKED
    party: str = ""
    amount: Decimal | None = None
    currency: str = ""


def identify(kind: str, text: str, *, name: str = "", language: str = "", proved: bool = False) -> Identity:
    """Find or make the person behind an address.

    A shared address is kept but leads to nobody. Raises BadAddress for what is no address.
    """
    value = normal(kind, text)
    address = Address.objects.select_related("customer__account").filter(kind=kind, value=value).first()
    if address is None:
        address = _new_address(kind, value, clean_name(name), language)
    if proved and address.verified_at is None and not address.is_shared:
        address.verified_at = now()
        address.save(update_fields=["verified_at"])
    return Identity(address, address.customer)


def _new_address(kind: str, value: str, name: str, language: str) -> Address:
    shared = is_shared(kind, value)
    customer = None
    if not shared:
        customer = Customer.objects.create(name=name, language=language, created_at=now())
    return Address.objects.create(
        kind=kind, value=value, customer=customer, is_shared=shared, created_at=now()
    )


@transaction.atomic
def record_booking(stay: Stay) -> Booking:
    """Make or change the booking with this source and reference; the last word of the source counts."""
    if stay.ends_on < stay.starts_on:
        raise ValueError("ends_on is before starts_on")
    known = (
        Booking.objects.select_related("customer")
        .filter(source=stay.source, source_ref=stay.source_ref)
        .first()
    )
    customer = known.customer if known else _customer_of(stay)
    booking, _ = Booking.objects.update_or_create(
        source=stay.source,
        source_ref=stay.source_ref,
        defaults={
            "customer": customer,
            "site": Site.objects.filter(name=stay.site).first() if stay.site else None,
            "place": stay.place or stay.site,
            "room": stay.room,
            "starts_on": stay.starts_on,
            "ends_on": stay.ends_on,
            "status": stay.status,
            "party": stay.party,
            "amount": stay.amount,
            "currency": stay.currency,
            "updated_at": now(),
        },
    )
    return booking


def _customer_of(stay: Stay) -> Customer:
    """The guest of a booking: by an address of their own, else a new person without an address."""
    for kind, text in (("email", stay.email), ("phone", stay.phone)):
        if not text:
            continue
        found = identify(kind, text, name=stay.name, language=stay.language, proved=True)
        if found.customer:
            return found.customer
    return Customer.objects.create(name=clean_name(stay.name), language=stay.language, created_at=now())


@transaction.atomic
def record_purchase(
    customer: Customer,
    *,
    at: datetime,
    what: str,
    amount: Decimal,
    currency: str,
    source: str,
    source_ref: str,
    site: Site | None = None,
) -> Purchase:
    """Make or correct the purchase with this source and reference."""
    purchase, _ = Purchase.objects.update_or_create(
        source=source,
        source_ref=source_ref,
        defaults={
            "customer": customer,
            "at": at,
            "what": what,
            "amount": amount,
            "currency": currency,
            "site": site,
        },
    )
    return purchase


@transaction.atomic
def change_customer(customer: Customer, *, account: str | None = None, **changes: Any) -> Customer:
    """Change name, language, role or note, and the firm by its name."""
    fields: list[str] = [field for field in ("name", "language", "role", "note") if field in changes]
    for field in fields:
        setattr(customer, field, changes[field])
    if account is not None:
        customer.account = Account.objects.get_or_create(name=account)[0] if account else None
        fields.append("account")
    customer.save(update_fields=fields)
    return customer


def opt_out(kind: str, value: str) -> None:
    """They want no more messages at this address."""
    Address.objects.filter(kind=kind, value=value, opted_out_at=None).update(opted_out_at=now())


def opt_in(kind: str, value: str) -> None:
    """They want messages again."""
    Address.objects.filter(kind=kind, value=value).update(opted_out_at=None)


def note_bounce(value: str) -> None:
    """Remember that a mail address did not take our mail, so that nobody is invited there."""
    Address.objects.filter(kind=Address.Kind.EMAIL, value=value.lower()).update(bounced_at=now())
