"""`barrymore run-demo`: the demo company with its own mail server and live traffic."""

import os
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from barrymore.cli import serve


def add_arguments(parser: ArgumentParser) -> None:
    """What `barrymore run-demo` takes."""
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--days", type=int, default=56, help="how much history to play (default: eight weeks)"
    )
    parser.add_argument(
        "--trades", action="store_true", help="also a clinic, a shop, a gym, a market and a bank"
    )
    parser.add_argument("--quiet", action="store_true", help="no live traffic")
    parser.add_argument("--prepare", action="store_true", help="found the company and stop")


def run(options: Namespace) -> int:
    """Serve the demo until a signal; the mail server and the traffic end with it."""
    serve.end_in_order()
    imap_port, smtp_port = _free_port(options.port + 143), _free_port(options.port + 25)
    url = f"http://localhost:{options.port}"
    os.environ.update(
        BARRYMORE_URL=url,
        BARRYMORE_DEMO="1",
        BARRYMORE_SMTP=f"smtp+plain://desk%40haldenhotels.example@127.0.0.1:{smtp_port}",
    )
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    var = Path(settings.VAR)
    call_command("migrate", verbosity=0, interactive=False)
    demo = _found(var, url, imap_port, smtp_port, options.days, options.trades)
    if options.prepare:
        return 0
    children = [_mail_server(var, imap_port, smtp_port)] if demo else []
    try:
        if demo and not options.quiet:
            children.append(_child("barrymore.demo.traffic", "--demo", str(var / "demo.json")))
        _tell(demo, url)
        return serve.run(_serve_options(options.port))
    finally:
        for child in children:
            child.terminate()
            child.wait(timeout=10)


def _found(
    var: Path, url: str, imap_port: int, smtp_port: int, days: int, trades: bool
) -> dict[str, Any] | None:
    from barrymore.demo.services import install_demo, is_empty, move_demo, read_demo

    if is_empty():
        began = time.monotonic()
        founded = install_demo(var, url, imap_port, smtp_port, _bar, days, trades=trades)
        print(f"\r{days} days of history played in {time.monotonic() - began:.0f} s.      ", flush=True)
        return founded
    demo = read_demo(var)
    return move_demo(var, demo, url, imap_port, smtp_port) if demo else None


def _bar(done: int, whole: int) -> None:
    print(f"\rPlaying the demo's history: day {done} of {whole}", end="", flush=True)


def _mail_server(var: Path, imap_port: int, smtp_port: int) -> subprocess.Popen[bytes]:
    ports = ("--imap-port", str(imap_port), "--smtp-port", str(smtp_port))
    server = _child("barrymore.demo.mailserver", *ports, "--accounts", str(var / "demo-mail.txt"))
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", smtp_port)) == 0:
                return server
        time.sleep(0.1)
    return server


def _child(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", module, *arguments])


def _free_port(wanted: int) -> int:
    """The wanted port if it is free, else any."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            # A demo started again at once gets the ports of its last run: mail programs find it.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return wanted


def _serve_options(port: int) -> Namespace:
    parser = ArgumentParser()
    serve.add_arguments(parser)
    return parser.parse_args(["--port", str(port)])


def _tell(demo: dict[str, Any] | None, url: str) -> None:
    print(f"\n  Barrymore: {url}\n")
    for role, user in (demo or {}).get("users", {}).items():
        print(f"  {role:<14} {user['email']:<34} {user['password']}")
    if demo:
        mail = demo["mail"]
        print(f"\n  Write to {mail['desk_address']} by SMTP {mail['smtp']} from any address;")
        print(
            f"  read the answers by IMAP {mail['imap']} with that address and the password above.\n",
            flush=True,
        )
