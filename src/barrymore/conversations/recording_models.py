"""Recordings of calls, and the profile without which there are none."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.organisation.models import Staff


class RecordingProfile(models.Model):
    """What holds for recording in this house since somebody chose it; the newest holds."""

    class Basis(models.TextChoices):
        """What the caller is asked."""

        CONSENT = "consent", _("The caller is asked, and only a yes is recorded")
        NOTICE = "notice", _("The caller is told, and may say no")

    is_on = models.BooleanField(default=False)
    country = models.CharField(max_length=2)
    basis = models.CharField(max_length=8, choices=Basis, default=Basis.CONSENT)
    keep_days = models.PositiveSmallIntegerField(default=90)
    # Ids of the queues whose calls are recorded; empty for all.
    queues = models.JSONField(default=list)
    # Of 100 calls that may be recorded so many are, drawn by lot.
    share = models.PositiveSmallIntegerField(default=100)
    chosen_by = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")
    chosen_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.country} {self.basis}"


class CallRecording(models.Model):
    """One call as it was heard: the customer's side and ours, each in its own encrypted file."""

    class State(models.TextChoices):
        """How far it has come."""

        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        KEPT = "kept", _("kept")
        FAILED = "failed", _("could not be kept")
        FORGOTTEN = "forgotten", _("deleted after its time")

    key = models.CharField(max_length=80, unique=True)  # of the call and its part: `call:12:1`
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="recordings"
    )
    staff = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.RUNNING)
    basis = models.CharField(max_length=8, choices=RecordingProfile.Basis)
    began_at = models.DateTimeField()
    forget_at = models.DateTimeField()
    seconds = models.FloatField(null=True)
    pauses = models.JSONField(
        default=list
    )  # [[from, to], …] in seconds of the recording; to is null while paused
    rate = models.PositiveIntegerField(default=8000)  # samples a second, 16 bits each, one channel a side
    customer_path = models.CharField(max_length=120, blank=True)
    customer_key = models.TextField(blank=True)  # sealed
    customer_frames = models.PositiveIntegerField(default=0)
    customer_peaks = models.JSONField(default=list)  # of 0 to 1, evenly over the time
    agent_path = models.CharField(max_length=120, blank=True)
    agent_key = models.TextField(blank=True)  # sealed
    agent_frames = models.PositiveIntegerField(default=0)
    agent_peaks = models.JSONField(default=list)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["began_at", "id"]
        indexes = [
            models.Index(
                fields=["forget_at"],
                name="recording_forget",
                condition=~models.Q(state="forgotten"),
            )
        ]

    def __str__(self) -> str:
        return self.key
