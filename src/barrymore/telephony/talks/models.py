"""Who spoke with whom on a call, how it was passed on, and what pages ask of the switchboard."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.conversations.recording_models import CallRecording
from barrymore.organisation.models import Staff
from barrymore.routing.models import Queue


class Talk(models.Model):
    """One person on the line of a call, from when to when."""

    class Kind(models.TextChoices):
        """With whom."""

        CUSTOMER = "customer", _("with the customer")
        ASIDE = "aside", _("with a colleague, while the customer waits")
        TOGETHER = "together", _("all together")

    call = models.ForeignKey("telephony.Call", on_delete=models.CASCADE, related_name="talks")
    staff = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")
    number = models.CharField(max_length=20, blank=True)  # who was called outside the house
    leg = models.CharField(max_length=160)  # the unique id of the line to that person
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.CUSTOMER)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    recording = models.ForeignKey(CallRecording, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["began_at", "id"]
        indexes = [
            models.Index(fields=["call"], name="talk_open", condition=models.Q(ended_at=None)),
            models.Index(
                fields=["recording"], name="talk_recorded", condition=models.Q(recording__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.kind} {self.staff_id or self.number}"

    @property
    def seconds(self) -> float:
        """How long; 0 while it lasts."""
        return max((self.ended_at - self.began_at).total_seconds(), 0.0) if self.ended_at else 0.0


class Passing(models.Model):
    """A caller passed on, somebody asked into the call, or a caller put aside; at most one of a call open."""

    class Kind(models.TextChoices):
        """How."""

        COLD = "cold", _("passed on")
        BACK = "back", _("given back")
        CONSULT = "consult", _("asked first")
        PARK = "park", _("put aside")
        TAKE = "take", _("taken back")

    class State(models.TextChoices):
        """How far it has come."""

        OPEN = "open", _("on the way")
        TALKING = "talking", _("speaking aside")
        JOINED = "joined", _("all together")
        DONE = "done", _("taken")
        OVER = "over", _("not taken")

    call = models.ForeignKey("telephony.Call", on_delete=models.CASCADE, related_name="passings")
    kind = models.CharField(max_length=8, choices=Kind)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    by = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")
    to = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")
    queue = models.ForeignKey(Queue, null=True, on_delete=models.SET_NULL, related_name="+")
    number = models.CharField(max_length=20, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)  # of the legs that ring for it
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["call"], name="passing_one_open", condition=models.Q(ended_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.kind} {self.state}"


class Order(models.Model):
    """Something that a page or a program asks of the switchboard; whoever drives the node takes it."""

    call = models.ForeignKey("telephony.Call", on_delete=models.CASCADE, related_name="orders")
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=12)
    to = models.ForeignKey(Staff, null=True, on_delete=models.CASCADE, related_name="+")
    queue = models.ForeignKey(Queue, null=True, on_delete=models.CASCADE, related_name="+")
    number = models.CharField(max_length=20, blank=True)
    made_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=40, blank=True)  # why it was not done

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["id"], name="order_untaken", condition=models.Q(taken_at=None))]

    def __str__(self) -> str:
        return f"{self.call_id} {self.what}"


class ListeningNotice(models.Model):
    """What the people of the house are told of supervisors who listen; the newest holds, empty is off."""

    text = models.TextField(blank=True)
    chosen_by = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")
    chosen_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.text[:40]


class Listening(models.Model):
    """A supervisor who listens to a talk, or speaks into it; seen by whoever talks from the first moment."""

    class How(models.TextChoices):
        """Who hears the supervisor."""

        LISTEN = "listen", _("listens")
        WHISPER = "whisper", _("whispers, the customer does not hear it")
        BARGE = "barge", _("speaks with both")

    call = models.ForeignKey("telephony.Call", on_delete=models.CASCADE, related_name="listenings")
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="+")
    to = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")
    how = models.CharField(max_length=8, choices=How)
    asked_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["call"], name="listening_open", condition=models.Q(ended_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["staff"], name="listening_one_each", condition=models.Q(ended_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.how} {self.call_id}"
