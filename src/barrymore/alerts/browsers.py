"""Browsers that take push messages."""

from urllib.parse import urlsplit

from barrymore.alerts.encryption import decoded
from barrymore.alerts.models import Browser
from barrymore.journal.moment import now
from barrymore.organisation.models import Staff

MOST_BROWSERS = 10


class BadSubscription(ValueError):
    """What the browser has sent is no subscription."""


def add_browser(staff: Staff, endpoint: str, public_key: str, secret: str, name: str) -> Browser:
    """Keep a subscription; a browser that somebody else used before is now this person's.

    Raises BadSubscription. Of more than MOST_BROWSERS the oldest is forgotten.
    """
    _check(endpoint, public_key, secret)
    browser, _ = Browser.objects.update_or_create(
        endpoint=endpoint,
        defaults={
            "staff": staff,
            "public_key": public_key,
            "secret": secret,
            "name": name.replace("\x00", "")[:80],
            "created_at": now(),
        },
    )
    newest = Browser.objects.filter(staff=staff).order_by("-created_at").values_list("pk", flat=True)
    Browser.objects.filter(staff=staff).exclude(pk__in=list(newest[:MOST_BROWSERS])).delete()
    return browser


def _check(endpoint: str, public_key: str, secret: str) -> None:
    parts = urlsplit(endpoint)
    is_local = parts.hostname in {"localhost", "127.0.0.1"}
    if len(endpoint) > 700 or not parts.hostname or (parts.scheme != "https" and not is_local):
        raise BadSubscription("endpoint: an https address of a push service")
    try:
        fits = len(decoded(public_key)) == 65 and len(decoded(secret)) == 16
    except ValueError:
        fits = False
    if not fits:
        raise BadSubscription("keys: p256dh and auth as the browser gives them")


def remove_browser(staff: Staff, browser_ref: int) -> bool:
    """Forget a browser of one's own."""
    return bool(Browser.objects.filter(staff=staff, pk=browser_ref).delete()[0])
