"""`barrymore serve --acme`: its options, and the certificate that the server starts with."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from barrymore.cli.acme.wanted import LETS_ENCRYPT, Wanted, plain_names
from barrymore.cli.tls import Certificate

NO_PORT = """\
The authority asks on port {port}, which cannot be had here: {reason}.
Ports below 1024 need root or CAP_NET_BIND_SERVICE; --acme-http-port takes another one,
to which the port 80 that the world sees must then be forwarded."""


class NoCertificateToServe(SystemExit):
    """The authority gave no certificate, and none is kept."""


def add_arguments(parser: ArgumentParser) -> None:
    """What `barrymore serve` takes for a public authority."""
    group = parser.add_argument_group("a certificate from a public authority (ACME)")
    group.add_argument(
        "--acme",
        action="store_true",
        help="serve https for the names of --name, on port 443 of every address unless --host and --port say"
        " otherwise; you agree to the authority's terms",
    )
    group.add_argument("--acme-email", default="", help="where the authority may write to (optional)")
    group.add_argument(
        "--acme-directory", default=LETS_ENCRYPT, metavar="URL", help="the authority (default: Let's Encrypt)"
    )
    group.add_argument(
        "--acme-authority",
        type=Path,
        metavar="FILE",
        help="certificate (PEM) behind the directory's own https, if private",
    )
    group.add_argument(
        "--acme-http-port",
        type=int,
        default=80,
        metavar="PORT",
        help="where the authority's question arrives (default: 80)",
    )


def public_certificate(options: Namespace, folder: Path, address: str) -> Certificate:
    """The kept certificate or a new one; `address` is where plain http is sent on to.

    Ends the process with words when there is no certificate to serve with.
    """
    from barrymore.cli.acme.keeper import Keeper, NoCertificate
    from barrymore.cli.acme.port import PlainPort

    wanted = Wanted(
        public_names(options), folder, options.acme_directory, options.acme_email, options.acme_authority
    )
    try:
        plain = PlainPort(options.host, options.acme_http_port, address)
    except OSError as reason:
        raise _ended(NO_PORT.format(port=options.acme_http_port, reason=reason.strerror)) from None
    keeper = Keeper(wanted, plain, options.acme_http_port)
    try:
        keeper.begin()
    except NoCertificate as reason:
        plain.close()
        raise _ended(str(reason)) from None
    return Certificate(wanted.file, wanted.file, list(wanted.names), keeper)


def public_names(options: Namespace) -> tuple[str, ...]:
    """The names of --name as certificates spell them; ends the process when there is none or a wrong one."""
    try:
        names = plain_names(options.name)
    except ValueError as reason:
        raise _ended(str(reason), 2) from None
    if not names:
        raise _ended("--acme needs at least one --name, such as --name desk.hotel.example", 2)
    return names


def _ended(words: str, code: int = 4) -> NoCertificateToServe:
    print(words, file=sys.stderr)
    return NoCertificateToServe(code)
