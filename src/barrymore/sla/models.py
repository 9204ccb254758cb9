"""Calendars, policies and the clocks that run under them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.conversations.models import Conversation


class Calendar(models.Model):
    """Opening hours in one time zone. Every edit raises the version that deadlines are stored with."""

    name = models.CharField(max_length=80)
    timezone = models.CharField(max_length=60, default="UTC")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Block(models.Model):
    """One stretch of open hours on one weekday (0 is Monday); minute 1440 is the end of the day."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="blocks")
    weekday = models.PositiveSmallIntegerField()
    starts_minute = models.PositiveSmallIntegerField()
    ends_minute = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["weekday", "starts_minute"]

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts_minute}-{self.ends_minute}"


class Holiday(models.Model):
    """A day that keeps other hours: closed without minutes, or open between them."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="holidays")
    date = models.DateField()
    name = models.CharField(max_length=80, blank=True)
    starts_minute = models.PositiveSmallIntegerField(null=True)
    ends_minute = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["calendar", "date"], name="holiday_once")]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


class Policy(models.Model):
    """What we promise in one queue at one priority; empty fields mean any. The narrowest policy wins."""

    name = models.CharField(max_length=80)
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT)
    queue_ref = models.BigIntegerField(null=True, blank=True)
    priority = models.PositiveSmallIntegerField(null=True, blank=True)
    first_response_minutes = models.PositiveIntegerField(null=True, blank=True)
    next_response_minutes = models.PositiveIntegerField(null=True, blank=True)
    resolution_minutes = models.PositiveIntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Clock(models.Model):
    """A running promise. Pauses only while we wait for the customer."""

    class Kind(models.TextChoices):
        """What was promised."""

        FIRST_RESPONSE = "first_response", _("the first answer")
        NEXT_RESPONSE = "next_response", _("the next answer")
        RESOLUTION = "resolution", _("the solution")

    class State(models.TextChoices):
        """Terminal states are met, missed and cancelled."""

        RUNNING = "running"
        PAUSED = "paused"
        MET = "met"
        MISSED = "missed"
        CANCELLED = "cancelled"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(max_length=20, choices=Kind)
    policy = models.ForeignKey(Policy, null=True, on_delete=models.SET_NULL)
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT)
    calendar_version = models.PositiveIntegerField()
    target_minutes = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField()
    running_since = models.DateTimeField(null=True)
    spent_seconds = models.FloatField(default=0)  # working time used before running_since
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "kind"],
                name="clock_one_live",
                condition=models.Q(state__in=["running", "paused"]),
            )
        ]
        indexes = [
            models.Index(
                fields=["warn_at"],
                name="clock_to_warn",
                condition=models.Q(state="running", warned_at=None),
            ),
            models.Index(
                fields=["due_at"],
                name="clock_to_breach",
                condition=models.Q(state="running", breached_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.conversation_id}"


class ClockEvent(models.Model):
    """One line of the answer to "why is it due then?"."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    what = models.CharField(max_length=20)
    due_at = models.DateTimeField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.what
