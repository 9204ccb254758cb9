"""Read customers for the card beside a conversation."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from barrymore.customers.models import Address, Booking, Customer, Purchase
from barrymore.organisation.models import Site
from barrymore.organisation.prepared import Prepared

SHOWN_PURCHASES = 4
SHOWN_BOOKINGS = 3
SHOWN_ADDRESSES = 6


@dataclass(frozen=True)
class Card:
    """What is known of a customer. `level` is verified, recognised, visitor, shared or unknown."""

    customer: Customer | None
    address: Address | None
    level: str
    addresses: list[Address]
    bookings: list[Booking]
    purchases: list[Purchase]


def level_of(address: Address | None) -> str:
    """How sure we are who writes from an address."""
    if address is None:
        return "unknown"
    if address.is_shared:
        return "shared"
    if address.kind == Address.Kind.VISITOR and not address.verified_at:
        return "visitor"
    return "verified" if address.verified_at else "recognised"


_addresses = Prepared(lambda of: Address.objects.filter(customer=of).order_by("id")[:SHOWN_ADDRESSES])
_bookings = Prepared(
    lambda of: (
        Booking.objects.filter(customer=of).select_related("site").order_by("-ends_on")[:SHOWN_BOOKINGS]
    )
)
_purchases = Prepared(lambda of: Purchase.objects.filter(customer=of).order_by("-at")[:SHOWN_PURCHASES])


def card_of(customer: Customer | None, address: Address | None) -> Card:
    """The card in three queries, whatever the customer's history."""
    if customer is None:
        return Card(None, address, level_of(address), [], [], [])
    return Card(
        customer=customer,
        address=address,
        level=level_of(address),
        addresses=_addresses(customer.pk),
        bookings=_bookings(customer.pk),
        purchases=_purchases(customer.pk),
    )


def guests_in(room: str, site: Site | None) -> list[Booking]:
    """Today's stays in a room, those who have arrived first; of one site where it is named."""
    if not room:
        return []
    today = timezone.localdate()
    stays = Booking.objects.filter(room__iexact=room, starts_on__lte=today, ends_on__gte=today).exclude(
        status__in=[Booking.Status.CANCELLED, Booking.Status.LEFT]
    )
    if site:
        stays = stays.filter(Q(site=site) | Q(site=None))
    found = list(stays.select_related("customer").order_by("id")[:10])
    return [stay for stay in found if stay.status == Booking.Status.ARRIVED] or found


def rooms_taken(site: Site | None) -> list[str]:
    """The rooms with guests today, for the one who types."""
    today = timezone.localdate()
    stays = Booking.objects.filter(starts_on__lte=today, ends_on__gte=today, status=Booking.Status.ARRIVED)
    if site:
        stays = stays.filter(Q(site=site) | Q(site=None))
    return sorted(set(stays.exclude(room="").values_list("room", flat=True)[:500]))


def find_customers(words: str, limit: int = 20) -> list[Customer]:
    """Customers whose name or address begins with the words."""
    by_name = Customer.objects.filter(name__istartswith=words)
    by_address = Customer.objects.filter(addresses__value__startswith=words.lower())
    return list((by_name | by_address).distinct().select_related("account").order_by("name", "id")[:limit])


def newest_customers(limit: int = 50) -> list[Customer]:
    """Those whom we know since lately."""
    return list(Customer.objects.select_related("account").order_by("-id")[:limit])
