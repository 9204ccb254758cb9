"""CSV, workbook and REST carry the same numbers; texts are never run; who may not see is told nothing."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.test import Client
from openpyxl import load_workbook

from barrymore.conversations.models import Conversation
from barrymore.conversations.services import Said
from barrymore.handling import services as handling
from barrymore.journal.moment import now
from barrymore.organisation.models import Role, Site, Staff
from barrymore.reports.library import REPORTS
from barrymore.reports.selectors import Shown, shown, wanted_of
from barrymore.reports.tables import COLUMNS, csv_of, rows_of
from barrymore.reports.workbook import workbook_of
from barrymore.routing import services as routing
from barrymore.routing.models import Queue
from barrymore.sla.models import Clock, Policy
from tests.conftest import hire

pytestmark = pytest.mark.django_db
Arrive = Callable[..., Conversation]
NAMES = sorted(REPORTS)


@pytest.fixture
def worked(arrive: Arrive, amina: Staff, promise: Policy) -> Conversation:
    """Two guests wrote: one was answered in time, one too late by a person who had taken it."""
    kept, broken = arrive(address="a@guests.example"), arrive(address="b@guests.example", subject="Cold room")
    Clock.objects.filter(conversation=broken, kind="first_response").update(breached_at=now())
    routing.take(broken, amina)
    for conversation in (kept, broken):
        handling.answer(conversation, amina, Said(text="Done."))
    return broken


def made(name: str, **query: str) -> Shown:
    return shown(REPORTS[name], wanted_of(query, REPORTS[name]))


def book(name: str) -> dict[str, list[list[object]]]:
    sheets = load_workbook(workbook_of(made(name)))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in sheets}


@pytest.mark.parametrize("name", NAMES)
def test_the_workbook_says_what_the_csv_says(worked: Conversation, name: str) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_of(made(name)))))
    figures = book(name)["figures"]
    assert figures[0] == COLUMNS
    assert len(figures) == len(rows) + 1
    for told, row in zip(figures[1:], rows, strict=True):
        named = dict(zip(COLUMNS, told, strict=True))
        assert str(named["served"]) == row["served"]
        assert (named["estimate"] is None) == (row["estimate"] == "")
        assert named["inputs_hash"] == row["inputs_hash"]


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_numbers_and_dates_are_dates(worked: Conversation, name: str) -> None:
    whole = dict(zip(COLUMNS, book(name)["figures"][1], strict=True))
    assert isinstance(whole["served"], int)
    assert isinstance(whole["as_of"], datetime)
    assert isinstance(whole["period_from"], date)


def test_the_second_sheet_says_what_was_counted(worked: Conversation) -> None:
    told = {row[0]: row[1] for row in book("promises")["definition"]}
    assert told["metric"] == "promises_kept"
    assert told["definition_version"] == 1
    assert str(told["definition"]).startswith("Of the promises that ended")
    assert len(str(told["inputs_hash"])) == 32
    assert told["timezone"] == "Europe/Vilnius"


def test_contacts_bring_their_hours_and_promises_their_causes(worked: Conversation) -> None:
    hours = book("contacts")["hours"]
    assert len(hours) == 1 + 7 * 24
    assert sum(int(str(row[2])) for row in hours[1:]) == 2
    causes = {row[0]: row[2] for row in book("promises")["causes"][1:]}
    assert sum(int(str(n)) for n in causes.values()) == 1


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_of_a_workbook_is_run(worked: Conversation, start: str) -> None:
    Queue.objects.update(name=f"{start} desk")
    sheets = load_workbook(workbook_of(made("contacts", by="queue")))
    cell = sheets["figures"]["A4"]
    assert str(cell.value).strip() == f"{start} desk".strip()
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert "'" + start in csv_of(made("contacts", by="queue"))


def test_a_name_with_signs_that_no_workbook_holds(worked: Conversation) -> None:
    Queue.objects.update(name="Night\x07 desk\x08")
    sheets = load_workbook(workbook_of(made("contacts", by="queue")))
    assert sheets["figures"]["A4"].value == "Night desk"


@pytest.mark.parametrize("name", NAMES)
def test_the_workbook_is_a_download(client: Client, sam: Staff, worked: Conversation, name: str) -> None:
    client.force_login(sam)
    answer = client.get(f"/reports/{name}.xlsx")
    assert answer["Content-Disposition"].startswith(f'attachment; filename="{name}-')
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert b"".join(answer.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_wrong_wish_for_an_export_says_what_to_write(client: Client, sam: Staff, kind: str) -> None:
    client.force_login(sam)
    answer = client.get(f"/reports/contacts.{kind}?since=yesterday")
    assert (answer.status_code, answer.content.decode()) == (400, "Write dates as 2026-11-21.")


@pytest.mark.parametrize("name", NAMES)
def test_rest_gives_the_same_rows(
    client: Client, sam: Staff, worked: Conversation, token: Callable[..., dict[str, str]], name: str
) -> None:
    answer = client.get(f"/api/v1/reports/{name}", **token(sam, "figures.read")).json()  # type: ignore[arg-type]
    expected = rows_of(made(name))
    assert [row["inputs_hash"] for row in answer["rows"]] == [row["inputs_hash"] for row in expected]
    assert answer["whole"]["metric"] == REPORTS[name].metric


def test_rest_adds_hours_and_causes(
    client: Client, sam: Staff, worked: Conversation, token: Callable[..., dict[str, str]]
) -> None:
    headers = token(sam, "figures.read")
    hours = client.get("/api/v1/reports/contacts", **headers).json()["hours"]  # type: ignore[arg-type]
    assert (len(hours["contacts"]), len(hours["contacts"][0]), sum(map(sum, hours["contacts"]))) == (7, 24, 2)
    told = client.get("/api/v1/reports/promises", **headers).json()  # type: ignore[arg-type]
    assert sum(told["causes"].values()) == 1
    address = "/api/v1/figures/promises_kept?promise=first_response&by=promise"
    figure = client.get(address, **headers).json()  # type: ignore[arg-type]
    assert (figure["served"], figure["values"]["kept"], list(figure["by"])) == (2, 1, ["first_response"])


def test_the_broken_ones_are_listed_only_to_who_may_read_them(
    client: Client, worked: Conversation, sam: Staff, site: Site
) -> None:
    def page(staff: Staff) -> str:
        client.force_login(staff)
        return client.get("/reports/promises/").content.decode()

    elsewhere = hire("lara@mill.example", "Lara Holm", Role.SUPERVISOR)
    elsewhere.sites.add(Site.objects.create(name="Harbour"))
    Queue.objects.update(site=site)
    assert "Cold room" in page(sam)
    assert f"/desk/{worked.pk}/" in page(sam)
    assert "Cold room" not in page(elsewhere)
    assert "Cold room" not in page(hire("pia@mill.example", "Pia Rand", Role.PLANNER))


def test_the_promise_can_be_chosen_only_where_there_is_one(worked: Conversation) -> None:
    assert made("promises", promise="first_response").whole.served == 2
    assert made("promises", promise="resolution").whole.served == 0
    assert made("contacts", promise="resolution").whole.served == 2


def test_days_are_those_of_the_chosen_site(site: Site) -> None:
    other = Site.objects.create(name="Harbour", timezone="Atlantic/Azores")
    assert made("contacts").wanted.period.timezone == "Europe/Vilnius"
    assert made("contacts", site=str(other.pk)).wanted.period.timezone == "Atlantic/Azores"


@pytest.mark.parametrize("name", NAMES)
def test_facts_are_read_once_however_many_parts(
    worked: Conversation, arrive: Arrive, name: str, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(5):
        arrive(address=f"c{number}@guests.example")
    with django_assert_max_num_queries(7):  # type: ignore[attr-defined]
        made(name)
