"""REST for what comes in: contacts, bookings, purchases, and hooks for other systems."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Field, Header, Router, Schema
from ninja.errors import HttpError

from barrymore.channels import bookings
from barrymore.channels.language import language_of
from barrymore.customers.recognition import clean_name
from barrymore.customers.services import identify, record_purchase
from barrymore.handling.contact import Contact
from barrymore.handling.services import receive
from barrymore.journal.moment import now
from barrymore.organisation.access import Actor, actor_of
from barrymore.organisation.models import Site
from barrymore.organisation.services import once_if_keyed

router = Router(tags=["channels"])
CONTACTS_PER_MINUTE = 600
LONGEST_TEXT = 500_000


class Sender(Schema):
    """Who writes: a mail address or a telephone number, and a name where it is known."""

    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=40)
    name: str = Field("", max_length=160)


class ContactIn(Schema):
    """One arrival. `external_id` is the sender's own id: the same one again changes nothing."""

    channel: Literal["mail", "form", "chat", "sms", "walkup", "console", "phone"]
    external_id: str = Field(min_length=1, max_length=250)
    sender: Sender = Field(alias="from")
    subject: str = Field("", max_length=1000)
    body: str = Field("", max_length=LONGEST_TEXT)
    language: str = Field("", max_length=10)
    queue: int | None = None
    site: int | None = None


class BookingIn(Schema):
    """A stay as the hotel system tells it; `status` is booked, arrived, left or cancelled."""

    source: str
    source_ref: str
    starts_on: str
    ends_on: str
    email: str = ""
    phone: str = ""
    name: str = ""
    language: str = ""
    site: str = ""
    place: str = ""
    room: str = ""
    status: str = ""
    party: str = ""
    amount: str | float | None = None
    currency: str = ""


class PurchaseIn(Schema):
    """Something bought; `site` is the site's name."""

    source: str = Field(max_length=40)
    source_ref: str = Field(max_length=80)
    email: str = ""
    phone: str = ""
    name: str = ""
    at: datetime
    what: str = Field(max_length=160)
    amount: Decimal = Field(max_digits=12, decimal_places=2)
    currency: str = Field(max_length=3)
    site: str = ""


@router.post("/contacts")
def post_contact(request: HttpRequest, contact: ContactIn, idempotency_key: Header[str | None] = None) -> Any:
    """Take in one contact; the same channel and external id again returns the first result."""
    actor = actor_of(request)
    actor.need("contacts.write")
    if wait := _over_limit(actor):
        return _too_many(wait)

    def work() -> dict[str, Any]:
        received = receive(_contact(contact))
        return {
            "id": received.contact_ref,
            "conversation_id": received.conversation_ref,
            "is_new": received.is_new,
        }

    return once_if_keyed(actor.token_ref, idempotency_key, contact.dict(), work)


def _contact(told: ContactIn) -> Contact:
    kind = "email" if told.sender.email else "phone"
    address = told.sender.email or told.sender.phone
    if not address:
        raise ValueError("from: give an email or a phone")
    text = told.body.replace("\x00", "")
    return Contact(
        channel=told.channel,
        external_id=told.external_id,
        address_kind=kind,
        address=address,
        at=now(),
        name=told.sender.name,
        subject=clean_name(told.subject[:160]) if len(told.subject) <= 160 else _line(told.subject),
        text=text,
        language=told.language or language_of(text),
        queue_ref=told.queue,
        site_ref=told.site,
    )


def _line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:250]


def _over_limit(actor: Actor) -> int:
    """Seconds to wait, 0 while the token is within its CONTACTS_PER_MINUTE."""
    second = int(now().timestamp())
    key = f"contacts:{actor.token_ref}:{second // 60}"
    cache.add(key, 0, timeout=120)
    return 0 if cache.incr(key) <= CONTACTS_PER_MINUTE else 60 - second % 60


def _too_many(wait: int) -> HttpResponse:
    body = {"type": "about:blank", "title": "Too many contacts", "status": 429}
    body["detail"] = f"At most {CONTACTS_PER_MINUTE} a minute and token; wait {wait} s."
    return HttpResponse(
        json.dumps(body), status=429, content_type="application/problem+json", headers={"Retry-After": wait}
    )


@router.post("/bookings")
def post_booking(
    request: HttpRequest, booking: BookingIn, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Make or change the booking with this source and reference."""
    actor = actor_of(request)
    actor.need("bookings.write")

    def work() -> dict[str, Any]:
        kept = bookings.keep(booking.dict())
        return {"id": kept.pk, "customer_id": kept.customer_id, "status": kept.status}

    return once_if_keyed(actor.token_ref, idempotency_key, booking.dict(), work)


@router.post("/bookings/import")
def import_bookings(request: HttpRequest) -> dict[str, Any]:
    """Keep the rows of a CSV (body as text/csv); bad rows are named and the good ones kept all the same."""
    actor_of(request).need("bookings.write")
    return _import_out(bookings.import_table(request.body))


def _import_out(done: bookings.Import) -> dict[str, Any]:
    return {"kept": done.kept, "errors": [{"row": fault.row, "what": fault.what} for fault in done.faults]}


@router.post("/purchases")
def post_purchase(
    request: HttpRequest, purchase: PurchaseIn, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Make or correct the purchase with this source and reference."""
    actor = actor_of(request)
    actor.need("bookings.write")
    return once_if_keyed(actor.token_ref, idempotency_key, purchase.dict(), lambda: _purchase(purchase))


@transaction.atomic
def _purchase(told: PurchaseIn) -> dict[str, Any]:
    kind, address = ("email", told.email) if told.email else ("phone", told.phone)
    customer = identify(kind, address, name=told.name).customer
    if customer is None:
        raise ValueError("email: many people share this address; it leads to no customer")
    if told.at.tzinfo is None:
        raise ValueError("at: give a time zone, such as 2026-11-21T14:40:00Z")
    kept = record_purchase(
        customer,
        at=told.at,
        what=told.what,
        amount=told.amount,
        currency=told.currency,
        source=told.source,
        source_ref=told.source_ref,
        site=Site.objects.filter(name=told.site).first() if told.site else None,
    )
    return {"id": kept.pk, "customer_id": customer.pk}


@router.post("/hooks/bookings/{source}", auth=None)
def booking_hook(
    request: HttpRequest,
    source: str,
    x_timestamp: Header[str] = "",
    x_signature: Header[str] = "",
) -> dict[str, Any]:
    """`{"bookings": [...]}` from a hotel system, signed: X-Signature is `sha256=` and HMAC-SHA256
    over `X-Timestamp.body` with the source's secret (`barrymore hook-secret SOURCE` shows it)."""
    try:
        bookings.check_signature(source, x_timestamp, x_signature, request.body)
    except bookings.BadSignature as error:
        raise HttpError(401, str(error)) from error
    return _keep_all(source, _told(request.body))


def _told(body: bytes) -> list[Any]:
    try:
        told = json.loads(body)
    except ValueError as error:
        raise ValueError("the body is no JSON") from error
    rows = told.get("bookings") if isinstance(told, dict) else None
    if not isinstance(rows, list):
        raise ValueError('the body must be {"bookings": [...]}')
    return rows


def _keep_all(source: str, rows: list[Any]) -> dict[str, Any]:
    kept, errors = 0, []
    for number, row in enumerate(rows, start=1):
        try:
            bookings.keep(row if isinstance(row, dict) else {}, source)
            kept += 1
        except bookings.BadRow as error:
            errors.append({"row": number, "what": str(error)})
    return {"kept": kept, "errors": errors}
