"""Outbox rows: effects that leave the house after their transaction has committed."""

from django.db import models


class OutboxRow(models.Model):
    """One effect, owed exactly once; `effect_key` refuses a second row for the same effect."""

    class State(models.TextChoices):
        """Where the row stands."""

        WAITING = "waiting"
        SENT = "sent"
        DEAD = "dead"
        CANCELLED = "cancelled"

    kind = models.CharField(max_length=40)
    effect_key = models.CharField(max_length=160, unique=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    lease = models.CharField(max_length=32, blank=True)
    leased_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["kind", "next_attempt_at"],
                name="outbox_due",
                condition=models.Q(state="waiting"),
            ),
            models.Index(fields=["-id"], name="outbox_dead", condition=models.Q(state="dead")),
        ]

    def __str__(self) -> str:
        return self.effect_key
