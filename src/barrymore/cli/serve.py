"""`barrymore serve`: the whole product as one process, or one part of it beside PostgreSQL."""

import fcntl
import os
import signal
import sys
import threading
from argparse import ArgumentParser, Namespace
from pathlib import Path
from types import FrameType
from typing import IO

from barrymore.cli.tls import Certificate, own_certificate


class AlreadyRunning(SystemExit):
    """Another process writes to this var/ folder."""


def add_arguments(parser: ArgumentParser) -> None:
    """What `barrymore serve` takes."""
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: 8000)")
    parser.add_argument(
        "--only",
        choices=["pages", "work"],
        help="with PostgreSQL: only the pages, or only the rounds (clocks, mail, offers)",
    )
    parser.add_argument(
        "--tls", action="store_true", help="serve https with a certificate of our own authority"
    )
    parser.add_argument("--tls-cert", type=Path, help="serve https with this certificate (PEM)")
    parser.add_argument("--tls-key", type=Path, help="the certificate's key (PEM)")
    parser.add_argument("--name", action="append", default=[], help="a further host name for the certificate")


def end_in_order() -> None:
    """Let a signal end the process as a return does: what was started beside it is ended too.

    The web server gives the signal on after its own end; the default would stop us there and then.
    """

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


def run(options: Namespace) -> int:
    """Serve until a signal; 0 after a clean end."""
    end_in_order()
    certificate = _certificate(options)
    if certificate:
        os.environ.setdefault("BARRYMORE_URL", f"https://{certificate.names[0]}:{options.port}")
        os.environ.setdefault("BARRYMORE_HOSTS", ",".join(certificate.names))
    if options.tls:
        # A browser that has learnt "only https" for localhost would refuse the plain page later.
        os.environ.setdefault("BARRYMORE_HSTS", "0")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    lock = _alone(Path(settings.VAR)) if settings.TASKS_EMBEDDED else None
    if settings.TASKS_EMBEDDED:
        call_command("migrate", verbosity=0, interactive=False)
        from barrymore.delivery.services import release_leases

        release_leases()
    stop = threading.Event()
    try:
        return _serve(options, certificate, stop)
    finally:
        stop.set()
        if lock:
            lock.close()


def _serve(options: Namespace, certificate: Certificate | None, stop: threading.Event) -> int:
    from barrymore.config.work import start_work

    threads = [] if options.only == "pages" else start_work(stop)
    if options.only == "work":
        _wait_for_signal(stop)
    else:
        _serve_pages(options, certificate)
    stop.set()
    for thread in threads:
        thread.join(timeout=5)
    return 0


def _serve_pages(options: Namespace, certificate: Certificate | None) -> None:
    import uvicorn

    scheme = "https" if certificate else "http"
    print(f"Barrymore listens at {scheme}://{options.host}:{options.port}", flush=True)
    if options.tls and certificate:
        _show_authority(f"https://{certificate.names[0]}:{options.port}/authority.crt")
    uvicorn.run(
        "barrymore.config.asgi:application",
        host=options.host,
        port=options.port,
        log_level="warning",
        lifespan="off",
        timeout_graceful_shutdown=2,
        backlog=2048,
        ssl_certfile=str(certificate.cert) if certificate else None,
        ssl_keyfile=str(certificate.key) if certificate else None,
    )


def _show_authority(address: str) -> None:
    """Phones install the authority from this address; the square saves typing it."""
    import qrcode

    print(f"Install the authority of this house once on each phone and browser: {address}")
    code = qrcode.QRCode(border=1)
    code.add_data(address)
    code.print_ascii(tty=False)


def _wait_for_signal(stop: threading.Event) -> None:
    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    print("Barrymore works: clocks, mail, offers, invitations", flush=True)
    stop.wait()


def _certificate(options: Namespace) -> Certificate | None:
    if options.tls_cert:
        return Certificate(
            options.tls_cert, options.tls_key or options.tls_cert, options.name or ["localhost"]
        )
    if options.tls:
        return own_certificate(Path(os.environ.get("BARRYMORE_VAR", "var")), options.name)
    return None


def _alone(var: Path) -> IO[str]:
    """Hold the lock of var/: SQLite has one writing process, a second one would starve silently."""
    file = (var / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(
            f"Another barrymore already serves from {var}.\n"
            "Stop it first, or give this one a folder of its own with BARRYMORE_VAR,\n"
            "or use PostgreSQL (BARRYMORE_DATABASE), which takes any number of processes.",
            file=sys.stderr,
        )
        raise AlreadyRunning(3) from None
    return file
