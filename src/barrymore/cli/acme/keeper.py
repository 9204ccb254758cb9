"""Keeps a certificate young beside the running server."""

import asyncio
import logging
import signal
import ssl
import threading
from collections.abc import Callable

from barrymore.cli.acme.order import Refused, Unreachable, obtain
from barrymore.cli.acme.port import PlainPort
from barrymore.cli.acme.wanted import Wanted, now

LOOK_SECONDS = 12 * 3600
RETRY_SECONDS = 3600
log = logging.getLogger(__name__)

UNREACHABLE = """\
No certificate: the authority cannot be reached at {directory}.
{reason}
Nothing was changed. Look whether this machine reaches that address; name another one with --acme-directory,
and a private authority's own certificate with --acme-authority. Without any: barrymore serve --tls."""
REFUSED = """\
No certificate: {directory} issued none for {names}.
{reason}
Nothing was changed. Look at two things: does each name resolve to this machine's public address, and does
port 80 of that address reach this process, which waits on port {port}? Then start again."""


class NoCertificate(Exception):
    """There is none to serve with; the text says what to look at."""


class Keeper:
    """Orders when the kept certificate is old or missing, and hands the new one to the server."""

    def __init__(self, wanted: Wanted, plain: PlainPort, port: int) -> None:
        self.wanted, self.plain, self.port = wanted, plain, port
        self._swap: Callable[[], object] = lambda: None
        self._wake, self._ended = threading.Event(), threading.Event()

    def begin(self) -> None:
        """See that there is a certificate to serve with; raises NoCertificate."""
        try:
            self._order_if_due()
        except NoCertificate as reason:
            kept = self.wanted.kept()
            if not kept or not kept.is_valid(now()):
                raise
            log.warning("%s\nServing with the kept one, valid until %s.", reason, kept.ends_at)
        signal.signal(signal.SIGUSR1, lambda number, frame: self._wake.set())
        threading.Thread(target=self._keep, name="certificate", daemon=True).start()

    def context(self, config: object, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        """The server's context; called within its loop, where alone the certificate may be swapped:

        elsewhere a handshake could meet the new certificate with the old key.
        """
        made, loop = default(), asyncio.get_running_loop()
        self._swap = lambda: loop.call_soon_threadsafe(made.load_cert_chain, self.wanted.file)
        return made

    def close(self) -> None:
        """End with the server."""
        self._ended.set()
        self._wake.set()
        self.plain.close()

    def _keep(self) -> None:
        pause = LOOK_SECONDS
        while True:
            self._wake.wait(pause)
            self._wake.clear()
            if self._ended.is_set():
                return
            pause = self._look()

    def _look(self) -> int:
        try:
            if self._order_if_due():
                self._swap()
        # Whatever it is (a full disk, an answer nobody foresaw), the kept certificate serves on.
        except Exception as reason:
            log.warning("%s\nTried again in an hour.", reason)
            return RETRY_SECONDS
        return LOOK_SECONDS

    def _order_if_due(self) -> bool:
        if self.wanted.is_met(now()):
            return False
        names, directory = ", ".join(self.wanted.names), self.wanted.directory
        try:
            self.wanted.keep(obtain(self.wanted, self.plain.show))
        except Unreachable as reason:
            raise NoCertificate(UNREACHABLE.format(directory=directory, reason=reason)) from reason
        except Refused as reason:
            said = {"directory": directory, "names": names, "reason": reason, "port": self.port}
            raise NoCertificate(REFUSED.format(**said)) from reason
        finally:
            self.plain.answers.clear()
        return True
