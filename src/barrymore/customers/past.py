"""Which addresses are known already, and how strangers who left nothing behind are forgotten."""

from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef

from barrymore.customers.models import Address, Booking, Customer, Purchase

Pair = tuple[str, str]


def known_addresses(pairs: Iterable[Pair]) -> dict[Pair, Address]:
    """The addresses among some (kind, normal value) pairs that we know, with their people; one statement."""
    wanted = set(pairs)
    values = {value for _, value in wanted}
    found = Address.objects.filter(value__in=values).select_related("customer__account")
    return {(one.kind, one.value): one for one in found if (one.kind, one.value) in wanted}


def forget_addresses(address_ids: Sequence[int]) -> int:
    """Remove addresses that nobody has proved or answered for, and their people who have nothing else.

    Somebody with a stay, a purchase, a firm or a note stays. Returns how many people are gone.
    """
    found = Address.objects.filter(pk__in=address_ids, verified_at=None, opted_out_at=None)
    gone = [one.pk for one in found if one.customer_id is None]
    people = list(_strangers({one.customer_id for one in found if one.customer_id}))
    gone += [one.pk for one in found if one.customer_id in people]
    Address.objects.filter(pk__in=gone).delete()
    empty = Customer.objects.filter(pk__in=people, addresses=None)
    count = empty.count()
    empty.delete()
    return count


def _strangers(customer_ids: Iterable[int]) -> Iterable[int]:
    return (
        Customer.objects.filter(
            ~Exists(Booking.objects.filter(customer=OuterRef("pk"))),
            ~Exists(Purchase.objects.filter(customer=OuterRef("pk"))),
            pk__in=list(customer_ids),
            account=None,
            note="",
        )
        .values_list("pk", flat=True)
        .iterator()
    )
