"""The demo's own mail server: SMTP by aiosmtpd, IMAP by pymap, mail kept in memory, loopback only."""

import argparse
import asyncio
import logging
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pymap.backend.dict import Config, DictBackend
from pymap.backend.dict import Identity as MailIdentity
from pymap.imap import IMAPService
from pymap.parsing.message import AppendMessage
from pymap.user import Passwords, UserMetadata

log = logging.getLogger(__name__)
LARGEST = 50 * 1024 * 1024


class House:
    """Mail accounts of the demo: every address that gets mail has one, all with the demo's password."""

    def __init__(self, backend: DictBackend, config: Config, password: str) -> None:
        self.backend = backend
        self.config = config
        self.password = password
        self.hashed: str | None = None

    async def account(self, address: str) -> MailIdentity:
        """The account of an address, made at the first mail."""
        login: Any = self.backend.login
        name = address.lower()
        identity = MailIdentity(name, login, None, frozenset())
        if name not in login.users_dict:
            if self.hashed is None:
                self.hashed = await Passwords(self.config).hash_password(self.password)
            await identity.set(UserMetadata(self.config, name, password=self.hashed))
        return identity

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Put the mail into the inbox of each recipient."""
        content = envelope.original_content or b""
        for recipient in envelope.rcpt_tos:
            identity = await self.account(recipient)
            async with identity.new_session() as opened:
                inbox = await opened.mailbox_set.get_mailbox("INBOX")
                mail = AppendMessage(content, datetime.now(UTC), frozenset())
                await inbox.append(mail, recent=True)
        return "250 kept"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        """Take the demo's password from everybody."""
        right = isinstance(data, LoginPassword) and data.password.decode() == self.password
        return AuthResult(success=right)


async def serve(imap_port: int, smtp_port: int, password: str, addresses: list[str]) -> None:
    """Serve both protocols until cancelled."""
    parser = argparse.ArgumentParser()
    DictBackend.add_subparser("dict", parser.add_subparsers(dest="backend"))
    IMAPService.add_arguments(parser)
    parser.set_defaults(debug=False, passlib_cfg=None)
    args = parser.parse_args(
        ["--host", "127.0.0.1", "--port", str(imap_port), "--no-tls", "dict", "--demo-password", password]
    )
    backend, config = await DictBackend.init(args)
    config.apply_context()
    house = House(backend, config, password)
    for address in addresses:
        await house.account(address)
    async with AsyncExitStack() as stack:
        await backend.start(stack)
        await IMAPService(backend, config).start(stack)
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(
                house,
                authenticator=house.authenticate,
                auth_require_tls=False,
                data_size_limit=LARGEST,
                enable_SMTPUTF8=True,
            ),
            "127.0.0.1",
            smtp_port,
        )
        stack.callback(server.close)
        print(f"Demo mail: SMTP 127.0.0.1:{smtp_port}, IMAP 127.0.0.1:{imap_port}", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Run as a process of its own; the password and the first addresses come from a file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--imap-port", type=int, required=True)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument(
        "--accounts", type=Path, required=True, help="first line the password, then addresses"
    )
    options = parser.parse_args()
    password, *addresses = options.accounts.read_text().split()
    asyncio.run(serve(options.imap_port, options.smtp_port, password, addresses))


if __name__ == "__main__":
    main()
