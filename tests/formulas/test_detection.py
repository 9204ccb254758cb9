"""Each detector finds its own on hand-made shifts, and is silent about honest ones."""

from dataclasses import replace

import numpy as np
import pytest

from barrymore.formulas.detection import detect
from barrymore.formulas.detection_data import Evidence, Invitations
from barrymore.formulas.detection_flags import KINDS

from .shifts import DAY, HOUR, MONDAY, Shop, joined, presses, shuffled

GAP = 480.0


@pytest.fixture
def shop() -> Shop:
    return Shop()


def asked(evidence: Evidence) -> set[tuple[str, str, float]]:
    return {(flag.kind, flag.desk, flag.start) for flag in detect(evidence).flags}


def test_honest_shifts_are_left_in_peace(shop: Shop) -> None:
    found = detect(shop.evidence())
    assert found.flags == ()
    assert found.counts(without_flagged=True) == found.counts(without_flagged=False)


def test_presses_while_nobody_is_there(shop: Shop) -> None:
    start = shop.start("D2", 9)
    shop.pressed += [("D2", start + number * 1400 + 470, "green") for number in range(15)]
    found = detect(shop.evidence())
    assert [(flag.kind, flag.desk, flag.start, flag.staff) for flag in found.flags] == [
        ("presses_in_idle_time", "D2", start, "PD2")
    ]
    assert found.flags[0].evidence["green_in_idle_time"] >= 10
    assert found.counts(without_flagged=True).green < found.counts(without_flagged=False).green


def test_reds_of_somebody_passing_by(shop: Shop) -> None:
    start = shop.start("D2", 9)
    shop.pressed += [("D2", start + number * 1400 + 470, "red") for number in range(15)]
    assert asked(shop.evidence()) == {("reds_in_idle_time", "D2", start)}


def test_presses_sooner_than_a_customer_can_walk(shop: Shop) -> None:
    start = shop.start("D1", 4)
    silent = {row[2] for row in shop.served if row[0] == "D1" and start <= row[2] < start + 8 * HOUR}
    answered = [t for desk, t, _ in shop.pressed if desk == "D1"]
    silent = {at for at in silent if not any(at < t < at + 60 for t in answered)}
    shop.pressed += [("D1", at + 1.5, "green") for at in sorted(silent)[:14]]
    assert asked(shop.evidence()) == {("presses_right_after_tap", "D1", start)}


def test_customers_who_were_not_counted(shop: Shop) -> None:
    shop.unserved("D3", 12, range(0, 50, 2))
    found = detect(shop.evidence())
    assert {(flag.kind, flag.desk) for flag in found.flags} == {("uncounted_customers", "D3")}
    assert found.flags[0].evidence["counted_at_the_desk"] == 35


def test_without_an_outside_count_nobody_is_asked_about_it(shop: Shop) -> None:
    shop.unserved("D3", 12, range(0, 50, 2))
    found = detect(replace(shop.evidence(), external=None))
    assert found.flags == ()
    assert any("undercount and cherry-picking are not identifiable" in said for said in found.limits)


def test_a_burst_counts_as_one(shop: Shop) -> None:
    start = shop.start("D0", 3)
    times = [0, 1.3, 2.1, 4.0, 4.4, 6.9, 7.2, 9.8, 10.1, 12.6]
    shop.pressed += [("D0", start + 10 + at, "red" if n % 2 else "green") for n, at in enumerate(times)]
    found = detect(shop.evidence())
    assert [(flag.kind, flag.staff) for flag in found.flags] == [("burst", None)]
    assert int(found.left_out.sum()) == len(times) - 1


def test_a_stuck_button_counts_for_nothing(shop: Shop) -> None:
    start = shop.start("D0", 3)
    shop.pressed += [("D0", start + 20 + 3 * number, "red") for number in range(30)]
    found = detect(shop.evidence())
    assert [(flag.kind, flag.evidence["every_seconds"]) for flag in found.flags] == [("stuck", 3.0)]
    assert int(found.left_out.sum()) == 30


def test_equal_intervals_of_minutes_are_no_stuck_button(shop: Shop) -> None:
    start = shop.start("D0", 3)
    shop.pressed += [("D0", start + 20 + 400 * number, "red") for number in range(30)]

    assert "stuck" not in {flag.kind for flag in detect(shop.evidence()).flags}


def test_a_dead_device(shop: Shop) -> None:
    start = shop.start("D4", 20)
    shop.pressed = [
        row for row in shop.pressed if row[0] != "D4" or not start + 3 * HOUR < row[1] < start + DAY / 2
    ]
    assert asked(shop.evidence()) == {("dead_device", "D4", start)}


def test_a_device_without_a_sign_of_life(shop: Shop) -> None:
    evidence = shop.evidence()
    assert evidence.heartbeats is not None
    start = shop.start("D4", 20)
    beats = evidence.heartbeats
    gone = (beats.device == "device-D4") & (beats.t > start + HOUR) & (beats.t < start + DAY / 2)
    assert asked(replace(evidence, heartbeats=beats.take(~gone))) == {("dead_device", "D4", start)}


def test_a_covered_red_button() -> None:
    shop = Shop(desks=3, days=60)
    first, last = shop.start("D1", 20), shop.start("D1", 30)
    shop.pressed += [("D1", at + 9, "red") for d, _, at in shop.served if d == "D1" and int(at) % 9 == 0]
    shop.pressed = [r for r in shop.pressed if not (r[0] == "D1" and r[2] == "red" and first <= r[1] < last)]
    covered = [flag for flag in detect(shop.evidence()).flags if flag.kind == "red_covered"]
    assert [(flag.desk, flag.start, flag.staff) for flag in covered] == [("D1", first, None)]


def test_one_key_on_two_devices(shop: Shop) -> None:
    evidence = shop.evidence()
    start = shop.start("D5", 7)
    second = presses([("D5", start + 700 + n * 900, "green") for n in range(8)], boot="other")
    found = detect(replace(evidence, presses=joined(evidence.presses, second)))
    assert ("two_devices_one_key", "D5", start) in {(f.kind, f.desk, f.start) for f in found.flags}
    assert int(found.left_out.sum()) == 8


def test_a_reboot_is_no_second_device(shop: Shop) -> None:
    evidence = shop.evidence()
    boot = np.where(evidence.presses.t_device > MONDAY + 10.5 * DAY, "later", "sooner")
    assert asked(replace(evidence, presses=replace(evidence.presses, boot_id=boot))) == set()


def test_a_clock_that_went_back(shop: Shop) -> None:
    evidence = shop.evidence()
    start = shop.start("D5", 7)
    replayed = presses([("D5", start + n * GAP + 260, "green") for n in range(8)], first=901)
    late = replace(replayed, t_server=replayed.t_server + 6 * HOUR)
    told = {
        flag.kind: flag for flag in detect(replace(evidence, presses=joined(evidence.presses, late))).flags
    }
    assert told["clock_went_back"].evidence == {"presses": 8, "median_lag_seconds": 21600}


def test_numbers_that_mean_nothing_are_not_judged_by(shop: Shop) -> None:
    evidence = shop.evidence()
    found = detect(
        replace(evidence, presses=replace(evidence.presses, seq=np.zeros(len(evidence.presses), int)))
    )
    assert found.flags == ()
    assert any("contradict" in said for said in found.limits)


def mail(held: int, own: int) -> Invitations:
    """Twelve agents of forty conversations a week for six weeks; one agent's fourth week is spoilt."""
    rows = [
        (f"A{agent}", MONDAY + week * 7 * DAY + number * HOUR, number)
        for agent in range(12)
        for week in range(6)
        for number in range(40)
    ]
    staff = np.array([row[0] for row in rows])
    closed, number = (np.array([row[n] for row in rows]) for n in (1, 2))
    spoilt = (staff == "A7") & (closed >= MONDAY + 21 * DAY) & (closed < MONDAY + 28 * DAY)
    suppressed = spoilt & (number < held)
    answered = ~suppressed & (number % 4 == 0)
    near = spoilt & answered & (number < 4 * own)
    return Invitations(
        *(staff, closed, np.ones(len(rows), bool), suppressed),
        np.where(near, "house", np.where(answered, "home", "")),
        np.full(len(rows), "house"),
        np.where(answered, "green", ""),
    )


@pytest.mark.parametrize(
    ("held", "own", "kinds"),
    [(0, 0, []), (20, 0, ["suppressed_invitations"]), (0, 8, ["links_from_agents"])],
)
def test_mail_surveys(shop: Shop, held: int, own: int, kinds: list[str]) -> None:
    flags = detect(replace(shop.evidence(), invitations=mail(held, own))).flags
    assert [flag.kind for flag in flags] == kinds
    assert {(flag.staff, flag.start) for flag in flags} <= {("A7", MONDAY + 21 * DAY)}


def test_a_repeated_row_counts_once(shop: Shop) -> None:
    evidence = shop.evidence()
    found = detect(replace(evidence, presses=joined(evidence.presses, evidence.presses.take(np.arange(50)))))
    assert (found.repeated, found.flags) == (50, ())


def test_every_kind_that_is_raised_has_its_words(shop: Shop) -> None:
    shop.pressed += [("D0", shop.start("D0", 3) + 20 + 3 * number, "red") for number in range(30)]
    assert {flag.kind for flag in detect(shop.evidence()).flags} <= set(KINDS)


def test_the_order_of_the_rows_does_not_matter(shop: Shop) -> None:
    start = shop.start("D2", 9)
    shop.pressed += [("D2", start + number * 1400 + 470, "green") for number in range(15)]
    shop.pressed += [("D0", start + 20 + 3 * number, "red") for number in range(30)]
    evidence = shop.evidence()
    usual = detect(evidence).as_dict()
    assert all(detect(shuffled(evidence, seed)).as_dict() == usual for seed in (1, 2))
