"""Push messages are readable for one browser alone, say who sends them, and dead browsers are forgotten."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client

from barrymore.alerts.browsers import MOST_BROWSERS, BadSubscription, add_browser
from barrymore.alerts.encryption import (
    MOST_BYTES,
    authorization,
    decoded,
    encoded,
    encrypted,
    own_key,
    own_public_key,
)
from barrymore.alerts.models import Browser, Notice
from barrymore.alerts.services import send_due_pushes
from barrymore.delivery.models import OutboxRow
from barrymore.organisation.models import Site, Staff
from tests.alerts.pushing import PushService, Receiver, push_service
from tests.alerts.reds import button, red_alert

# RFC 8291, section 5 and appendix A.
UA_PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
AS_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
MESSAGE = b"When I grow up, I want to be a watermelon"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
    "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_standard_comes_out_bit_for_bit() -> None:
    sender = ec.derive_private_key(int.from_bytes(decoded(AS_PRIVATE), "big"), ec.SECP256R1())
    assert encoded(encrypted(MESSAGE, UA_PUBLIC, AUTH, sender=sender, salt=decoded(SALT))) == SEALED


def test_each_message_has_its_own_key_and_salt() -> None:
    receiver = Receiver()
    first, second = (encrypted(MESSAGE, receiver.p256dh, encoded(receiver.auth)) for _ in range(2))
    assert first != second
    assert receiver.read(first) == receiver.read(second) == MESSAGE
    with pytest.raises(ValueError, match="too long"):
        encrypted(b"x" * (MOST_BYTES + 1), receiver.p256dh, encoded(receiver.auth))


def test_the_push_service_can_tell_who_sends() -> None:
    header = authorization("https://push.example:8443/abc", "https://house.example")
    token, key = header.removeprefix("vapid t=").split(", k=")
    head, body, signature = token.split(".")
    claims = json.loads(urlsafe_b64decode(body + "=="))
    assert (claims["aud"], claims["sub"]) == ("https://push.example:8443", "https://house.example")
    assert key == own_public_key() and len(decoded(key)) == 65
    raw = decoded(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    own_key().public_key().verify(der, f"{head}.{body}".encode(), ec.ECDSA(SHA256()))


@pytest.fixture
def service(settings: Any) -> Iterator[PushService]:
    """A push service on loopback, which only this test lets through."""
    with push_service() as found:
        settings.OUTBOUND_ALLOWED = [found.url.removeprefix("http://")]
        yield found


@pytest.fixture
def receiver(service: PushService, sam: Staff) -> Receiver:
    """Sam's browser."""
    made = Receiver()
    add_browser(sam, f"{service.url}/one", made.p256dh, encoded(made.auth), "Chrome, Linux")
    return made


def test_a_red_press_is_pushed_to_the_supervisor_once(
    site: Site, service: PushService, receiver: Receiver
) -> None:
    red_alert(button(site))
    assert send_due_pushes() == 1
    assert send_due_pushes() == 0
    ((path, headers, body),) = service.taken
    assert (path, headers["content-encoding"], headers["urgency"]) == ("/one", "aes128gcm", "high")
    assert int(headers["ttl"]) > 0 and headers["authorization"].startswith("vapid t=")
    told = json.loads(receiver.read(body))
    assert told["title"].startswith("Red at Reception, Lobby, Old Mill, ")
    assert told["url"].startswith("http://localhost:8000/a/")
    assert b"Reception" not in body
    assert Browser.objects.get().last_ok_at is not None


@pytest.mark.parametrize("status", [404, 410])
def test_a_dead_browser_is_forgotten(
    site: Site, service: PushService, receiver: Receiver, status: int
) -> None:
    service.answers = [status]
    red_alert(button(site))
    assert send_due_pushes() == 0
    assert not Browser.objects.exists()
    assert OutboxRow.objects.get(kind="notice_push").state == "dead"
    assert Notice.objects.count() == 1


def test_a_service_that_is_busy_is_tried_again(site: Site, service: PushService, receiver: Receiver) -> None:
    service.answers = [503]
    red_alert(button(site))
    assert send_due_pushes() == 0
    row = OutboxRow.objects.get(kind="notice_push")
    assert (row.state, row.attempts, Browser.objects.count()) == ("waiting", 1, 1)
    OutboxRow.objects.update(next_attempt_at=row.created_at)
    assert send_due_pushes() == 1


def test_a_browser_cannot_lead_into_the_house(site: Site, sam: Staff) -> None:
    made = Receiver()
    add_browser(sam, "https://127.0.0.1/inside", made.p256dh, encoded(made.auth), "")
    red_alert(button(site))
    assert send_due_pushes() == 0
    row = OutboxRow.objects.get(kind="notice_push")
    assert row.state == "dead" and "private address" in row.last_error


def test_nonsense_is_no_subscription(sam: Staff) -> None:
    made = Receiver()
    good = ["https://push.example/1", made.p256dh, encoded(made.auth), ""]
    for place, wrong in ((0, "http://push.example/1"), (0, "nowhere"), (1, "AAAA"), (2, "A"), (1, "ä")):
        said = [*good]
        said[place] = wrong
        with pytest.raises(BadSubscription):
            add_browser(sam, *said)
    assert not Browser.objects.exists()


def test_the_newest_ten_browsers_are_kept_and_one_browser_is_one_persons(sam: Staff, dora: Staff) -> None:
    made = Receiver()
    for number in range(MOST_BROWSERS + 2):
        add_browser(sam, f"https://push.example/{number}", made.p256dh, encoded(made.auth), "")
    assert Browser.objects.filter(staff=sam).count() == MOST_BROWSERS
    add_browser(dora, "https://push.example/11", made.p256dh, encoded(made.auth), "")
    assert Browser.objects.get(endpoint="https://push.example/11").staff == dora


def test_the_page_adds_and_removes_only_ones_own(sam: Staff, dora: Staff, client: Client) -> None:
    made = Receiver()
    told = {"endpoint": "https://push.example/1", "p256dh": made.p256dh, "auth": encoded(made.auth)}
    client.force_login(sam)
    assert client.post("/me/browsers/", told).status_code == 201
    assert client.post("/me/browsers/", {**told, "auth": "x"}).status_code == 422
    browser = Browser.objects.get()
    assert own_public_key() in client.get("/me/reach/").content.decode()
    client.force_login(dora)
    assert client.post(f"/me/browsers/{browser.pk}/remove/").status_code == 404
    client.force_login(sam)
    assert client.post(f"/me/browsers/{browser.pk}/remove/").status_code == 302
    assert not Browser.objects.exists()


def test_the_worker_is_served_at_the_root(client: Client) -> None:
    answer = client.get("/push-worker.js")
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/javascript")
    assert b"showNotification" in answer.content


pytestmark = pytest.mark.django_db
