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

    checks = [asdict(check) for check in mail.checks()] if options.part in ("all", "mail") else []
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
