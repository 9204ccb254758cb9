"""What is entered about a mailbox, and how its secrets are kept."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from barrymore.channels.mail.account import keep_secret
from barrymore.channels.models import Mailbox

SECRET = forms.PasswordInput(attrs={"autocomplete": "new-password"})


class MailboxForm(forms.ModelForm):  # type: ignore[type-arg]
    """Addresses of the servers, and a password that is never shown again."""

    new_secret = forms.CharField(
        required=False,
        label=_("Password, or refresh token"),
        widget=SECRET,
        help_text=_("Kept encrypted. Empty leaves it as it is."),
    )
    new_client_secret = forms.CharField(required=False, label=_("OAuth client secret"), widget=SECRET)

    class Meta:
        model = Mailbox
        fields = [
            "address",
            "name",
            "site",
            "queue",
            "signature",
            "imap_host",
            "imap_port",
            "imap_security",
            "imap_user",
            "smtp_host",
            "smtp_port",
            "smtp_security",
            "smtp_user",
            "auth",
            "oauth_token_url",
            "oauth_client_id",
            "is_active",
        ]
        labels: dict[str, Any] = {
            "address": _("Address"),
            "name": _("Name that customers see"),
            "site": _("Site"),
            "queue": _("Queue"),
            "signature": _("Signature"),
            "imap_host": _("IMAP server"),
            "imap_port": _("IMAP port"),
            "imap_security": _("IMAP protection"),
            "imap_user": _("IMAP user"),
            "smtp_host": _("SMTP server"),
            "smtp_port": _("SMTP port"),
            "smtp_security": _("SMTP protection"),
            "smtp_user": _("SMTP user"),
            "auth": _("Sign-in"),
            "oauth_token_url": _("OAuth token address"),
            "oauth_client_id": _("OAuth client id"),
            "is_active": _("In use"),
        }

    def save(self, commit: bool = True) -> Mailbox:
        """Write the mailbox; secrets go through the seal."""
        mailbox: Mailbox = super().save(commit)
        secret, client_secret = self.cleaned_data["new_secret"], self.cleaned_data["new_client_secret"]
        if secret:
            keep_secret(mailbox, secret, client_secret or None)
        return mailbox
