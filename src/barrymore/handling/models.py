"""Recoveries: what went wrong, what was done about it, and what the guest says of that."""

from datetime import UTC, datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.alerts.models import Alert
from barrymore.conversations.models import Conversation
from barrymore.customers.models import Customer
from barrymore.feedback.models import Case
from barrymore.organisation.models import Point, Site, Staff

NO_DEADLINE = datetime(9999, 1, 1, tzinfo=UTC)


class Kindness(models.Model):
    """A small kindness that a house gives: what it is and what it costs."""

    name = models.CharField(max_length=80)
    cost = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, default="EUR")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Recovery(models.Model):
    """One red press or bad answer and the way back; `key` is that of what was said."""

    class State(models.TextChoices):
        """How far it has come. Claimed is our word, confirmed and contradicted are the guest's."""

        NEW = "new", _("just in")
        JOINED = "joined", _("joined to another")
        BURST = "burst", _("one of a burst")
        OPEN = "open", _("to put right")
        CLAIMED = "claimed", _("done, we say")
        CONFIRMED = "confirmed", _("put right, says the guest")
        CONTRADICTED = "contradicted", _("not put right, says the guest")
        CHECKED = "checked", _("checked on the spot")

    class Way(models.TextChoices):
        """How the guest said it."""

        MAIL = "mail", _("by mail")
        SMS = "sms", _("by text message")
        DESK = "desk", _("at the desk")

    key = models.CharField(max_length=140, unique=True)
    source = models.CharField(max_length=8)  # press or survey
    state = models.CharField(max_length=12, choices=State, default=State.NEW)
    at = models.DateTimeField()
    site = models.ForeignKey(Site, null=True, on_delete=models.SET_NULL)
    point = models.ForeignKey(Point, null=True, on_delete=models.SET_NULL)
    case = models.OneToOneField(Case, null=True, on_delete=models.CASCADE, related_name="recovery")
    score = models.SmallIntegerField()
    scale = models.CharField(max_length=20)
    said = models.TextField(blank=True)
    concerned = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")
    alert = models.ForeignKey(Alert, null=True, on_delete=models.SET_NULL, related_name="recoveries")
    conversation = models.OneToOneField(
        Conversation, null=True, on_delete=models.CASCADE, related_name="recovery"
    )
    customer = models.ForeignKey(Customer, null=True, on_delete=models.SET_NULL, related_name="recoveries")
    leaves_at = models.DateTimeField(null=True)  # the guest's departure, where a booking tells it
    due_at = models.DateTimeField(default=NO_DEADLINE)
    open_after = models.DateTimeField()  # a failure to open it is tried again then
    claims = models.PositiveSmallIntegerField(default=0)
    token_digest = models.CharField(max_length=64, blank=True, db_index=True)
    asked_by = models.CharField(max_length=4, choices=Way, blank=True)
    said_by = models.CharField(max_length=4, choices=Way, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["open_after"], name="recovery_new", condition=models.Q(state="new")),
            models.Index(fields=["due_at", "id"], name="recovery_due"),
            models.Index(fields=["state", "-id"], name="recovery_of_state"),
        ]

    def __str__(self) -> str:
        return self.key


class Claim(models.Model):
    """What we say that we have done; each claim is asked about once."""

    recovery = models.ForeignKey(Recovery, on_delete=models.CASCADE, related_name="claimed")
    number = models.PositiveSmallIntegerField()
    staff = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL)
    at = models.DateTimeField()
    what = models.TextField()
    kindness = models.ForeignKey(Kindness, null=True, on_delete=models.PROTECT, related_name="given")
    cost = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    # Whether the basics of the site were green then: a kindness is a delight only on top of them.
    is_delight = models.BooleanField(default=False)
    answer = models.CharField(max_length=12, blank=True)  # confirmed or contradicted

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["recovery", "number"], name="claim_once")]

    def __str__(self) -> str:
        return f"{self.recovery_id} claim {self.number}"


class Basic(models.Model):
    """One of the basics of a site that must be in order before anything extra counts."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="basics")
    name = models.CharField(max_length=120)
    every_days = models.PositiveSmallIntegerField(default=1)  # a check is good for so many days
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["site", "name"]

    def __str__(self) -> str:
        return self.name


class BasicCheck(models.Model):
    """Somebody has looked at a basic: green or red."""

    basic = models.ForeignKey(Basic, on_delete=models.CASCADE, related_name="checks")
    staff = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL)
    at = models.DateTimeField()
    is_green = models.BooleanField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["basic", "-at"], name="basic_newest_check")]

    def __str__(self) -> str:
        return f"{self.basic_id} {'green' if self.is_green else 'red'}"
