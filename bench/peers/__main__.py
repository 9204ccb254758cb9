"""`make bench-peers`: django-helpdesk and Barrymore on as many tickets, in one run on PostgreSQL."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from aiosmtpd.controller import Controller

from bench.measuring import FORM_TOKEN, PASSWORD, Cost, free_port, measured

PEER = "django-helpdesk==2.6.1"
SERVED_BY = ["gunicorn==23.0.0", "psycopg[binary]==3.3.4", "whitenoise"]
# What their container brings besides.
BESIDES = [
    "pinax-teams",
    "pinax-invitations",
    "django-user-accounts",
    "django-reversion",
    "django-bootstrap4-form",
]
HERE = Path(__file__).parent
TABLE_DATA = re.compile(r"datatables_ticket_list/[A-Za-z0-9+/=]+")
# What ours may cost of theirs.
AIMS = {"intake": 1 / 5, "list": 1 / 10, "conversation": 1 / 3, "dashboard": 1 / 50}
# As their own container is set up, and with what a careful host would set besides.
SETUPS = ("standalone", "tuned")
# Theirs loads a page for each ticket. Ours opens it beside its list; a link from a mail loads the whole page.
AS_WHOLE = "conversation, whole page"


class Discarding:
    """A mail server that takes everything and keeps nothing."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Taken."""
        return "250 taken"


def main() -> int:
    """Fill both, measure both, print the ratios."""
    parser = argparse.ArgumentParser("bench.peers", description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--operations", type=int, default=100)
    options = parser.parse_args()
    if "BARRYMORE_DATABASE" not in os.environ:
        again = [sys.executable, "-m", "bench.peers", *sys.argv[1:]]
        # A password, as the container of PostgreSQL asks for one; the same for both.
        told = {**os.environ, "PGPASSWORD": "measured-and-thrown-away"}
        return subprocess.run(["bash", "scripts/with-postgres", *again], env=told).returncode
    var = Path(tempfile.mkdtemp(prefix="bench."))
    os.environ.update(BARRYMORE_VAR=str(var), BARRYMORE_LOG="ERROR")
    try:
        theirs = _peer(options.tickets, options.operations)
        ours = _ours(options.tickets, options.operations)
    finally:
        shutil.rmtree(var, ignore_errors=True)
    print(f"\n{PEER}, CPU ms each\n")
    print("| operation | standalone | tuned | ours | ours / standalone | ours / tuned | aim |")
    print("|---|---|---|---|---|---|---|")
    for name, cost in ours.items():
        peers = [theirs[setup]["conversation" if name == AS_WHOLE else name].cpu_ms for setup in SETUPS]
        aim = f"{AIMS[name]:.3f}" if name in AIMS else ""
        ratios = " | ".join(f"{cost.cpu_ms / peer:.3f}" for peer in peers)
        costs = " | ".join(f"{peer:.1f}" for peer in peers)
        print(f"| {name} | {costs} | {cost.cpu_ms:.1f} | {ratios} | {aim} |")
    return 0


def _environment() -> Path:
    """The peer's own environment, made once."""
    home = Path("var") / "peers" / "helpdesk"
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", PEER, *SERVED_BY, *BESIDES], check=True)
    return python.absolute()


def _peer(tickets: int, operations: int) -> dict[str, dict[str, Cost]]:
    """Fill theirs once and measure each setup of it."""
    import psycopg

    python, address = _environment(), os.environ["BARRYMORE_DATABASE"]
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE DATABASE peer")
    told = {
        **os.environ,
        "PYTHONPATH": str(HERE),
        "DJANGO_SETTINGS_MODULE": "peer_settings",
        "PEER_DATABASE_PORT": address.rpartition(":")[2].partition("/")[0],
        "PYTHONWARNINGS": "ignore",
    }
    subprocess.run([str(python), str(HERE / "peer_fill.py"), str(tickets)], env=told, check=True)
    letterbox = Controller(Discarding(), hostname="127.0.0.1", port=free_port())
    letterbox.start()
    told["PEER_SMTP_PORT"] = str(letterbox.port)
    try:
        return {
            setup: _peer_costs(python, {**told, "PEER_SETUP": setup}, tickets, operations) for setup in SETUPS
        }
    finally:
        letterbox.stop()


def _peer_costs(python: Path, told: dict[str, str], tickets: int, operations: int) -> dict[str, Cost]:
    port = free_port()
    serve = [str(python), "-m", "gunicorn", "-w", "1", "-b", f"127.0.0.1:{port}", "--log-level", "error"]
    server = subprocess.Popen([*serve, "django.core.wsgi:get_wsgi_application()"], env=told)
    try:
        browser = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120, follow_redirects=True)
        _sign_in(browser)
        print(f"{PEER}, {told['PEER_SETUP']}", flush=True)
        return _measure(
            server.pid, _peer_operations(browser, _program(browser, told["PEER_SETUP"]), tickets), operations
        )
    finally:
        server.terminate()
        server.wait(timeout=20)


def _sign_in(browser: httpx.Client) -> None:
    for _ in range(100):
        try:
            page = browser.get("/helpdesk/login/")
            break
        except httpx.TransportError:
            time.sleep(0.2)
    form = FORM_TOKEN.search(page.text)
    assert form, page.text[:500]
    fields = {
        "csrfmiddlewaretoken": form.group(1),
        "username": "amina",
        "password": PASSWORD,
        "next": "/helpdesk/",
    }
    answer = browser.post("/helpdesk/login/", data=fields, headers={"Referer": str(browser.base_url)})
    assert answer.status_code == 200 and "sessionid" in browser.cookies, answer.url


def _program(browser: httpx.Client, setup: str) -> httpx.Client:
    """Who calls their API: a program with a name and a password, as their container has it.

    Tuned it is the signed-in browser, so that no password is hashed at each call.
    """
    if setup == "standalone":
        return httpx.Client(base_url=browser.base_url, timeout=120, auth=("amina", PASSWORD))
    headers = {"X-CSRFToken": browser.cookies["csrftoken"], "Referer": str(browser.base_url)}
    return httpx.Client(base_url=browser.base_url, timeout=120, cookies=browser.cookies, headers=headers)


def _peer_operations(
    browser: httpx.Client, program: httpx.Client, tickets: int
) -> dict[str, Callable[[int], httpx.Response]]:
    def intake(number: int) -> httpx.Response:
        body = {
            "title": "A question",
            "queue": 1 + number % 5,
            "submitter_email": f"g{abs(number)}@guests.example",
            "description": "Some words about a room, a bill and a taxi. " * 6,
            "priority": 3,
        }
        return program.post("/helpdesk/api/tickets/", json=body)

    def listed(number: int) -> httpx.Response:
        """The page and the call by which its script fills the table."""
        page = browser.get("/helpdesk/tickets/")
        data = TABLE_DATA.search(page.text)
        assert data
        table = {"draw": "1", "start": "0", "length": "25", "order[0][column]": "0", "order[0][dir]": "asc"}
        answer = browser.get(f"/helpdesk/{data.group()}", params={**table, "search[value]": ""})
        assert len(answer.json()["data"]) == 25
        return answer

    return {
        "intake": intake,
        "list": listed,
        "conversation": lambda number: browser.get(f"/helpdesk/tickets/{1 + (number * 7919) % tickets}/"),
        "dashboard": lambda number: browser.get("/helpdesk/dashboard/"),
    }


def _ours(tickets: int, operations: int) -> dict[str, Cost]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, connections

    from bench.filling import fill
    from bench.measuring import Served
    from bench.measuring import operations as our_operations

    call_command("migrate", verbosity=0)
    token = fill(tickets)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    connections.close_all()
    served = Served(token)
    try:
        known = our_operations(served, tickets)
        chosen = {
            "intake": known["receive"],
            "list": known["list, all queues"],
            "conversation": known["conversation"],
            AS_WHOLE: known[AS_WHOLE],
            "dashboard": lambda number: served.browser.get("/reports/board/"),
        }
        return _measure(served.process.pid, chosen, operations)
    finally:
        served.stop()


def _measure(pid: int, operations: dict[str, Callable[[int], httpx.Response]], count: int) -> dict[str, Cost]:
    found = {}
    for name, operation in operations.items():
        # What takes seconds each is told apart by fewer of them.
        found[name] = measured(pid, name, operation, count if name != "dashboard" else max(10, count // 8))
        print(f"{name}: {found[name].cpu_ms:.1f} ms CPU, p50 {found[name].p50_ms:.1f} ms", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
