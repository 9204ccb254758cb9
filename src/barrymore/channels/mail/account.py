"""Sign in to a mailbox's servers, by password or OAuth 2, and tell people when that fails."""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from barrymore.alerts.models import Notice
from barrymore.alerts.services import notify
from barrymore.channels.models import Mailbox
from barrymore.delivery.http import Blocked, Unreachable, fetch
from barrymore.delivery.smtp import SmtpServer
from barrymore.journal.moment import now
from barrymore.organisation.models import Role
from barrymore.organisation.secrets import SealBroken, seal, unseal
from barrymore.organisation.selectors import active_staff

CONNECT_SECONDS = 10
READ_SECONDS = 60
RENEW_BEFORE = timedelta(seconds=60)
# A mail server that restarts is nobody's concern.
PATIENCE = timedelta(minutes=5)
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class AccountFailed(Exception):
    """Signing in failed. `needs_person` when waiting will not mend it."""

    def __init__(self, text: str, *, needs_person: bool) -> None:
        super().__init__(text)
        self.needs_person = needs_person


def keep_secret(mailbox: Mailbox, secret: str, client_secret: str | None = None) -> None:
    """Keep the password or refresh token (and the OAuth client's secret), sealed."""
    mailbox.secret, mailbox.access_token, mailbox.access_token_expires_at = seal(secret), "", None
    if client_secret is not None:
        mailbox.oauth_client_secret = seal(client_secret)
    if mailbox.pk:
        mailbox.save(
            update_fields=["secret", "oauth_client_secret", "access_token", "access_token_expires_at"]
        )


@contextmanager
def imap(mailbox: Mailbox) -> Iterator[Any]:
    """A signed-in IMAP connection, closed at the end. Raises AccountFailed, OSError."""
    _check_plain(mailbox.imap_host, mailbox.imap_port, mailbox.imap_security)
    is_tls = mailbox.imap_security == Mailbox.Security.TLS
    client: Any = IMAPClient(
        mailbox.imap_host,
        mailbox.imap_port,
        ssl=is_tls,
        ssl_context=ssl.create_default_context() if is_tls else None,
        timeout=SocketTimeout(connect=CONNECT_SECONDS, read=READ_SECONDS),  # type: ignore[arg-type]
    )
    try:
        if mailbox.imap_security == Mailbox.Security.STARTTLS:
            client.starttls(ssl.create_default_context())
        _sign_in(client, mailbox)
        yield client
    finally:
        client.shutdown()


def _sign_in(client: Any, mailbox: Mailbox) -> None:
    try:
        if mailbox.auth == Mailbox.Auth.XOAUTH2:
            client.oauth2_login(mailbox.imap_user, access_token(mailbox))
        else:
            client.login(mailbox.imap_user, _opened(mailbox.secret))
    except LoginError as error:
        if mailbox.auth == Mailbox.Auth.XOAUTH2:
            # The server may have withdrawn the token before its time: the next try gets a new one.
            Mailbox.objects.filter(pk=mailbox.pk).update(access_token="", access_token_expires_at=None)
        raise AccountFailed(f"IMAP: {error}", needs_person=True) from error


def smtp_server(mailbox: Mailbox) -> SmtpServer:
    """Where the mailbox's mail leaves, with a live token or the password. Raises AccountFailed."""
    _check_plain(mailbox.smtp_host, mailbox.smtp_port, mailbox.smtp_security)
    server = SmtpServer(mailbox.smtp_host, mailbox.smtp_port, mailbox.smtp_security, mailbox.smtp_user)
    if not mailbox.smtp_user:
        return server
    if mailbox.auth == Mailbox.Auth.XOAUTH2:
        return SmtpServer(**{**vars(server), "oauth_token": access_token(mailbox)})
    return SmtpServer(**{**vars(server), "password": _opened(mailbox.secret)})


def access_token(mailbox: Mailbox) -> str:
    """An access token that lives for another minute; a new one is fetched where needed."""
    mailbox.refresh_from_db(fields=["secret", "access_token", "access_token_expires_at"])
    expires_at = mailbox.access_token_expires_at
    if mailbox.access_token and expires_at and expires_at - RENEW_BEFORE > now():
        return _opened(mailbox.access_token)
    return _renewed(mailbox)


def _renewed(mailbox: Mailbox) -> str:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": _opened(mailbox.secret),
        "client_id": mailbox.oauth_client_id,
        "client_secret": _opened(mailbox.oauth_client_secret),
    }
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        content = urlencode({name: value for name, value in form.items() if value}).encode()
        answer = fetch("POST", mailbox.oauth_token_url, headers=kind, content=content)
        told = json.loads(answer.body)
    except (Blocked, Unreachable, ValueError) as error:
        raise AccountFailed(f"OAuth: {error}", needs_person=isinstance(error, Blocked)) from error
    if not isinstance(told, dict) or answer.status != 200 or not told.get("access_token"):
        reason = told.get("error", "") if isinstance(told, dict) else ""
        text = f"OAuth: {answer.status} {reason}"[:300]
        raise AccountFailed(text, needs_person=answer.status < 500)
    return _keep_token(mailbox, told)


def _keep_token(mailbox: Mailbox, told: dict[str, object]) -> str:
    token, life = str(told["access_token"]), str(told.get("expires_in", 3600))
    mailbox.access_token = seal(token)
    mailbox.access_token_expires_at = now() + timedelta(seconds=int(life) if life.isdigit() else 3600)
    fields = ["access_token", "access_token_expires_at"]
    if told.get("refresh_token"):
        # Some providers give a new refresh token each time and let the old one die.
        mailbox.secret = seal(str(told["refresh_token"]))
        fields.append("secret")
    mailbox.save(update_fields=fields)
    return token


def _opened(sealed: str) -> str:
    try:
        return unseal(sealed)
    except SealBroken as error:
        raise AccountFailed(str(error), needs_person=True) from error


def _check_plain(host: str, port: int, security: str) -> None:
    allowed = host in LOCAL or f"{host}:{port}" in settings.OUTBOUND_ALLOWED
    if security == Mailbox.Security.PLAIN and not allowed:
        raise AccountFailed(
            f"{host}:{port} without TLS would send the password in the clear", needs_person=True
        )


def note_ok(mailbox: Mailbox) -> None:
    """The mailbox was read: an episode of failure, if any, is over."""
    mailbox.last_ok_at, mailbox.last_error = now(), ""
    Mailbox.objects.filter(pk=mailbox.pk).update(last_ok_at=mailbox.last_ok_at, last_error="")


@transaction.atomic
def note_failure(mailbox: Mailbox, error: str, *, needs_person: bool) -> None:
    """Write the failure down; tell the administrators once per episode, at once where only they can help."""
    mailbox.refresh_from_db(fields=["last_ok_at", "last_error", "last_error_at"])
    began = mailbox.last_error_at if mailbox.last_error and mailbox.last_error_at else now()
    changes = {"last_error": error[:2000] or "failed", "last_error_at": began}
    Mailbox.objects.filter(pk=mailbox.pk).update(**changes)
    if not needs_person and now() - began < PATIENCE:
        return
    episode = int(mailbox.last_ok_at.timestamp()) if mailbox.last_ok_at else 0
    key = f"mailbox:{mailbox.pk}:failing:{episode}"
    told = Notice.objects.filter(key__startswith=f"{key}:").exists()
    if not told:
        administrators = active_staff().filter(role=Role.ADMINISTRATOR)
        notify(administrators, "mailbox.failing", key, address=mailbox.address, error=error[:300])
