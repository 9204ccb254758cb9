"""How often strangers may knock at the doors of single sign-on."""

import hashlib

from django.core.cache import cache

MINUTE = 60


def is_too_often(what: str, who: str, most: int) -> bool:
    """Whether this is more than `most` times in a minute; counts this time."""
    key = "sso:knock:" + hashlib.sha256(f"{what}:{who}".encode()).hexdigest()
    cache.add(key, 0, MINUTE)
    try:
        return cache.incr(key) > most
    except ValueError:
        # It ran out between the two lines: a new minute.
        return False
