"""By web push: encrypted for each browser of the person (RFC 8030, 8291, 8292)."""

import json

from django.conf import settings
from django.utils import translation

from barrymore.alerts.encryption import authorization, encrypted
from barrymore.alerts.links import acknowledge_link
from barrymore.alerts.models import Browser, Notice, Reach
from barrymore.alerts.texts import link_of, subject_of
from barrymore.delivery import services as outbox
from barrymore.delivery.http import Blocked, Unreachable, fetch
from barrymore.delivery.models import OutboxRow
from barrymore.journal.moment import now

NAME = "push"
KIND = "notice_push"
KEPT_SECONDS = 3600  # a push service keeps an alert no longer for a browser that is away
GONE = {404, 410}


def reaches(reach: Reach) -> bool:
    """Whether the person wants push and has a browser that takes it."""
    return reach.by_push and Browser.objects.filter(staff=reach.staff_id).exists()


def owe(notice: Notice, reach: Reach) -> None:
    """One row for each browser, so that a dead one holds up none of the others."""
    for browser in Browser.objects.filter(staff=notice.staff_id):
        key = f"notice:{notice.pk}:push:{browser.pk}"
        outbox.owe(KIND, key, {"notice": notice.pk, "browser": browser.pk})


def send_due() -> int:
    """Push what is due; returns how many left."""
    return sum(_send(row) for row in outbox.claim(KIND))


def _send(row: OutboxRow) -> bool:
    browser = Browser.objects.filter(pk=row.payload["browser"]).first()
    notice = Notice.objects.select_related("staff", "alert").filter(pk=row.payload["notice"]).first()
    if browser is None or notice is None:
        outbox.fail(row, "the browser has been taken away", final=True)
        return False
    try:
        status = _pushed(browser, message_of(notice))
    except (Blocked, ValueError) as error:
        outbox.fail(row, str(error), final=True)
        return False
    except Unreachable as error:
        outbox.fail(row, str(error))
        return False
    return _judged(row, browser, status)


def _judged(row: OutboxRow, browser: Browser, status: int) -> bool:
    if status < 300:
        Browser.objects.filter(pk=browser.pk).update(last_ok_at=now())
        return outbox.finish(row)
    if status in GONE:
        browser.delete()
    passes = status == 429 or status >= 500
    outbox.fail(row, f"the push service says {status}", final=not passes)
    return False


def _pushed(browser: Browser, message: bytes) -> int:
    headers = {
        "Authorization": authorization(browser.endpoint, settings.BASE_URL),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": f"{KEPT_SECONDS}",
        "Urgency": "high",
    }
    body = encrypted(message, browser.public_key, browser.secret)
    return fetch("POST", browser.endpoint, headers=headers, content=body).status


def message_of(notice: Notice) -> bytes:
    """What the service worker shows, in the person's language."""
    with translation.override(notice.staff.language):
        told = {
            "title": subject_of(notice),
            "url": acknowledge_link(notice) if notice.alert else link_of(notice),
            "tag": f"alert-{notice.alert_id}" if notice.alert_id else f"notice-{notice.pk}",
        }
    return json.dumps(told, ensure_ascii=False).encode()
