"""Settings, Import: teaches while empty, checks, shows progress, runs, undoes."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from barrymore.channels.imports.models import Import
from barrymore.conversations.models import Conversation
from barrymore.organisation.models import Staff
from barrymore.routing.models import Queue
from tests.channels.exports import bring, check, ticket, upload, work, zendesk
from tests.desk.builders import signed_in

pytestmark = pytest.mark.django_db
LIST = "/settings/import/"


@pytest.fixture
def boss(dora: Staff, queue: Queue) -> Client:
    return signed_in(dora)


def send(client: Client, **fields: object) -> object:
    file = SimpleUploadedFile("tickets.json", zendesk(ticket()) + b"\n{broken")
    wished = {"kind": "zendesk", "file": file, "open": "queue", "own": "", "days": "30", **fields}
    return client.post(LIST, wished, follow=True)


def test_an_empty_page_teaches(boss: Client) -> None:
    page = boss.get(LIST).content.decode()
    assert all(word in page for word in ("Thunderbird", "Admin Center", "Chatwoot", "Nothing is written yet"))


def test_upload_look_import_undo(boss: Client) -> None:
    page = send(boss).content.decode()
    assert "every 1s" in page and "<progress" in page
    work()
    job = Import.objects.get()
    page = boss.get(f"{LIST}{job.pk}/").content.decode()
    assert "1 conversation, 3 messages, 1 customer." in page
    assert "1 row cannot be read." in page
    assert "tickets.json, line 4" in page and "every 1s" not in page
    assert not Conversation.objects.exists()
    boss.post(f"{LIST}{job.pk}/run/")
    work()
    page = boss.get(f"{LIST}{job.pk}/").content.decode()
    assert "Brought: 1 conversation, 3 messages, 1 new customer." in page
    assert "Undo the import" in page
    boss.post(f"{LIST}{job.pk}/undo/")
    work()
    assert "Removed: 1 conversation, 1 customer." in boss.get(f"{LIST}{job.pk}/").content.decode()
    assert not Conversation.objects.exists()


def test_what_stays_is_named_with_its_address(boss: Client, dora: Staff, amina: Staff) -> None:
    job = bring(dora, "zendesk", zendesk(ticket(status="open")))
    Conversation.objects.update(owner=amina)
    boss.post(f"{LIST}{job.pk}/undo/")
    work()
    page = boss.get(f"{LIST}{job.pk}/").content.decode()
    assert "1 conversation stays" in page
    assert f'/desk/{Conversation.objects.get().pk}/">No hot water' in page


def test_an_unreadable_file_says_why_and_what_to_do(boss: Client, dora: Staff) -> None:
    job = check(dora, "mbox", b"no mails here")
    page = boss.get(f"{LIST}{job.pk}/").content.decode()
    assert "no mbox file" in page and "Upload another file" in page


def test_a_wrong_wish_stands_beside_the_form(boss: Client) -> None:
    assert "Name your own addresses" in send(boss, kind="mbox").content.decode()
    assert not Import.objects.exists()


def test_what_cannot_be_done_now_is_told(boss: Client, dora: Staff) -> None:
    job = upload(dora, "zendesk", zendesk(ticket()))
    page = boss.post(f"{LIST}{job.pk}/run/", follow=True).content.decode()
    assert "Only what has been checked can run." in page
    assert boss.post(f"{LIST}{job.pk}/dance/").status_code == 404


def test_errors_are_downloaded(boss: Client, dora: Staff) -> None:
    job = check(dora, "zendesk", zendesk(ticket()) + b"\n{broken")
    answer = boss.get(f"{LIST}{job.pk}/errors.csv")
    assert b"line 4" in b"".join(answer.streaming_content)


def test_the_list_tells_each_import_in_a_line(boss: Client, dora: Staff) -> None:
    bring(dora, "zendesk", zendesk(ticket()))
    page = boss.get(LIST).content.decode()
    assert "Brought: 1 conversation" in page and "done" in page


def test_who_does_not_manage_settings_may_not(dora: Staff, sam: Staff, queue: Queue) -> None:
    job = check(dora, "zendesk", zendesk(ticket()))
    client = signed_in(sam)
    for path in (LIST, f"{LIST}{job.pk}/", f"{LIST}{job.pk}/errors.csv"):
        assert client.get(path).status_code == 403
    assert client.post(f"{LIST}{job.pk}/run/").status_code == 403
    assert Import.objects.get().state == "ready"


def test_the_thread_and_the_card_show_where_it_came_from(boss: Client, dora: Staff) -> None:
    bring(dora, "zendesk", zendesk(ticket()))
    page = boss.get(f"/desk/{Conversation.objects.get().pk}/").content.decode()
    assert "Imported from Zendesk" in page and "The boiler is mended." in page
