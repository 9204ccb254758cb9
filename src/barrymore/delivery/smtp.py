"""Hand a finished mail to an SMTP server."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 30
QUIT_SECONDS = 3


@dataclass(frozen=True)
class SmtpServer:
    """Where mail leaves. `security` is tls, starttls or plain; `oauth_token` replaces the password."""

    host: str
    port: int
    security: str = "starttls"
    user: str = ""
    password: str = ""
    oauth_token: str = ""


class SendFailed(Exception):
    """The mail did not leave. `final` when the same mail will never be taken.

    `is_server` when no mail at all would leave by this server now; `is_sender` when it refused
    the envelope sender and not the mail.
    """

    def __init__(self, text: str, *, final: bool, is_server: bool = False, is_sender: bool = False) -> None:
        super().__init__(text)
        self.final, self.is_server, self.is_sender = final, is_server, is_sender


def server_of(url: str) -> SmtpServer:
    """Read `smtp://user:password@host:port` (STARTTLS), `smtps://` (TLS) or `smtp+plain://`."""
    parts = urlsplit(url)
    security = {"smtps": "tls", "smtp": "starttls", "smtp+plain": "plain"}[parts.scheme]
    port = parts.port or (465 if security == "tls" else 587)
    return SmtpServer(
        parts.hostname or "localhost",
        port,
        security,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


def send(server: SmtpServer, mail: EmailMessage, sender: str, recipients: Sequence[str]) -> str:
    """Send to all recipients or raise SendFailed; returns a remark about recipients that were refused.

    `sender` is the envelope sender, empty for automatic mail, so that nothing can bounce in a circle.
    """
    smtp = _opened(server)
    try:
        refused = smtp.send_message(mail, from_addr=sender, to_addrs=list(recipients))
    except smtplib.SMTPRecipientsRefused as error:
        raise _failure(
            {code for code, _ in error.recipients.values()}, _refusals(error.recipients)
        ) from error
    except smtplib.SMTPResponseException as error:
        text = f"{error.smtp_code} {_text(error.smtp_error)}"
        refused_sender = isinstance(error, smtplib.SMTPSenderRefused)
        raise _failure({error.smtp_code}, text, is_sender=refused_sender) from error
    except (smtplib.SMTPNotSupportedError, ValueError) as error:
        # The mail itself cannot be said in SMTP (an address beyond ASCII, a broken header).
        raise SendFailed(f"{type(error).__name__}: {error}", final=True) from error
    except (smtplib.SMTPException, OSError) as error:
        raise SendFailed(f"{type(error).__name__}: {error}", final=False) from error
    finally:
        _close(smtp)
    return _refusals(refused)


def try_sign_in(server: SmtpServer) -> None:
    """Connect and sign in without sending anything. Raises SendFailed."""
    _close(_opened(server))


def _opened(server: SmtpServer) -> smtplib.SMTP:
    try:
        return _connected(server)
    except smtplib.SMTPResponseException as error:
        text = f"{error.smtp_code} {_text(error.smtp_error)}"
        raise SendFailed(text, final=False, is_server=True) from error
    except (smtplib.SMTPException, OSError) as error:
        raise SendFailed(f"{type(error).__name__}: {error}", final=False, is_server=True) from error


def _close(smtp: smtplib.SMTP) -> None:
    # What was taken is taken: a server that stumbles over QUIT must not make us send again.
    try:
        if smtp.sock:
            smtp.sock.settimeout(QUIT_SECONDS)
        smtp.quit()
    except (smtplib.SMTPException, OSError):
        smtp.close()


def _connected(server: SmtpServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIMEOUT_SECONDS, context=context
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        if server.security == "starttls":
            smtp.starttls(context=context)
        _sign_in(smtp, server)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _sign_in(smtp: smtplib.SMTP, server: SmtpServer) -> None:
    if server.oauth_token:
        smtp.ehlo_or_helo_if_needed()
        words = f"user={server.user}\x01auth=Bearer {server.oauth_token}\x01\x01"
        smtp.auth("XOAUTH2", lambda challenge=None: words if challenge is None else "")
    elif server.password:
        smtp.login(server.user, server.password)


def _failure(codes: set[int], text: str, *, is_sender: bool = False) -> SendFailed:
    # 5xx is the server's last word, except for a sign-in that an administrator can mend (530 to 539).
    final = all(500 <= code < 600 and not 530 <= code < 540 for code in codes)
    return SendFailed(text, final=final, is_sender=is_sender)


def _refusals(refused: dict[str, tuple[int, bytes]]) -> str:
    return "; ".join(f"{address}: {code} {_text(text)}" for address, (code, text) in refused.items())


def _text(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
