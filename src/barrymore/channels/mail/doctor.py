"""What `barrymore doctor mail` looks at, each finding with what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias

import dns.exception
import dns.resolver
from django.utils.translation import gettext as _
from imapclient.exceptions import IMAPClientError

from barrymore.channels.mail.account import AccountFailed, access_token, imap, smtp_server
from barrymore.channels.mail.composing import domain_of
from barrymore.channels.models import Mailbox
from barrymore.delivery.smtp import SendFailed, try_sign_in
from barrymore.journal.moment import now

State: TypeAlias = Literal["ok", "warn", "bad"]
DNS_SECONDS = 4.0
SELECTORS = ("default", "mail", "dkim", "google", "selector1", "selector2", "s1", "k1")


@dataclass(frozen=True)
class Check:
    """One finding. `advice` is empty where nothing need be done."""

    name: str
    state: State
    detail: str
    advice: str = ""


class CouldNotAsk(Exception):
    """No name server answered."""


def checks() -> list[Check]:
    """All findings about all active mailboxes; a name server that is away is a warning, never an error."""
    mailboxes = list(Mailbox.objects.filter(is_active=True))
    if not mailboxes:
        return [Check("mailboxes", "warn", _("No mailbox is connected."), _("Connect one in the settings."))]
    found = [check for mailbox in mailboxes for check in _of_account(mailbox)]
    domains = dict.fromkeys(domain_of(mailbox) for mailbox in mailboxes)
    return found + [check for domain in domains for check in _of_domain(domain)]


def _of_account(mailbox: Mailbox) -> Iterator[Check]:
    if mailbox.auth == Mailbox.Auth.XOAUTH2:
        yield _of_token(mailbox)
    yield _of_imap(mailbox)
    yield _of_smtp(mailbox)


def _of_token(mailbox: Mailbox) -> Check:
    name = f"{mailbox.address} OAuth"
    try:
        access_token(mailbox)
    except AccountFailed as error:
        return Check(
            name, "bad", str(error), _("Sign in at the provider again and enter the new refresh token.")
        )
    left = (mailbox.access_token_expires_at or now()) - now()
    return Check(
        name, "ok", _("valid for %(n)s s, renewed by itself") % {"n": int(left / timedelta(seconds=1))}
    )


def _of_imap(mailbox: Mailbox) -> Check:
    name = f"{mailbox.address} IMAP"
    try:
        with imap(mailbox) as client:
            client.select_folder("INBOX", readonly=True)
            idle = client.has_capability("IDLE")
    except (AccountFailed, IMAPClientError, OSError) as error:
        return Check(name, "bad", str(error), _("Check host, port, protection and password of the mailbox."))
    return Check(
        name, "ok", _("signed in") if idle else _("signed in; the server has no IDLE, so we ask again")
    )


def _of_smtp(mailbox: Mailbox) -> Check:
    name = f"{mailbox.address} SMTP"
    try:
        try_sign_in(smtp_server(mailbox))
    except (AccountFailed, SendFailed) as error:
        return Check(name, "bad", str(error), _("Check host, port, protection and password for sending."))
    return Check(name, "ok", _("signed in"))


def _of_domain(domain: str) -> Iterator[Check]:
    yield _of_record(
        "SPF",
        domain,
        [domain],
        "v=spf1",
        _("Publish a TXT record that begins with v=spf1 and names your servers."),
    )
    names = [f"{selector}._domainkey.{domain}" for selector in SELECTORS]
    yield _of_record("DKIM", domain, names, "p=", _("Ask your mail provider for its DKIM selector and key."))
    advice = _("Publish a TXT record at _dmarc.%(domain)s that begins with v=DMARC1.") % {"domain": domain}
    yield _of_record("DMARC", domain, [f"_dmarc.{domain}"], "v=DMARC1", advice)


def _of_record(kind: str, domain: str, names: list[str], mark: str, advice: str) -> Check:
    try:
        texts = [text for name in names for text in txt_records(name)]
    except CouldNotAsk as error:
        return Check(f"{domain} {kind}", "warn", _("could not ask: %(error)s") % {"error": error})
    found = next((text for text in texts if mark.lower() in text.lower()), "")
    if found:
        return Check(f"{domain} {kind}", "ok", found[:200])
    return Check(f"{domain} {kind}", "warn", _("no record found"), advice)


def txt_records(name: str) -> list[str]:
    """The TXT records of a name, none where there are none. Raises CouldNotAsk."""
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=DNS_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise CouldNotAsk(type(error).__name__) from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
