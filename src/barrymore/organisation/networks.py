"""Tell whether two requests came from one network, without keeping from which."""

import hashlib
import hmac
import ipaddress
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from barrymore.journal.moment import now
from barrymore.organisation.kept import Kept
from barrymore.organisation.models import NetworkKey, StaffNetwork

TURNED_AFTER = timedelta(days=30)
KEPT_FOR = timedelta(days=60)
# What one subscriber or one office usually has.
PREFIX = {4: 24, 6: 48}
DAY_SECONDS = 86_400
_key = Kept(lambda: NetworkKey.objects.order_by("-begins_at", "-pk").first())


def mark_of(address: str) -> str:
    """The mark of an address's network; empty without a key, and for what is no network of anybody."""
    key = _key()
    if key is None or (network := _network(address)) is None:
        return ""
    # With the key of the house, so that a copy of the database alone turns no mark back.
    secret = hmac.digest(settings.SECRET_KEY.encode(), key.secret.encode(), hashlib.sha256)
    return f"{key.pk}:{hmac.new(secret, network.encode(), hashlib.sha256).hexdigest()[:24]}"


def _network(address: str) -> str | None:
    try:
        told = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(told, ipaddress.IPv6Address) and told.ipv4_mapped:
        told = told.ipv4_mapped
    if told.is_loopback or told.is_unspecified or told.is_link_local:
        return None
    return str(ipaddress.ip_network(f"{told}/{PREFIX[told.version]}", strict=False))


def note_staff(staff_ref: int, address: str) -> bool:
    """Keep from which network a person works: one row a day; the process remembers what it has kept."""
    mark = mark_of(address)
    day = now().date()
    if not mark or not cache.add(f"network:{staff_ref}:{day}:{mark}", True, DAY_SECONDS):
        return False
    _row, is_new = StaffNetwork.objects.get_or_create(staff_id=staff_ref, day=day, mark=mark)
    return is_new


def staff_marks() -> set[str]:
    """The networks from which staff have worked."""
    return set(StaffNetwork.objects.values_list("mark", flat=True).distinct())


@transaction.atomic
def turn_key() -> bool:
    """Make a new key once the newest is a month old."""
    newest = NetworkKey.objects.order_by("-begins_at").first()
    if newest and newest.begins_at > now() - TURNED_AFTER:
        return False
    NetworkKey.objects.create(secret=secrets.token_hex(32), begins_at=now())
    _key.forget()
    return True


@transaction.atomic
def forget_networks(before: datetime | None) -> int:
    """Destroy keys and marks older than that, or all where nothing may be kept any more."""
    keys, rows = NetworkKey.objects.all(), StaffNetwork.objects.all()
    if before is not None:
        keys, rows = keys.filter(begins_at__lt=before), rows.filter(day__lt=before.date())
    gone = keys.delete()[0] + rows.delete()[0]
    _key.forget()
    return gone
