"""`barrymore doctor`: look at what the product depends on, and say what to mend."""

import json
import shutil
import time
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path

LITTLE_SPACE = 1_000_000_000
# Days after which a missing backup or drill is worth a word.
AT_LEAST_EVERY = {"backup": 2.0, "drill": 9.0}


def add_arguments(parser: ArgumentParser) -> None:
    """What `barrymore doctor` takes."""
    parser.add_argument(
        "part", nargs="?", choices=["all", "mail", "telephony", "storage", "tls", "backups"], default="all"
    )
    parser.add_argument("--json", action="store_true", help="print machine-readable lines")


def run(options: Namespace) -> int:
    """Print one line a check; 1 when something is bad."""
    import django

    django.setup()
    from django.conf import settings

    from barrymore.channels.mail import doctor as mail
    from barrymore.telephony import doctor as telephony

    checks = []
    if options.part in ("all", "mail"):
        checks = [*(asdict(check) for check in mail.checks()), _balance()]
    if options.part in ("all", "telephony"):
        checks.extend(asdict(check) for check in telephony.checks())
    if options.part in ("all", "storage"):
        checks.append(_storage())
    if options.part in ("all", "tls"):
        checks.extend(certificates(Path(settings.VAR)))
    if options.part in ("all", "backups"):
        checks.append(backups(Path(settings.VAR)))
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


def backups(var: Path) -> dict[str, str]:
    """When the last good backup and the last good drill were."""
    from barrymore.config.measures import last_kept

    kept = last_kept(var)
    days = {what: (time.time() - kept[what]) / 86400 for what in AT_LEAST_EVERY if what in kept}
    told = [
        f"{what} {days[what]:.1f} days ago" if what in days else f"no {what} yet" for what in AT_LEAST_EVERY
    ]
    is_late = any(days.get(what, most + 1) > most for what, most in AT_LEAST_EVERY.items())
    return {
        "name": "backups",
        "state": "warn" if is_late else "ok",
        "detail": ", ".join(told),
        "advice": "barrymore backup, then barrymore restore --check: deploy/ has timers for both.",
    }


def certificates(var: Path) -> list[dict[str, str]]:
    """How long what lies in var/tls still holds; an own certificate is made anew at each start."""
    own = [var / "tls" / "server.crt"] if (var / "tls" / "server.crt").exists() else []
    files = [file for file in sorted((var / "tls" / "acme").glob("*.pem")) if file.name != "account.pem"]
    checks = [_certificate(file) for file in files + own]
    none = {"name": "tls", "state": "ok", "detail": "no certificate kept here", "advice": ""}
    return checks or [none]


def _certificate(file: Path) -> dict[str, str]:
    from barrymore.cli.acme.wanted import now, read_kept

    kept, at = read_kept(file), now()
    if kept is None or not kept.is_valid(at):
        state, detail = "bad", f"ended {kept.ends_at:%Y-%m-%d}" if kept else f"{file} cannot be read"
    else:
        state = "ok" if kept.is_young(at) else "warn"
        detail = f"{(kept.ends_at - at).days} days left, until {kept.ends_at:%Y-%m-%d}"
    return {
        "name": f"tls {file.stem}",
        "state": state,
        "detail": detail,
        "advice": "It should have been renewed: see the log of barrymore serve. Unused? Remove the file.",
    }
