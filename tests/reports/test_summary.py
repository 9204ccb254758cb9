"""The summary: the same sentences on the page, in the PDF and in the mail; ordered by oneself, sent once."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import gettext, override
from pypdf import PdfReader

from barrymore.delivery.models import OutboxRow
from barrymore.figures.scope import Period
from barrymore.journal.moment import at_moment, now
from barrymore.journal.services import record
from barrymore.organisation.access import Actor
from barrymore.organisation.models import AuditEntry, Company, Role, Site, Staff
from barrymore.reports.mailing import NoMail, order, owe_due, send_due
from barrymore.reports.models import Subscription
from barrymore.reports.pdf import pdf_of
from barrymore.reports.summary import last_whole, summary_of
from tests.channels.devices import stand
from tests.conftest import hire
from tests.figures.answering import play
from tests.figures.following import tally_all
from tests.mailserver.smtp import Letterbox, started
from tests.ports import free_port

# Committed, because a reader that follows the journal stops below whatever still runs.
pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # seven in Vilnius
WEEK = Period(date(2026, 11, 16), date(2026, 11, 22), "Europe/Vilnius")


@pytest.fixture
def letterbox(settings: Any) -> Iterator[Letterbox]:
    port, box = free_port(), Letterbox()
    server = started(box, port)
    settings.SMTP_URL = f"smtp+plain://desk%40mill.example@127.0.0.1:{port}"
    yield box
    server.stop()


@pytest.fixture
def told(site: Site) -> Site:
    """A week with forty served a day at one point, and a point at which nobody was asked anything."""
    desk = stand(site, "Reception <b>")
    for day in range(16, 23):
        play(desk, datetime(2026, 11, day, 9, tzinfo=UTC), served=40, good=20, bad=4)
    stand(site, "Sauna")
    tally_all()
    return site


def text_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\n", " ")


def ordered(staff: Staff, site: Site | None = None, every: str = "week") -> None:
    with at_moment(MONDAY - timedelta(days=2)):
        order(Actor(staff), site, every)


def test_calls_are_told_where_there_is_a_telephone(client: Client, sam: Staff, token: Any) -> None:
    refs: Any = {"conversation_ref": 1}
    record("call.queued", "call:1:queued", **refs)
    record("call.answered", "call:1:answered", values={"wait_seconds": 4}, **refs)
    told = client.get("/api/v1/reports/summary", **token(sam, "figures.read")).json()
    said = {one["name"]: one["sentence"] for one in told["contacts"]}
    assert said["Calls answered in time"].startswith("Of 1 call, 1 was answered within 20 s, 0 later")


def test_page_pdf_and_rest_say_the_same(client: Client, sam: Staff, told: Site, token: Any) -> None:
    client.force_login(sam)
    query = {"since": "2026-11-16", "until": "2026-11-22"}
    sentence = "Of 280 customers served, 140 said good, 28 bad, 112 did not say."
    page = client.get("/reports/summary/", query).content.decode()
    assert sentence in page
    assert "Reception &lt;b&gt;" in page and "Sauna" not in page
    answer = client.get("/reports/summary.pdf", query)
    assert answer["Content-Type"] == "application/pdf"
    assert sentence in text_of(answer.content)
    assert "Reception <b>" in text_of(answer.content)
    by_rest = client.get("/api/v1/reports/summary", query, **token(sam, "figures.read")).json()
    assert by_rest["points"][0]["sentence"].startswith(sentence)
    assert [one["name"] for one in by_rest["contacts"]] == [
        "What customers said", "Average speed of answer", "Contacts by channel and hour",
        "Promises kept and why broken",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["ru", "it", "lt", "et", "de", "fr", "bg"])
def test_the_letters_of_every_language_are_in_the_file(told: Site, language: str) -> None:
    Company.objects.update(name="Halden ąčęėįšųūž Ёлка Ъгъл")
    with override(language):
        text, title = text_of(pdf_of(summary_of(None, WEEK))), gettext("Quality at the points")
    assert "Halden ąčęėįšųūž Ёлка Ъгъл" in text
    assert title != "Quality at the points"
    assert title in text


def test_many_points_run_over_pages_with_numbers(site: Site) -> None:
    for n in range(40):
        play(stand(site, f"Desk {n}"), datetime(2026, 11, 17, 9, tzinfo=UTC), served=10, good=3, bad=1)
    tally_all()
    reader = PdfReader(io.BytesIO(pdf_of(summary_of(site, WEEK))))
    assert len(reader.pages) > 3
    assert all(str(n + 1) in page.extract_text() for n, page in enumerate(reader.pages))
    assert reader.metadata is not None and "Old Mill" in str(reader.metadata.title)


@pytest.mark.parametrize(
    ("every", "on", "period"),
    [
        ("week", date(2026, 11, 23), ("2026-11-16", "2026-11-22")),
        ("week", date(2026, 11, 29), ("2026-11-16", "2026-11-22")),
        ("month", date(2026, 3, 1), ("2026-02-01", "2026-02-28")),
        ("month", date(2026, 1, 31), ("2025-12-01", "2025-12-31")),
    ],
)
def test_a_period_is_whole(site: Site, every: str, on: date, period: tuple[str, str]) -> None:
    made = last_whole(every, site.pk, on).as_dict()
    assert (made["from"], made["to"]) == period


def test_it_is_sent_once_after_the_week_with_its_file(told: Site, sam: Staff, letterbox: Letterbox) -> None:
    ordered(sam, told)
    with at_moment(MONDAY - timedelta(minutes=1)):
        assert owe_due() == 0
    with at_moment(MONDAY):
        assert owe_due() == 1
        assert owe_due() == 0
        assert send_due() == 1
        assert send_due() == 0
    (mail,) = letterbox.mails
    assert letterbox.envelopes == [("<>", [sam.email])]  # nothing can bounce in a circle
    assert "Of 280 customers served" in mail.get_body(("plain",)).get_content().replace("\n", " ")
    (file,) = mail.iter_attachments()
    assert file.get_filename() == "summary-2026-11-22.pdf"
    assert "Of 280 customers served" in text_of(file.get_content())
    assert Subscription.objects.get().next_at == MONDAY + timedelta(days=7)


def test_a_refusal_is_tried_again_as_the_same_mail(told: Site, sam: Staff, letterbox: Letterbox) -> None:
    ordered(sam)
    letterbox.answers.append("451 later")
    with at_moment(MONDAY):
        owe_due()
        assert send_due() == 0
    with at_moment(MONDAY + timedelta(minutes=5)):
        assert send_due() == 1
    assert OutboxRow.objects.get().state == OutboxRow.State.SENT
    assert len({mail["Message-ID"] for mail in letterbox.mails}) == 1


def test_after_a_long_absence_one_mail_tells_the_period_that_was_due(
    told: Site, sam: Staff, letterbox: Letterbox
) -> None:
    ordered(sam, told)
    with at_moment(MONDAY + timedelta(days=16)):
        assert owe_due() == 1
        assert owe_due() == 0
    assert OutboxRow.objects.get().payload["to"] == "2026-11-22"
    assert Subscription.objects.get().next_at == MONDAY + timedelta(days=21)


def test_who_may_not_read_figures_any_more_is_sent_nothing(told: Site, letterbox: Letterbox) -> None:
    lee, kim = hire("lee@mill.example", "Lee", Role.OWNER), hire("kim@mill.example", "Kim", Role.OWNER)
    ordered(lee)
    ordered(kim)
    Staff.objects.filter(pk=lee.pk).update(role=Role.DEVELOPER, is_active=False)
    with at_moment(MONDAY):
        assert owe_due() == 1
    assert not Subscription.objects.filter(staff=lee).exists()
    assert AuditEntry.objects.filter(action="summary.ended").exists()


def test_ordering_twice_changes_and_empty_ends_it(
    client: Client, sam: Staff, site: Site, letterbox: Letterbox
) -> None:
    client.force_login(sam)
    for every in ("week", "month"):
        assert client.post("/reports/summary/", {"every": every, "site": site.pk}).status_code == 302
    assert Subscription.objects.get().every == "month"
    assert "on the first of each month" in client.get("/reports/summary/", {"site": site.pk}).content.decode()
    client.post("/reports/summary/", {"every": "", "site": site.pk})
    assert not Subscription.objects.exists()


def test_what_cannot_be_is_said(client: Client, sam: Staff, site: Site, settings: Any) -> None:
    settings.SMTP_URL = ""
    client.force_login(sam)
    page = client.post("/reports/summary/", {"every": "week"}, follow=True).content.decode()
    assert "BARRYMORE_SMTP" in page
    with pytest.raises(NoMail):
        order(Actor(sam), None, "week")
    settings.SMTP_URL = "smtp+plain://127.0.0.1:1"
    assert client.post("/reports/summary/", {"every": "hourly"}).status_code == 422
    assert client.post("/reports/summary/", {"every": "week", "site": "999"}).status_code == 404
    for wrong in ({"since": "yesterday"}, {"since": "2026-11-22", "until": "2026-11-01"}):
        assert client.get("/reports/summary.pdf", wrong).status_code == 400
        assert client.get("/reports/summary/", wrong).status_code == 400
    assert not Subscription.objects.exists()


def test_the_statements_do_not_grow_with_points(
    client: Client, sam: Staff, site: Site, django_assert_max_num_queries: Any
) -> None:
    client.force_login(sam)
    for n in range(20):
        play(stand(site, f"Desk {n}"), now() - timedelta(days=1), served=10, good=3, bad=1)
    tally_all()
    with django_assert_max_num_queries(40):
        assert client.get("/reports/summary/").status_code == 200
