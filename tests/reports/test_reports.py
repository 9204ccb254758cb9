"""Pages and exports show the same figures with all their fields; wrong wishes say what to write."""

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client

from barrymore.conversations.models import Conversation
from barrymore.conversations.services import Said
from barrymore.feedback import services as feedback
from barrymore.feedback.models import Case, Survey
from barrymore.figures.scope import Period, Scope
from barrymore.handling import services as handling
from barrymore.journal.services import record
from barrymore.organisation.models import Company, Role, Staff
from barrymore.reports.drawing import charts_of
from barrymore.reports.library import REPORTS
from barrymore.reports.selectors import BadPeriod, shown, wanted_of
from barrymore.reports.tables import COLUMNS, csv_of
from tests.conftest import hire

pytestmark = pytest.mark.django_db
Arrive = Callable[..., Conversation]


@pytest.fixture
def answered(arrive: Arrive, amina: Staff, survey: Survey) -> None:
    """Three guests were asked; two said great, one bad."""
    for number, score in enumerate([4, 4, 1]):
        conversation = arrive(address=f"guest{number}@guests.example")
        handling.answer(conversation, amina, Said(text="Done."))
        handling.close(conversation, amina)
        case = Case.objects.select_related("survey", "conversation__customer").get(conversation=conversation)
        feedback.mark_sent(case)
        feedback.record_response(case, score=score)


@pytest.mark.parametrize("name", sorted(REPORTS))
@pytest.mark.parametrize("by", ["queue", "site", "role", "channel"])
def test_every_report_shows_every_division(
    client: Client, sam: Staff, answered: None, name: str, by: str
) -> None:
    client.force_login(sam)
    page = client.get(f"/reports/{name}/", {"by": by})
    assert page.status_code == 200
    assert str(REPORTS[name].title) in page.content.decode()


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_an_empty_house_has_reports_that_teach(client: Client, sam: Staff, name: str) -> None:
    client.force_login(sam)
    assert "Nothing has happened in this period yet." in client.get(f"/reports/{name}/").content.decode()


def test_a_page_never_prints_a_share_below_grade_b(client: Client, sam: Staff, answered: None) -> None:
    client.force_login(sam)
    page = client.get("/reports/satisfaction/").content.decode()
    assert "Of 3 customers asked, 2 said good, 1 bad, 0 did not say." in page
    assert "Too few for a share." in page
    assert "%" not in page.split("<main")[1].split("data-chart")[0].replace("95 per cent", "")


def test_the_export_has_every_field_and_the_counts(answered: None) -> None:
    made = shown(REPORTS["satisfaction"], wanted_of({}))
    rows = list(csv.DictReader(io.StringIO(csv_of(made))))
    assert list(rows[0]) == COLUMNS
    assert [row["part"] for row in rows] == ["all", "all, period before", "Guests"]
    assert (rows[0]["invited"], rows[0]["responded"], rows[0]["estimate"], rows[0]["grade"]) == (
        "3",
        "3",
        "",
        "C",
    )
    assert rows[0]["inputs_hash"] == rows[2]["inputs_hash"]


def test_a_name_that_a_spreadsheet_would_run_stays_a_text(answered: None, sam: Staff) -> None:
    from barrymore.routing.models import Queue

    Queue.objects.update(name='=HYPERLINK("x")')
    text = csv_of(shown(REPORTS["satisfaction"], wanted_of({})))
    assert "'=HYPERLINK" in text


def test_the_export_is_a_download(client: Client, sam: Staff, answered: None) -> None:
    client.force_login(sam)
    answer = client.get("/reports/speed-of-answer.csv")
    assert answer["Content-Disposition"].startswith('attachment; filename="speed-of-answer-')
    assert answer["Content-Type"].startswith("text/csv")


@pytest.mark.parametrize(
    "query",
    [
        {"since": "yesterday"},
        {"since": "2026-11-02", "until": "2026-11-01"},
        {"since": "2020-01-01"},
        {"by": "person"},
    ],
)
def test_a_wrong_period_says_what_to_write_and_shows_the_last_weeks(
    client: Client, sam: Staff, answered: None, query: dict[str, str]
) -> None:
    with pytest.raises(BadPeriod):
        wanted_of(query)
    client.force_login(sam)
    page = client.get("/reports/satisfaction/", query)
    assert page.status_code == 200
    assert "Of 3 customers asked" in page.content.decode()


def test_the_comparison_has_the_same_number_of_days() -> None:
    wanted = wanted_of({"since": "2026-11-01", "until": "2026-11-14"})
    assert wanted.period.before == Period(
        wanted.period.before.first, wanted.period.before.last, wanted.period.timezone
    )
    assert (wanted.period.before.first.isoformat(), wanted.period.before.last.isoformat()) == (
        "2026-10-18",
        "2026-10-31",
    )
    assert wanted.scope == Scope()


def test_the_number_of_queries_does_not_grow_with_the_parts(
    answered: None, django_assert_max_num_queries: Callable[..., object]
) -> None:
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        shown(REPORTS["satisfaction"], wanted_of({}))


def test_who_may_not_see_figures_is_told_so(client: Client, queue: object) -> None:
    from barrymore.organisation.access import PERMISSIONS

    assert all("figures.read" in PERMISSIONS[role] for role in Role.values)
    guest = hire("gone@mill.example", "Gone", Role.AGENT, is_active=True)
    client.force_login(guest)
    Company.objects.update_or_create(pk=1, defaults={"modules": {"reports": False}})
    assert client.get("/reports/").status_code == 404


def test_reports_need_a_sign_in(client: Client) -> None:
    assert client.get("/reports/").status_code == 302


def test_the_line_of_calls_says_what_it_is() -> None:
    record("call.queued", "call:1:queued", conversation_ref=1)
    record("call.answered", "call:1:answered", conversation_ref=1, values={"wait_seconds": 4})
    [chart] = charts_of(shown(REPORTS["calls"], wanted_of({}, REPORTS["calls"])))
    assert [line["name"] for line in chart["data"]["lines"]] == ["in time"]
