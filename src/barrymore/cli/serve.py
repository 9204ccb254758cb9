"""`barrymore serve`: the whole product as one process, or one part of it beside PostgreSQL."""

import os
import signal
import threading
from argparse import ArgumentParser, Namespace
from pathlib import Path
from types import FrameType

from barrymore.cli.acme import start as acme
from barrymore.cli.lock import alone
from barrymore.cli.tls import Certificate, own_certificate

# Where a service manager hands over its sockets (sd_listen_fds(3)).
FIRST_HANDED = 3


def add_arguments(parser: ArgumentParser) -> None:
    """What `barrymore serve` takes."""
    parser.add_argument("--host", help="address to listen on (default: this machine only)")
    parser.add_argument(
        "--port",
        type=int,
        help="port to listen on (default: 8000; with --only work: none, or one for health and metrics)",
    )
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
    parser.add_argument("--name", action="append", default=[], help="a host name for the certificate")
    acme.add_arguments(parser)


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
    # What a house keeps is for its owner only: the database holds what customers wrote.
    os.umask(0o077)
    _choose_place(options)
    certificate = _certificate(options)
    if certificate:
        os.environ.setdefault("BARRYMORE_URL", _address(certificate.names[0], options.port))
        os.environ.setdefault("BARRYMORE_HOSTS", ",".join(certificate.names))
    if options.tls and not options.acme:
        # A browser that has learnt "only https" for localhost would refuse the plain page later.
        os.environ.setdefault("BARRYMORE_HSTS", "0")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    lock = alone(Path(settings.VAR)) if settings.TASKS_EMBEDDED else None
    if settings.TASKS_EMBEDDED:
        call_command("migrate", verbosity=0, interactive=False)
        from barrymore.channels.imports.keeping import release_imports
        from barrymore.delivery.services import release_leases

        release_leases()
        release_imports()
    stop = threading.Event()
    try:
        return _serve(options, certificate, stop)
    finally:
        stop.set()
        if certificate and certificate.keeper:
            certificate.keeper.close()
        if lock:
            lock.close()


def _serve(options: Namespace, certificate: Certificate | None, stop: threading.Event) -> int:
    from barrymore.config.work import start_work

    threads = [] if options.only == "pages" else start_work(stop)
    if options.only == "work" and options.port is None:
        _wait_for_signal(stop)
    else:
        _serve_pages(options, certificate)
    stop.set()
    for thread in threads:
        thread.join(timeout=5)
    return 0


def _serve_pages(options: Namespace, certificate: Certificate | None) -> None:
    import uvicorn

    keeper = certificate.keeper if certificate else None
    place = f"{'https' if certificate else 'http'}://{options.host}:{options.port}"
    if certificate and keeper:
        place = _address(certificate.names[0], options.port)
    handed = _handed_socket()
    print(
        f"Barrymore listens at {place if handed is None else 'the socket of the service manager'}", flush=True
    )
    _show_founding(place.replace("//127.0.0.1:", "//localhost:"))
    if options.tls and certificate and not keeper:
        _show_authority(f"{_address(certificate.names[0], options.port)}/authority.crt")
    uvicorn.run(
        f"barrymore.config.asgi:{'probes' if options.only == 'work' else 'application'}",
        host=options.host,
        port=options.port,
        log_level="warning",
        # The web server logs as the house does, in the same form.
        log_config=None,
        lifespan="off",
        timeout_graceful_shutdown=2,
        fd=handed,
        backlog=2048,
        ssl_certfile=str(certificate.cert) if certificate else None,
        ssl_keyfile=str(certificate.key) if certificate else None,
        ssl_context_factory=keeper.context if keeper else None,
    )


def _show_founding(place: str) -> None:
    """Where an empty house is founded; only who reads this, or the folder of the data, can do it."""
    from django.urls import reverse

    from barrymore.web.founding import code_of_empty_house

    code = code_of_empty_house()
    if code:
        address = os.environ.get("BARRYMORE_URL", place).rstrip("/") + reverse("found", args=[code])
        print(f"This house is empty. Open it here: {address}", flush=True)


def _handed_socket() -> int | None:
    """The socket that systemd holds open: who calls during a restart waits and is not refused."""
    is_for_us = os.environ.get("LISTEN_PID") == str(os.getpid())
    return FIRST_HANDED if is_for_us and os.environ.get("LISTEN_FDS", "0") != "0" else None


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


def _choose_place(options: Namespace) -> None:
    """A public name is for the whole world and its usual port; anything else is for this machine first."""
    if options.host is None:
        options.host = "" if options.acme else "127.0.0.1"
    if options.port is None and options.only != "work":
        options.port = 443 if options.acme else 8000


def _address(name: str, port: int) -> str:
    return f"https://{name}" if port == 443 else f"https://{name}:{port}"


def _certificate(options: Namespace) -> Certificate | None:
    var = Path(os.environ.get("BARRYMORE_VAR", "var"))
    if options.acme and options.only != "work":
        address = _address(acme.public_names(options)[0], options.port)
        known = os.environ.get("BARRYMORE_URL", "")
        secure = known if known.startswith("https://") else address
        return acme.public_certificate(options, var / "tls" / "acme", secure)
    if options.tls_cert:
        return Certificate(
            options.tls_cert, options.tls_key or options.tls_cert, options.name or ["localhost"]
        )
    if options.tls:
        return own_certificate(var, options.name)
    return None
