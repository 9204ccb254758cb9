"""How often somebody may ask: a counter a minute, kept in the cache."""

from django.core.cache import cache

from barrymore.journal.moment import now


def seconds_to_wait(who: str, most: int) -> int:
    """Seconds until the next minute for whoever is over `most` a minute, else 0; counts this time."""
    second = int(now().timestamp())
    key = f"limit:{who}:{second // 60}"
    cache.add(key, 0, timeout=120)
    return 0 if cache.incr(key) <= most else 60 - second % 60
