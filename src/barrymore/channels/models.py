"""Mailboxes, the raw mails that came into them, and what the other channels keep."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.channels.chat.models import Visitor, Widget
from barrymore.channels.counts.models import CountFile
from barrymore.channels.devices.models import Device
from barrymore.channels.devices.screen_models import Screen, Slide, SlideViews, Target
from barrymore.channels.form.models import WebForm
from barrymore.channels.imports.models import Import, Imported, ImportedAddress, ImportFault
from barrymore.channels.mqtt.models import Broker, Heard, Meaning
from barrymore.channels.sms.models import SmsNumber
from barrymore.conversations.models import Conversation
from barrymore.organisation.models import Site
from barrymore.routing.models import Queue

__all__ = [
    "Broker",
    "CountFile",
    "Device",
    "Heard",
    "Import",
    "ImportFault",
    "Imported",
    "ImportedAddress",
    "Mailbox",
    "Meaning",
    "RawMail",
    "Screen",
    "Slide",
    "SlideViews",
    "SmsNumber",
    "Target",
    "Visitor",
    "WebForm",
    "Widget",
]


class Mailbox(models.Model):
    """One mail account that we read by IMAP and write from by SMTP."""

    class Security(models.TextChoices):
        """How the connection is protected."""

        TLS = "tls", _("TLS")
        STARTTLS = "starttls", _("STARTTLS")
        PLAIN = "plain", _("none (only on this machine)")

    class Auth(models.TextChoices):
        """How we sign in to the mail server."""

        PASSWORD = "password", _("Password")
        XOAUTH2 = "xoauth2", _("OAuth 2 (XOAUTH2)")

    address = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.SET_NULL)
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.SET_NULL)
    signature = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)

    imap_host = models.CharField(max_length=200)
    imap_port = models.PositiveIntegerField(default=993)
    imap_security = models.CharField(max_length=10, choices=Security, default=Security.TLS)
    imap_user = models.CharField(max_length=200)
    smtp_host = models.CharField(max_length=200)
    smtp_port = models.PositiveIntegerField(default=587)
    smtp_security = models.CharField(max_length=10, choices=Security, default=Security.STARTTLS)
    smtp_user = models.CharField(max_length=200, blank=True)

    auth = models.CharField(max_length=10, choices=Auth, default=Auth.PASSWORD)
    secret = models.TextField(blank=True)  # encrypted: password or refresh token
    oauth_token_url = models.CharField(max_length=500, blank=True)
    oauth_client_id = models.CharField(max_length=200, blank=True)
    oauth_client_secret = models.TextField(blank=True)  # encrypted
    access_token = models.TextField(blank=True)  # encrypted
    access_token_expires_at = models.DateTimeField(null=True)

    uidvalidity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    last_ok_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.address


class RawMail(models.Model):
    """A mail exactly as it came, stored and committed before the server is told that it was seen."""

    class State(models.TextChoices):
        """How far the mail has come."""

        STORED = "stored"
        DONE = "done"
        DUPLICATE = "duplicate"
        REJECTED = "rejected"
        QUARANTINED = "quarantined"

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="mails")
    uidvalidity = models.BigIntegerField()
    uid = models.BigIntegerField()
    digest = models.CharField(max_length=64)  # SHA-256 of the bytes
    path = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.STORED)
    outcome = models.CharField(max_length=60, blank=True)  # why rejected, or what it was taken for
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.SET_NULL)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "uidvalidity", "uid"], name="mail_once"),
        ]
        indexes = [
            models.Index(fields=["digest"], name="mail_digest"),
            models.Index(fields=["id"], name="mail_to_do", condition=models.Q(state="stored")),
        ]

    def __str__(self) -> str:
        return f"{self.mailbox_id}/{self.uidvalidity}/{self.uid}"
