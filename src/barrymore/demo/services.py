"""Bring the demo company, and take it away again."""

import json
import os
import random
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from barrymore.alerts.models import Notice
from barrymore.channels.models import Mailbox
from barrymore.demo.company import DOMAIN, PEOPLE, SITES, address_of, found_company
from barrymore.demo.guests import Guest, invent_guests
from barrymore.demo.history import PROGRESS, History, finish_cases
from barrymore.demo.points import found_points
from barrymore.demo.trades import found_trades
from barrymore.feedback.models import Survey
from barrymore.journal.moment import now
from barrymore.organisation.access import SCOPES
from barrymore.organisation.models import Role, Staff
from barrymore.organisation.services import issue_token

SEED = 20261121
DAYS = 56
POINT_DAYS = 28
PER_DAY = 26.0
GUESTS = 240
WRITING_GUESTS = 40


def is_empty() -> bool:
    """Whether nobody works here yet, so that the demo may move in."""
    return not Staff.objects.exists()


def install_demo(
    var: Path,
    url: str,
    imap_port: int,
    smtp_port: int,
    progress: PROGRESS,
    days: int = DAYS,
    *,
    trades: bool = False,
) -> dict[str, Any]:
    """Found the company, play its history, and write var/demo.json with the sign-ins.

    With `trades` also a clinic, a shop, a gym, a market and a bank, each asking in its own words.
    """
    seed = random.Random(SEED)  # noqa: S311 - a demo must be the same every time
    password = f"halden-{secrets.token_hex(4)}"
    with transaction.atomic():
        cast = found_company(password, imap_port, smtp_port)
        guests = invent_guests(cast, seed, GUESTS)
    History(cast, guests, seed).play(days, PER_DAY, progress)
    finish_cases()
    found_points(cast, seed, min(days, POINT_DAYS))
    if trades:
        found_trades(cast, seed, min(days, POINT_DAYS))
    Notice.objects.filter(seen_at=None, created_at__lt=now() - timedelta(hours=1)).update(seen_at=now())
    # From today everybody is asked, so that a visitor who plays the guest is asked too.
    Survey.objects.update(is_active=False)
    Survey.objects.create(
        name="After a conversation", version=2, probability=1.0, cap_days=1, delay_seconds=10
    )
    demo = _sign_ins(url, password, imap_port, smtp_port, guests)
    _write_privately(var / "demo.json", json.dumps(demo, indent=2))
    accounts = [f"{local}@{DOMAIN}" for *_, local in SITES]
    accounts += [customer["address"] for customer in demo["mail"]["customers"]]
    _write_privately(var / "demo-mail.txt", "\n".join([password, *accounts]))
    return demo


def _sign_ins(url: str, password: str, imap_port: int, smtp_port: int, guests: list[Guest]) -> dict[str, Any]:
    first: dict[str, str] = {}
    for name, role, *_ in PEOPLE:
        first.setdefault(str(role), address_of(name))
    admin = Staff.objects.get(email=first[Role.ADMINISTRATOR])
    agents = [address_of(name) for name, role, *_ in PEOPLE if role == Role.AGENT and name != "Amina Sarr"]
    scopes = ["conversations.read", "conversations.answer", "presence.set"]
    tokens = {email: issue_token(Staff.objects.get(email=email), "demo traffic", scopes) for email in agents}
    return {
        "url": url,
        "users": {role: {"email": email, "password": password} for role, email in first.items()},
        "api_token": issue_token(admin, "demo", SCOPES),
        "agent_tokens": tokens,
        "mail": {
            "smtp": f"127.0.0.1:{smtp_port}",
            "imap": f"127.0.0.1:{imap_port}",
            "desk_address": f"{SITES[0][4]}@{DOMAIN}",
            "customers": [
                {
                    "address": guest.address,
                    "password": password,
                    "name": guest.name,
                    "language": guest.language,
                    "room": guest.room,
                }
                for guest in guests[:WRITING_GUESTS]
            ],
        },
    }


def _write_privately(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")


def read_demo(var: Path) -> dict[str, Any] | None:
    """What install_demo wrote, None where there is no demo."""
    try:
        found: dict[str, Any] = json.loads((var / "demo.json").read_text())
    except FileNotFoundError:
        return None
    return found


def move_demo(var: Path, demo: dict[str, Any], url: str, imap_port: int, smtp_port: int) -> dict[str, Any]:
    """Tell the mailboxes and demo.json on which ports the demo runs this time."""
    Mailbox.objects.update(imap_port=imap_port, smtp_port=smtp_port)
    demo["url"] = url
    demo["mail"] |= {"smtp": f"127.0.0.1:{smtp_port}", "imap": f"127.0.0.1:{imap_port}"}
    _write_privately(var / "demo.json", json.dumps(demo, indent=2))
    return demo
