"""REST for customers."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from barrymore.customers.models import Customer
from barrymore.customers.selectors import card_of, find_customers, level_of
from barrymore.customers.services import change_customer
from barrymore.organisation.access import actor_of

router = Router(tags=["customers"])


class CustomerChange(Schema):
    """What may be changed of a customer; what is left out stays."""

    name: str | None = Field(None, max_length=160)
    language: str | None = Field(None, max_length=10)
    role: str | None = Field(None, max_length=60)
    note: str | None = Field(None, max_length=20_000)
    account: str | None = Field(None, max_length=160)


def customer_out(customer: Customer) -> dict[str, Any]:
    """A customer as the API shows one."""
    card = card_of(customer, None)
    return {
        "id": customer.pk,
        "name": customer.name,
        "language": customer.language,
        "role": customer.role,
        "account": customer.account.name if customer.account else None,
        "addresses": [
            {"kind": address.kind, "value": address.value, "level": level_of(address)}
            for address in card.addresses
        ],
        "bookings": [
            {
                "source": stay.source,
                "ref": stay.source_ref,
                "place": stay.place,
                "room": stay.room,
                "from": stay.starts_on,
                "to": stay.ends_on,
                "status": stay.status,
            }
            for stay in card.bookings
        ],
    }


@router.get("/customers")
def customers(request: HttpRequest, q: str) -> dict[str, Any]:
    """Customers whose name or address begins with `q`, at most 20."""
    actor_of(request).need("customers.read")
    return {"items": [{"id": found.pk, "name": found.name} for found in find_customers(q)]}


@router.get("/customers/{customer_id}")
def customer(request: HttpRequest, customer_id: int) -> dict[str, Any]:
    """One customer with addresses and bookings."""
    actor_of(request).need("customers.read")
    return customer_out(Customer.objects.select_related("account").get(pk=customer_id))


@router.patch("/customers/{customer_id}")
def patch_customer(request: HttpRequest, customer_id: int, change: CustomerChange) -> dict[str, Any]:
    """Change a customer; unknown fields are refused."""
    actor_of(request).need("customers.write")
    found = Customer.objects.select_related("account").get(pk=customer_id)
    change_customer(found, **change.dict(exclude_none=True))
    return customer_out(found)
