"""REST of the imports: upload, look, run, cancel, undo, errors; who may, and what is refused."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from barrymore.channels.imports import keeping
from barrymore.channels.imports.models import Import, ImportFault
from barrymore.conversations.models import Conversation
from barrymore.organisation.models import Staff
from barrymore.routing.models import Queue
from tests.channels.exports import check, ticket, work, zendesk

pytestmark = pytest.mark.django_db
Headers = Callable[..., dict[str, str]]
MANAGE = "settings.manage"
BROKEN = b'\n{"id": 7, "subject'


def post(client: Client, headers: dict[str, str], data: bytes = b"", **fields: Any) -> Any:
    file = SimpleUploadedFile("tickets.json", data or zendesk(ticket()) + BROKEN)
    return client.post("/api/v1/imports", {"kind": "zendesk", "file": file, **fields}, **headers)


def uploads() -> list[Path]:
    return [path for path in (Path(settings.MEDIA_ROOT) / "imports").rglob("upload") if path.is_file()]


def test_from_upload_to_undo(client: Client, dora: Staff, queue: Queue, token: Headers) -> None:
    headers = token(dora, MANAGE)
    made = post(client, headers).json()
    assert (made["state"], made["file"], made["kind"]) == ("checking", "tickets.json", "zendesk")
    work()
    path = f"/api/v1/imports/{made['id']}"
    seen = client.get(path, **headers).json()
    assert (seen["state"], seen["counts"]["conversations"], seen["counts"]["faults"]) == ("ready", 1, 1)
    assert seen["errors"][0]["row"] == "tickets.json, line 4"
    assert client.post(f"{path}/run", **headers).json()["state"] == "running"
    work()
    assert client.get(path, **headers).json()["counts"]["made_messages"] == 3
    assert Conversation.objects.count() == 1
    assert client.post(f"{path}/undo", **headers).json()["state"] == "undoing"
    work()
    assert client.get(path, **headers).json()["state"] == "undone"
    assert not Conversation.objects.exists()


def test_the_list_pages(client: Client, dora: Staff, queue: Queue, token: Headers) -> None:
    for number in range(52):
        Import.objects.create(
            kind="mbox", name=f"{number}", size=1, state="undone", created_at="2026-01-01T00:00Z"
        )
    headers = token(dora, MANAGE)
    first = client.get("/api/v1/imports", **headers).json()
    rest = client.get("/api/v1/imports", {"cursor": first["next"]}, **headers).json()
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [50, 2, None]


def test_errors_are_a_csv_that_no_spreadsheet_runs(
    client: Client, dora: Staff, queue: Queue, token: Headers
) -> None:
    job = check(dora, "zendesk", zendesk(ticket()))
    ImportFault.objects.create(job=job, row="=cmd|' /C calc'!A0", what="@SUM(1)", what_to_do="-1")
    answer = client.get(f"/api/v1/imports/{job.pk}/errors", **token(dora, MANAGE))
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert rows == [{"row": "'=cmd|' /C calc'!A0", "what": "'@SUM(1)", "what_to_do": "'-1", "kept": "no"}]


def test_an_idempotency_key_makes_one_import_of_two_uploads(
    client: Client, dora: Staff, queue: Queue, token: Headers
) -> None:
    headers = {**token(dora, MANAGE), "HTTP_IDEMPOTENCY_KEY": "once"}
    answers = [post(client, headers).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert (Import.objects.count(), len(uploads())) == (1, 1)
    assert post(client, headers, zendesk(ticket(2))).status_code == 422
    assert len(uploads()) == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"kind": "mbox"}, "Name your own addresses"),
        ({"kind": "mbox", "own_addresses": "desk"}, "no mail address"),
        ({"queue": 99}, "no such queue"),
        ({"days": 400}, "Days"),
        ({"kind": "excel"}, ""),
    ],
)
def test_a_wrong_wish_is_refused_and_leaves_nothing(
    client: Client, dora: Staff, queue: Queue, token: Headers, fields: dict[str, Any], says: str
) -> None:
    answer = post(client, token(dora, MANAGE), **fields)
    assert answer.status_code == 422
    assert says in str(answer.json())
    assert (Import.objects.count(), uploads()) == (0, [])


def test_too_large_is_refused_and_leaves_nothing(
    client: Client, dora: Staff, queue: Queue, token: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LARGEST_UPLOAD", 100)
    answer = post(client, token(dora, MANAGE))
    assert (answer.status_code, uploads()) == (422, [])
    assert "At most" in answer.json()["detail"]


@pytest.mark.parametrize("verb", ["run", "undo"])
def test_what_cannot_be_done_now_says_so(
    client: Client, dora: Staff, queue: Queue, token: Headers, verb: str
) -> None:
    made = post(client, token(dora, MANAGE)).json()
    answer = client.post(f"/api/v1/imports/{made['id']}/{verb}", **token(dora, MANAGE))
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert Import.objects.get().state == "checking"


def test_cancel_before_anything_has_come(client: Client, dora: Staff, queue: Queue, token: Headers) -> None:
    headers = token(dora, MANAGE)
    made = post(client, headers).json()
    assert client.post(f"/api/v1/imports/{made['id']}/cancel", **headers).json()["state"] == "cancelled"
    work()
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""),
        ("post", ""),
        ("get", "/{}"),
        ("get", "/{}/errors"),
        ("post", "/{}/run"),
        ("post", "/{}/cancel"),
        ("post", "/{}/undo"),
    ],
)
def test_only_who_manages_settings_may(
    client: Client, dora: Staff, sam: Staff, queue: Queue, token: Headers, method: str, path: str
) -> None:
    job = check(dora, "zendesk", zendesk(ticket()))
    url = f"/api/v1/imports{path.format(job.pk)}"
    more = {"kind": "zendesk", "file": SimpleUploadedFile("x.json", b"{}")} if method == "post" else {}
    for headers in (token(sam, MANAGE), token(dora, "contacts.write")):
        assert getattr(client, method)(url, more, **headers).status_code == 403
    assert client.get(url).status_code in {401, 405}
    job.refresh_from_db()
    assert (Import.objects.count(), job.state) == (1, "ready")


def test_an_unknown_one_is_not_found(client: Client, dora: Staff, token: Headers) -> None:
    assert client.get("/api/v1/imports/9", **token(dora, MANAGE)).status_code == 404
    assert client.post("/api/v1/imports/9/cancel", **token(dora, MANAGE)).status_code == 404
