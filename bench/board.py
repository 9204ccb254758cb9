"""`make bench-board`: the quality board of 28 days with ten million answers, and of a year of such days."""

import argparse
import os
import random
import shutil
import sys
import tempfile
from datetime import date, timedelta

from bench.measuring import EMAIL, PASSWORD, Cost, Served

POINTS = 100
DAYS = 364
SHOWN_DAYS = 28
BANDS = (1, 2, 3, 4, 5)  # from four in the morning to midnight
AIM_MS = 300
BATCH = 20_000
SHARES = {4: 0.55, 3: 0.3, 2: 0.1, 1: 0.05}


def main() -> int:
    """Fill the tallies as the rounds would have, open the board again and again, print what it takes."""
    parser = argparse.ArgumentParser("bench.board", description=__doc__)
    parser.add_argument("--answers", type=int, default=10_000_000)
    parser.add_argument("--operations", type=int, default=30)
    options = parser.parse_args()
    var = tempfile.mkdtemp(prefix="bench.")
    os.environ.update(BARRYMORE_VAR=var, BARRYMORE_LOG="ERROR")
    try:
        token, answers, rows = _fill(options.answers)
        engine = "PostgreSQL" if os.environ.get("BARRYMORE_DATABASE") else "SQLite"
        print(
            f"{engine}: {answers:,} answers in {SHOWN_DAYS} days, {rows:,} tallies of a year, {POINTS} points"
        )
        print(f"aim {AIM_MS} ms for {SHOWN_DAYS} days\n")
        print("| board of | CPU ms | p50 ms | p99 ms |")
        print("|---|---|---|---|")
        _measure(Served(token), options.operations)
        return 0
    finally:
        shutil.rmtree(var, ignore_errors=True)


def _fill(wanted: int) -> tuple[str, int, int]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, connections

    from barrymore.figures.models import Tally
    from barrymore.organisation.models import Company, Point, Role, Site, Staff
    from barrymore.organisation.services import issue_token

    call_command("migrate", verbosity=0)
    Company.objects.create(pk=1, name="Bench", timezone="Europe/Vilnius")
    sites = [Site.objects.create(name=f"Site {n}") for n in range(10)]
    places = [Point.objects.create(site=sites[n % 10], name=f"Point {n}") for n in range(POINTS)]
    each = wanted / (POINTS * SHOWN_DAYS * len(BANDS))
    seed, answers, rows, batch = random.Random(1), 0, 0, []
    for place in places:
        for back in range(DAYS):
            day = date.today() - timedelta(days=back)
            for band in BANDS:
                told = _told(each, seed)
                if back < SHOWN_DAYS:
                    answers += sum(n for what, n in told.items() if what.startswith("answer:"))
                batch += [
                    Tally(
                        day=day, week=day - timedelta(days=day.weekday()), weekday=day.weekday(), band=band,
                        site_ref=place.site_id, point_ref=place.pk, campaign_ref=1, what=what, count=n,
                    )
                    for what, n in told.items()
                ]  # fmt: skip
        if len(batch) > BATCH:
            rows += len(Tally.objects.bulk_create(batch))
            batch = []
    rows += len(Tally.objects.bulk_create(batch))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    staff = Staff.objects.create_user(EMAIL, PASSWORD, name="Amina Sarr", role=Role.ADMINISTRATOR)
    token = issue_token(staff, "bench", ["figures.read"])
    connections.close_all()
    return token, answers, rows


def _told(each: float, seed: random.Random) -> dict[str, int]:
    """What is told at one point in four hours: half of those served answer."""
    answered = max(1, round(each * seed.uniform(0.6, 1.4)))
    told = {f"answer:survey:smile4:{score}": round(answered * share) for score, share in SHARES.items()}
    told = {what: n for what, n in told.items() if n}
    served = round(answered * 2)
    return {**told, "code:survey:I": answered, "served:employee": served, "served:register": served + 1}


def _measure(served: Served, operations: int) -> None:
    today = date.today()
    address = f"/reports/quality/?until={today}&since="
    try:
        for words, days in ((f"{SHOWN_DAYS} days", SHOWN_DAYS - 1), ("a year", DAYS - 1)):
            since = today - timedelta(days=days)
            cost: Cost = served.measure(
                words, lambda _n, since=since: served.browser.get(f"{address}{since}"), operations
            )
            print(f"| {words} | {cost.cpu_ms:.0f} | {cost.p50_ms:.0f} | {cost.p99_ms:.0f} |", flush=True)
    finally:
        served.stop()


if __name__ == "__main__":
    sys.exit(main())
