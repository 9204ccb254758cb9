"""`barrymore doctor`: look at what the product depends on, and say what to mend."""

import json
import shutil
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path

LITTLE_SPACE = 1_000_000_000


def add_arguments(parser: ArgumentParser) -> None:
    """What `barrymore doctor` takes."""
    parser.add_argument("part", nargs="?", choices=["all", "mail", "storage"], default="all")
    parser.add_argument("--json", action="store_true", help="print machine-readable lines")


def run(options: Namespace) -> int:
    """Print one line a check; 1 when something is bad."""
    import django

    django.setup()
    from barrymore.channels.mail import doctor as mail

    checks = []
    if options.part in ("all", "mail"):
        checks = [*(asdict(check) for check in mail.checks()), _balance()]
    if options.part in ("all", "storage"):
        checks.append(_storage())
    for check in checks:
        if options.json:
            print(json.dumps(check))
        else:
            print(f"{check['state']:<5} {check['name']}: {check['detail']}")
            if check["advice"] and check["state"] != "ok":
                print(f"      {check['advice']}")
    return int(any(check["state"] == "bad" for check in checks))


def _balance() -> dict[str, str]:
    """Nothing is lost: the journal's count of mails received against where each of them stands."""
    from barrymore.channels.mail.selectors import mail_balance
    from barrymore.journal.models import Fact

    received = Fact.objects.filter(kind="mail.received").count()
    balance = mail_balance()
    state = "ok" if received == sum(balance.values()) else "bad"
    if state == "ok" and balance["quarantined"]:
        state = "warn"
    stands = ", ".join(f"{count} {name}" for name, count in balance.items())
    return {
        "name": "mail balance",
        "state": state,
        "detail": f"{received} received = {stands}",
        "advice": "A mail in quarantine could not be read. A sum that differs means a loss: keep var/.",
    }


def _storage() -> dict[str, str]:
    from django.conf import settings

    free = shutil.disk_usage(Path(settings.VAR)).free
    state = "ok" if free > LITTLE_SPACE else "bad"
    return {
        "name": "storage",
        "state": state,
        "detail": f"{free / 1e9:.1f} GB free in {settings.VAR}",
        "advice": "Free some space: with a full disk mail is refused, though nothing is lost.",
    }
