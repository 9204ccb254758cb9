"""Queues, who works in them, who is there, and what is offered to whom."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.conversations.models import Conversation
from barrymore.organisation.models import Site, Staff


class Queue(models.Model):
    """A line of conversations that one team answers."""

    name = models.CharField(max_length=80)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.SET_NULL)
    position = models.PositiveSmallIntegerField(default=0)
    offer_seconds = models.PositiveIntegerField(default=120)
    skills = models.JSONField(default=dict)  # {"billing": 1}: what its work asks for, with the least level
    # After so many minutes those who lack a skill, and the people of the queue behind, are asked too.
    overflow_minutes = models.PositiveIntegerField(null=True, blank=True)
    overflow_queue = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="overflowing"
    )
    is_default = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    members = models.ManyToManyField(Staff, blank=True, related_name="queues")

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Priority(models.IntegerChoices):
    """How soon compared with others; the higher the sooner."""

    LOW = 1, _("low")
    NORMAL = 2, _("normal")
    HIGH = 3, _("high")
    URGENT = 4, _("urgent")


class Line(models.IntegerChoices):
    """Whether somebody hangs on the line while they wait; whoever rings people offers it, never the round."""

    NONE = 0
    WAITING = 1
    HELD = 2  # a person is rung for it, or speaks


class Placement(models.Model):
    """Where a conversation stands: its queue, its priority and when its nearest promise runs out."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="placement")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="placements")
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    is_open = models.BooleanField(default=True)  # in the list: open or waiting, not closed, not spam
    is_paused = models.BooleanField(default=False)  # waiting for the customer
    has_owner = models.BooleanField(default=False)
    line = models.PositiveSmallIntegerField(choices=Line, default=Line.NONE)
    # Sort key of the list: the nearest deadline; far in the future when nothing is due.
    due_at = models.DateTimeField()
    enqueued_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["queue", "is_paused", "due_at", "id"],
                name="placement_list",
                condition=models.Q(is_open=True),
            ),
            models.Index(
                fields=["is_paused", "due_at", "id"],
                name="placement_list_all",
                condition=models.Q(is_open=True),
            ),
            models.Index(
                fields=["-priority", "enqueued_at", "id"],
                name="placement_unowned",
                condition=models.Q(is_open=True, is_paused=False, has_owner=False),
            ),
            models.Index(
                fields=["has_owner", "queue", "-priority", "enqueued_at", "id"],
                name="placement_live",
                condition=models.Q(line=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} in {self.queue_id}"


class Presence(models.Model):
    """Whether a member of staff takes work now, and if not, why."""

    class State(models.TextChoices):
        """One status over all channels."""

        AVAILABLE = "available", _("Available")
        BUSY = "busy", _("Busy")
        BREAK = "break", _("Break")
        TRAINING = "training", _("Training")
        AWAY = "away", _("Away")

    staff = models.OneToOneField(Staff, on_delete=models.CASCADE, related_name="presence")
    state = models.CharField(max_length=10, choices=State, default=State.AWAY)
    reason = models.CharField(max_length=80, blank=True)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    # Since when a telephone rings or is held; nothing else is offered meanwhile.
    engaged_since = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["staff"], name="presence_engaged", condition=models.Q(engaged_since__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.state}"


class Offer(models.Model):
    """A conversation held out to one person for a short time."""

    class State(models.TextChoices):
        """How the offer ended."""

        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        EXPIRED = "expired"
        WITHDRAWN = "withdrawn"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="offers")
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="offers")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    reasons = models.JSONField(default=list)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], name="offer_one_open", condition=models.Q(state="open")
            )
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="offer_running", condition=models.Q(state="open")),
            models.Index(fields=["staff", "-offered_at"], name="offer_of_staff"),
            models.Index(fields=["staff"], name="offer_held", condition=models.Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} to {self.staff_id}"
