"""A real Dovecot on 127.0.0.1 for the tests: a folder, a port, a pid, and nothing left behind."""

import json
import os
import pwd
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from tests.ports import free_port

PASSWORD = "letter-opener"
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain login xoauth2 oauthbearer
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
mail_uid = {uid}
mail_gid = {gid}
mailbox_list_index = no
mail_max_userip_connections = 100
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password={password}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
"""


@dataclass
class Provider:
    """Stand-in for an OAuth 2 provider: gives tokens, and tells Dovecot whom they belong to."""

    users: dict[str, str] = field(default_factory=dict)  # access token to mail address
    refresh: dict[str, str] = field(default_factory=dict)  # refresh token to mail address
    issued: int = 0
    status: int = 200
    server: ThreadingHTTPServer | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self.server
        return int(self.server.server_address[1])

    def start(self) -> None:
        """Listen in a thread."""
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: Any) -> None: ...

            def do_POST(self) -> None:
                from urllib.parse import parse_qs

                form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
                self.answer(*provider.told(self.path, {key: value[0] for key, value in form.items()}))

            def do_GET(self) -> None:
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                token = token or self.path.rpartition("=")[2]
                user = provider.users.get(token)
                self.answer(200 if user else 401, {"active": bool(user), "email": user or ""})

            def answer(self, status: int, body: dict[str, Any]) -> None:
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def told(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """The answer of the token endpoint."""
        user = self.refresh.get(form.get("refresh_token", ""))
        if self.status != 200 or user is None:
            return (self.status if self.status != 200 else 400), {"error": "invalid_grant"}
        self.issued += 1
        token = f"access-{self.issued}-{user}"
        self.users[token] = user
        return 200, {"access_token": token, "expires_in": 3600, "token_type": "Bearer"}


@dataclass
class Dovecot:
    """The running server."""

    folder: Path
    port: int
    provider: Provider

    def client(self, user: str) -> IMAPClient:
        """A connection of a mail program."""
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=10)
        client.login(user, PASSWORD)
        return client

    def deliver(self, user: str, *mails: bytes) -> None:
        """Put mails into the inbox."""
        client = self.client(user)
        for mail in mails:
            client.append("INBOX", mail)
        client.logout()

    def flags(self, user: str) -> dict[int, tuple[bytes, ...]]:
        """Flags by UID."""
        client = self.client(user)
        client.select_folder("INBOX", readonly=True)
        found = {uid: told[b"FLAGS"] for uid, told in client.fetch(client.search(["ALL"]), ["FLAGS"]).items()}
        client.logout()
        return found

    def renumber(self, user: str) -> None:
        """Give the inbox a new UIDVALIDITY, as after a server's restore."""
        for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"):
            (self.folder / "mail" / user / name).unlink(missing_ok=True)
        for kept in (self.folder / "mail" / user).glob("dovecot-uidvalidity*"):
            kept.unlink()
        time.sleep(1.1)  # UIDVALIDITY is the second of its making


@contextmanager
def running() -> Iterator[Dovecot]:
    """Start Dovecot as a normal user in a short folder, stop it by its pid."""
    owner = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    folder = Path(tempfile.mkdtemp(prefix="dc", dir="/tmp"))
    provider = Provider()
    provider.start()
    port = free_port()
    _configure(folder, port, provider, owner)
    become = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
    process = subprocess.Popen(["dovecot", "-F", "-c", str(folder / "conf")], **become)  # type: ignore[call-overload]
    try:
        server = Dovecot(folder, port, provider)
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=60)
        if provider.server:
            provider.server.shutdown()
            provider.server.server_close()
        shutil.rmtree(folder, ignore_errors=True)


def _configure(folder: Path, port: int, provider: Provider, owner: pwd.struct_passwd) -> None:
    import grp

    names = {"user": owner.pw_name, "group": grp.getgrgid(owner.pw_gid).gr_name}
    ids = {"uid": owner.pw_uid, "gid": owner.pw_gid}
    text = CONFIG.format(folder=folder, port=port, password=PASSWORD, **names, **ids)
    (folder / "conf").write_text(text)
    (folder / "oauth2.conf").write_text(
        f"introspection_mode = auth\nintrospection_url = http://127.0.0.1:{provider.port}/introspect\n"
        "username_attribute = email\nactive_attribute = active\nactive_value = true\n"
    )
    for name in ("run", "mail"):
        (folder / name).mkdir()
    for path in (folder, *folder.iterdir()):
        os.chown(path, owner.pw_uid, owner.pw_gid)


def _wait(server: Dovecot, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        if process.poll() is not None:
            break
        try:
            server.client("probe@mill.example").logout()
            return
        except OSError:
            time.sleep(0.1)
    log = server.folder / "log"
    raise RuntimeError(log.read_text() if log.exists() else "dovecot does not start")
