"""Settings pages, REST and the command line of the telephone."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from barrymore.cli.main import main
from barrymore.journal.moment import now
from barrymore.organisation.models import AuditEntry, Role, Staff
from barrymore.organisation.secrets import unseal
from barrymore.routing.models import Queue
from barrymore.telephony import calls
from barrymore.telephony.hearing import Caller
from barrymore.telephony.models import Extension, Node, Number, Trunk
from tests.conftest import hire

pytestmark = pytest.mark.django_db
NODE = {
    "name": "main", "host": "127.0.0.1", "ami_port": 5038, "http_port": 8088, "sip_address": "192.0.2.10",
    "sip_port": 5060, "public_address": "", "local_networks": "10.0.0.0/8", "rtp_start": 20000,
    "rtp_end": 20999, "is_active": "on",
}  # fmt: skip
LINE = {
    "name": "carrier", "host": "sip.carrier.example", "port": 5060, "addresses": "", "username": "4711",
    "new_secret": "s;cret", "registers": "on", "silence_seconds": 60, "is_active": "on",
}  # fmt: skip


@pytest.fixture
def page(client: Client, dora: Staff) -> Client:
    client.force_login(dora)
    return client


def test_a_node_is_entered_and_has_its_password(page: Client) -> None:
    assert page.post("/settings/telephone/asterisk/new/", NODE).status_code == 302
    node = Node.objects.get()
    assert node.name == "main" and len(unseal(node.secret)) > 20
    secret = node.secret
    page.post(f"/settings/telephone/asterisk/{node.pk}/", {**NODE, "sip_port": 5070})
    node.refresh_from_db()
    assert (node.sip_port, node.secret) == (5070, secret)
    assert AuditEntry.objects.filter(action="node.changed").count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host", "127.0.0.1\n[evil]"),
        ("host", "a b"),
        ("sip_address", "x;y"),
        ("local_networks", "10.0.0.0/8;x"),
        ("local_networks", "everything"),
        ("name", "a]b"),
        ("rtp_end", "20001"),
    ],
)
def test_what_cannot_stand_in_a_configuration_is_refused(page: Client, field: str, value: str) -> None:
    answer = page.post("/settings/telephone/asterisk/new/", {**NODE, field: value})
    assert answer.status_code == 200 and "field-error" in answer.content.decode()
    assert not Node.objects.exists()


def test_a_line_keeps_its_password_sealed(page: Client, node: Node) -> None:
    assert page.post("/settings/telephone/lines/new/", {**LINE, "node": node.pk}).status_code == 302
    trunk = Trunk.objects.get()
    assert "s;cret" not in trunk.secret and unseal(trunk.secret) == "s;cret"
    page.post(f"/settings/telephone/lines/{trunk.pk}/", {**LINE, "node": node.pk, "new_secret": ""})
    trunk.refresh_from_db()
    assert unseal(trunk.secret) == "s;cret"
    assert "s;cret" not in page.get(f"/settings/telephone/lines/{trunk.pk}/").content.decode()
    answer = page.post("/settings/telephone/lines/new/", {**LINE, "node": node.pk, "new_secret": "a\\b"})
    assert answer.status_code == 200 and Trunk.objects.count() == 1


def test_a_hundred_numbers_at_once_or_none(page: Client, queue: Queue) -> None:
    lines = "\n".join(f"+370520{n:05}" for n in range(100))
    told = {"numbers": lines, "queue": queue.pk, "ring_seconds": 20}
    assert page.post("/settings/telephone/numbers/new/", told).status_code == 302
    assert Number.objects.filter(queue=queue, ring_seconds=20).count() == 100
    page.post("/settings/telephone/numbers/new/", told)
    assert Number.objects.count() == 100
    answer = page.post("/settings/telephone/numbers/new/", {**told, "numbers": "+37052099999\n12 what"})
    assert "12 what" in answer.content.decode() and Number.objects.count() == 100
    answer = page.post(
        "/settings/telephone/numbers/new/", {**told, "numbers": "+37052099999", "ring_seconds": 1}
    )
    assert answer.status_code == 200 and Number.objects.count() == 100
    assert page.get("/settings/telephone/numbers/").content.decode().count("settings-row") == 100


def test_the_password_of_a_telephone_is_shown_once(
    page: Client, node: Node, amina: Staff, sam: Staff
) -> None:
    told = {"staff": amina.pk, "kind": "sip", "number": ""}
    answer = page.post("/settings/telephone/telephones/new/", told)
    made = Extension.objects.get()
    secret = unseal(made.secret)
    assert secret in answer.content.decode() and made.number == "201" and made.username.startswith("201-")
    assert secret not in page.get(f"/settings/telephone/telephones/{made.pk}/").content.decode()
    answer = page.post("/settings/telephone/telephones/new/", {**told, "staff": sam.pk, "number": "201"})
    assert "201 is the extension of somebody else." in answer.content.decode()
    page.post("/settings/telephone/telephones/new/", {**told, "kind": "browser"})
    assert set(Extension.objects.values_list("number", flat=True)) == {"201"}
    answer = page.post(f"/settings/telephone/telephones/{made.pk}/password/")
    made.refresh_from_db()
    assert unseal(made.secret) != secret and unseal(made.secret) in answer.content.decode()
    page.post(f"/settings/telephone/telephones/{made.pk}/switch/")
    made.refresh_from_db()
    assert not made.is_active


def test_rest_tells_the_calls_of_the_queues_that_one_sees(
    client: Client, node: Node, number: Number, amina: Staff, token: Callable[..., dict[str, str]]
) -> None:
    for place in range(3):
        calls.arrive(node, Caller(f"1.{place}", "PJSIP/trunk-1-1", number.pk, "+37061234567", at=now()))
    headers = token(amina, "conversations.read")
    told = client.get("/api/v1/calls?limit=2", **headers).json()  # type: ignore[arg-type]
    assert [one["state"] for one in told["items"]] == ["queued", "queued"] and told["next"]
    rest = client.get(f"/api/v1/calls?before={told['next']}", **headers).json()  # type: ignore[arg-type]
    assert len(rest["items"]) == 1 and rest["next"] is None
    assert rest["items"][0]["caller"] == "+37061234567"
    stranger = hire("noor@mill.example", "Noor", Role.AGENT)
    other = client.get("/api/v1/calls", **token(stranger, "conversations.read")).json()  # type: ignore[arg-type]
    assert other == {"items": [], "next": None}
    calls.end(rest["items"][0]["id"])
    assert len(client.get("/api/v1/calls?live=1", **headers).json()["items"]) == 2  # type: ignore[arg-type]


def test_from_the_command_line_to_a_configuration(
    queue: Queue, amina: Staff, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["telephony", "node", "main"]) == 0
    assert main(["telephony", "trunk", "main", "carrier", "203.0.113.5"]) == 0
    assert main(["telephony", "number", "+37052000001", "+37052000002", "--queue", "Guests"]) == 0
    assert main(["telephony", "extension", "amina@mill.example"]) == 0
    told = capsys.readouterr().out
    assert unseal(Extension.objects.get().secret) in told
    folder = tmp_path / "etc"
    assert main(["telephony", "config", "main", str(folder), "--seen-as", "/etc/barrymore"]) == 0
    assert "directory => /etc/barrymore/music" in (folder / "musiconhold.conf").read_text()
    assert (folder / "extensions.conf").read_text().count("q") >= 4
    assert main(["telephony", "calls", "--json"]) == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["node", "a b"], "letters"),
        (["trunk", "nowhere", "x", "y"], "matching"),
        (["number", "61234567"], "country code"),
        (["number", "+37052000001", "--queue", "Nobody's"], "matching"),
        (["extension", "nobody@mill.example"], "matching"),
        (["config", "nowhere", "/nonexistent"], "matching"),
        (["run"], "serve"),
    ],
)
def test_what_is_wrong_is_said(
    queue: Queue,
    words: list[str],
    why: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "TASKS_EMBEDDED", True)
    assert main(["telephony", *words]) == 2
    assert why in capsys.readouterr().err


def test_the_doctor_without_a_telephone_has_nothing_to_mend(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "telephony"]) == 0
    assert capsys.readouterr().out == "ok    telephony: no telephone is connected\n"


def test_the_doctor_says_what_is_wrong(
    node: Node,
    number: Number,
    amina: Staff,
    phone_of: Callable[..., Extension],
    capsys: pytest.CaptureFixture[str],
) -> None:
    phone_of(amina)
    Queue.objects.get().members.clear()
    assert main(["doctor", "telephony", "--json"]) == 1
    found = {one["name"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert found["main manager"]["state"] == "bad" and "config" in found["main manager"]["advice"]
    assert found["numbers"]["state"] == "warn" and "Guests" in found["numbers"]["detail"]
    assert found["telephones"]["detail"] == "0 of 1 can be rung"
