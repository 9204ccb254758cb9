"""Flags: asked after the staff were told, answered by whom they concern, decided by a person, forgotten."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client

from barrymore.alerts.models import Notice
from barrymore.figures.at_points import figure_at
from barrymore.figures.scope import Period, Scope
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.journal.services import in_one_insert, record
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.models import Point, Role, Site, Staff
from barrymore.organisation.services import issue_token
from barrymore.quality import services
from barrymore.quality.gathering import evidence_of
from barrymore.quality.looking import look_for_flags, plain
from barrymore.quality.models import Flag, StaffNotice
from barrymore.quality.selectors import timeline_of
from tests.channels.devices import stand
from tests.conftest import hire
from tests.figures.following import tally_all

# Committed, because a reader that follows the journal stops below whatever still runs.
pytestmark = pytest.mark.django_db(transaction=True)
DAYS = 30
DESKS = 3


@pytest.fixture
def quinn(site: Site, queue: object) -> Staff:
    """The quality manager."""
    return hire("quinn@mill.example", "Quinn Aster", Role.QUALITY)


@pytest.fixture
def berta(site: Site, queue: object) -> Staff:
    """Works at the front desk."""
    return hire("berta@mill.example", "Berta Lukas", Role.FRONT_DESK)


def midnight(days_ago: int) -> datetime:
    return datetime.combine(now().date() - timedelta(days=days_ago), datetime.min.time(), UTC)


@pytest.fixture
def month(site: Site, berta: Staff) -> list[Point]:
    """A month at three desks; on one day Berta's desk gets forty green presses while nobody is served."""
    points = [stand(site, f"Desk {n}") for n in range(DESKS)]
    chance = np.random.default_rng(5)
    with in_one_insert():
        for place, point in enumerate(points):
            for day in range(1, DAYS):
                _shift(point, midnight(day) + timedelta(hours=8), chance, berta if place == 0 else None)
                if (place, day) == (0, 4):
                    _idle(point, midnight(day) + timedelta(hours=8))
    return points


def _shift(point: Point, begins: datetime, chance: Any, staff: Staff | None) -> None:
    """Sixty customers, one every eight minutes; four of ten press after ten seconds, nine of ten green."""
    for n in range(60):
        at = begins + timedelta(minutes=8 * n)
        key = f"{point.pk}:{begins:%j}:{n}"
        dims = {"point": point.pk, "source": "employee"}
        record(
            "served.counted", f"tap:{key}", at=at, site=point.site_id, dims=dims, values={"count": 1},
            staff_ref=staff.pk if staff else None,
        )  # fmt: skip
        if chance.random() < 0.4:
            _press(point, begins, at + timedelta(seconds=10), 4 if chance.random() < 0.9 else 1)


def _idle(point: Point, begins: datetime) -> None:
    for n in range(40):
        _press(point, begins, begins + timedelta(minutes=8 * (n + 5), seconds=200 + 13 * n % 90), 4)


def _press(point: Point, begins: datetime, at: datetime, score: int) -> None:
    seq = int((at - begins).total_seconds())
    dims = {"point": point.pk, "mode": "survey", "campaign": 1}
    values = {"score": score, "scale": "smile4", "code": "I"}
    key = f"device:{point.pk}:b{begins:%j}:{seq}:answer"
    record("answer.given", key, at=at, site=point.site_id, dims=dims, values=values)


def told(actor: Staff, days_ago: int = 40) -> StaffNotice:
    """The staff were told so many days ago."""
    return services.record_notice(Actor(actor), "We compare counts.", "meeting", midnight(days_ago).date())


def test_nobody_looks_before_the_staff_were_told(month: list[Point], quinn: Staff) -> None:
    assert look_for_flags() == 0

    told(quinn, days_ago=2)
    look_for_flags()
    assert not Flag.objects.filter(since__lt=midnight(3)).exists()


def test_presses_while_nobody_is_served_are_asked_about_once(
    month: list[Point], quinn: Staff, berta: Staff
) -> None:
    told(quinn)
    assert look_for_flags() == 1
    assert look_for_flags() == 0

    flag = Flag.objects.get()
    assert (flag.kind, flag.point, flag.staff, flag.state) == (
        "presses_in_idle_time", month[0], berta, Flag.State.ASKED,
    )  # fmt: skip
    assert flag.evidence["green_in_idle_time"] >= 40
    assert len(flag.keys) >= 40 and all(key.endswith(":answer") for key in flag.keys)
    assert Notice.objects.get(kind="flag.asked").staff == berta
    assert any(one.what == "left_out" for one in timeline_of(flag))


def test_what_is_confirmed_does_not_count_and_stands_beside(month: list[Point], quinn: Staff) -> None:
    told(quinn)
    look_for_flags()
    tally_all()
    period = Period(midnight(35).date(), now().date(), "Europe/Vilnius")
    scope = Scope(point=month[0].pk)
    before = figure_at(scope, period)
    assert before.excluded == {} and "SUSPECTED_GAMING" in before.reasons

    flag = Flag.objects.get()
    services.confirm(Actor(quinn), flag, "Nobody was there; the button stood in the back office.")
    tally_all()

    after = figure_at(scope, period)
    assert after.excluded == {"LEFT_OUT": len(flag.keys)}
    assert after.responded == before.responded - len(flag.keys)
    assert after.values["with_left_out"] == {"good": before.values["good"], "bad": before.values["bad"]}
    assert figure_at(scope, period, from_facts=True).inputs_hash == after.inputs_hash
    assert Fact.objects.filter(kind="press.left_out").count() == len(flag.keys)


def test_where_somebody_looked_and_found_nothing_gaming_is_checked(month: list[Point], quinn: Staff) -> None:
    period = Period(midnight(35).date(), now().date(), "Europe/Vilnius")
    tally_all()
    assert "GAMING_NOT_CHECKED" in figure_at(Scope(point=month[1].pk), period).reasons

    told(quinn)
    look_for_flags()
    tally_all()
    reasons = figure_at(Scope(point=month[1].pk), period).reasons
    assert "GAMING_NOT_CHECKED" not in reasons and "SUSPECTED_GAMING" not in reasons


def test_what_is_rejected_is_no_longer_suspected_and_not_asked_again(
    month: list[Point], quinn: Staff
) -> None:
    told(quinn)
    look_for_flags()
    flag = Flag.objects.get()
    services.reject(Actor(quinn), flag, "A school class tried the button.")
    tally_all()

    period = Period(midnight(35).date(), now().date(), "Europe/Vilnius")
    assert "SUSPECTED_GAMING" not in figure_at(Scope(point=month[0].pk), period).reasons
    assert look_for_flags() == 0
    with pytest.raises(services.Decided):
        services.confirm(Actor(quinn), flag, "After all.")


def test_a_rejected_flag_names_nobody_after_thirty_days(
    month: list[Point], quinn: Staff, berta: Staff
) -> None:
    told(quinn)
    look_for_flags()
    flag = Flag.objects.get()
    services.answer(Actor(berta), flag, "A school class was here.")
    services.reject(Actor(quinn), flag, "A school class.")

    assert services.forget_rejected() == 0
    Flag.objects.update(decided_at=now() - timedelta(days=31))
    assert services.forget_rejected() == 1
    flag.refresh_from_db()
    assert (flag.staff, flag.answer, flag.reason) == (None, "", "")
    assert look_for_flags() == 0
    assert not Fact.objects.filter(kind__startswith="flag.", staff_ref__isnull=False).exists()


def test_nobody_decides_about_themselves_or_without_a_reason(
    month: list[Point], quinn: Staff, dora: Staff
) -> None:
    told(quinn)
    look_for_flags()
    flag = Flag.objects.get()
    with pytest.raises(ValueError, match="reason"):
        services.confirm(Actor(quinn), flag, "  ")
    Flag.objects.update(staff=dora)
    flag.refresh_from_db()
    with pytest.raises(NotAllowed):
        services.confirm(Actor(dora), flag, "It was me.")
    assert Flag.objects.get().state == Flag.State.ASKED


def test_the_line_manager_sees_only_what_was_confirmed(
    client: Client, month: list[Point], quinn: Staff, sam: Staff
) -> None:
    told(quinn)
    look_for_flags()
    flag = Flag.objects.get()
    client.force_login(sam)
    address = f"/quality/flags/{flag.pk}/"

    assert client.get(address).status_code == 404
    assert client.get("/quality/flags/?state=asked").status_code == 404
    assert "Desk 0" not in client.get("/quality/flags/").content.decode()
    headers = {"HTTP_AUTHORIZATION": f"Bearer {issue_token(sam, 'sam', ['flags.read'])}"}
    assert client.get("/api/v1/flags", **headers).json()["items"] == []

    services.confirm(Actor(quinn), flag, "Nobody was there.")
    assert client.get(address).status_code == 200
    assert "Desk 0" in client.get("/quality/flags/").content.decode()
    assert len(client.get("/api/v1/flags", **headers).json()["items"]) == 1


def test_the_person_concerned_reads_it_first_and_answers(
    client: Client, month: list[Point], quinn: Staff, berta: Staff, amina: Staff
) -> None:
    told(quinn)
    look_for_flags()
    flag = Flag.objects.get()
    client.force_login(berta)

    assert "Praise came while nobody was being served" in client.get("/quality/mine/").content.decode()
    client.post(f"/quality/mine/{flag.pk}/", {"answer": "<b>A tour group</b> passed by."})
    client.force_login(quinn)
    page = client.get(f"/quality/flags/{flag.pk}/").content.decode()
    assert "&lt;b&gt;A tour group" in page and "Berta Lukas" in page
    client.force_login(amina)
    assert client.post(f"/quality/mine/{flag.pk}/", {"answer": "x"}).status_code == 404


def test_the_page_records_the_notice_decides_and_asks_for_a_reason(
    client: Client, month: list[Point], quinn: Staff
) -> None:
    client.force_login(quinn)
    assert "Nobody looks yet" in client.get("/quality/flags/").content.decode()
    notice = {"text": "We compare.", "told_by": "meeting", "holds_from": f"{midnight(40):%Y-%m-%d}"}
    assert client.post("/quality/notice/", notice).status_code == 302
    look_for_flags()
    flag = Flag.objects.get()

    decide = f"/quality/flags/{flag.pk}/decide/"
    assert client.post(decide, {"decision": "confirm", "reason": ""}).status_code == 422
    assert client.post(decide, {"decision": "confirm", "reason": "Nobody was there."}).status_code == 302
    assert "Nobody was there." in client.get(f"/quality/flags/{flag.pk}/").content.decode()
    client.post("/quality/notice/", {"withdraw": "1"})
    assert StaffNotice.objects.get().withdrawn_at is not None


def test_rest_decides_once(client: Client, month: list[Point], quinn: Staff) -> None:
    told(quinn)
    look_for_flags()
    flag = Flag.objects.get()
    headers = {"HTTP_AUTHORIZATION": f"Bearer {issue_token(quinn, 'q', ['flags.read', 'flags.review'])}"}

    def post() -> int:
        body = {"decision": "reject", "reason": "a class"}
        return client.post(
            f"/api/v1/flags/{flag.pk}/decision", body, content_type="application/json", **headers
        ).status_code

    assert (post(), post()) == (200, 409)


def test_a_tap_that_was_taken_back_is_no_customer(site: Site, berta: Staff) -> None:
    point, at = stand(site), midnight(2)
    dims = {"point": point.pk, "source": "employee"}
    record("served.counted", "tap:1", at=at, site=site.pk, dims=dims, values={"count": 1})
    record("served.counted", "tap:1:back", at=at, site=site.pk, dims=dims, values={"count": -1})
    record("served.counted", "tap:2", at=at, site=site.pk, dims=dims, values={"count": 3})
    outside = {**dims, "source": "register"}
    record("served.counted", "count:1", at=at, site=site.pk, dims=outside, values={"count": 5})

    evidence, _keys = evidence_of(midnight(3), now())
    assert len(evidence.served) == 3
    assert evidence.external is not None and list(evidence.external.count) == [5]


def test_evidence_is_kept_as_numbers_that_json_knows() -> None:
    told = {"served": np.int64(3), "expected": np.float64(1.5), "lag": float("nan"), "device": "7"}

    assert plain(told) == {"served": 3, "expected": 1.5, "device": "7"}
