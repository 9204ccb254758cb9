"""What a machine read out of a voice message or a photo: kept beside what people wrote, never over it."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from barrymore.organisation.models import Staff

# Why something was not read, by the one word that is kept.
WHY: dict[str, Promise] = {
    "unreadable": _("the file is none that can be read"),
    "no_sound": _("there is no sound in it"),
    "too_long": _("it is too long"),
    "too_large": _("it is too large"),
    "too_much": _("it would need too much memory"),
    "gone": _("the file was gone before its turn"),
    "language": _("the model does not know the language"),
    "broke": _("the program ended or took too long, three times"),
    "blurred": _("the guest blurred it"),
    "not_told": _("the guest was not told of it"),
    "off": _("it was switched off"),
}
# Under this confidence of the model a transcript is shown as doubtful.
DOUBTFUL_BELOW = 0.55


class MachineReading(models.Model):
    """What is switched on (row 1), and what went wrong last that was no fault of a medium."""

    speech_on = models.BooleanField(default=True)
    presence_on = models.BooleanField(default=False)
    speech_error = models.CharField(max_length=200, blank=True)
    speech_error_at = models.DateTimeField(null=True)
    presence_error = models.CharField(max_length=200, blank=True)
    presence_error_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"speech {self.speech_on}, presence {self.presence_on}"


class Transcript(models.Model):
    """A voice message of an answer and what was heard in it; a row waits from the moment of the answer."""

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting", _("waiting")
        DONE = "done", _("written")
        UNREADABLE = "unreadable", _("could not be read")

    response = models.ForeignKey("feedback.Response", on_delete=models.CASCADE, related_name="transcripts")
    question = models.CharField(max_length=40)
    key = models.CharField(max_length=60, unique=True)  # that of the recording, which may come later
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    open_after = models.DateTimeField()  # nobody takes it before: a lease, or the pause after a failure
    why = models.CharField(max_length=20, blank=True)  # one word; feedback.reading tells it in words
    detail = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, blank=True)
    model = models.CharField(max_length=120, blank=True)
    text = models.TextField(blank=True)
    segments = models.JSONField(default=list)  # start, end, text, confidence, no_speech
    confidence = models.FloatField(null=True)
    seconds = models.FloatField(null=True)
    at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["open_after", "id"], name="voice_to_read", condition=models.Q(state="waiting")
            )
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def shown(self) -> str:
        """A person's words where there are some, else the machine's."""
        corrected = next(iter(self.corrections.all()), None)
        return corrected.text if corrected else self.text

    @property
    def why_in_words(self) -> str:
        """Why it could not be read."""
        return str(WHY.get(self.why, self.why))

    @property
    def is_doubtful(self) -> bool:
        """Whether the model itself was not sure."""
        return self.confidence is not None and self.confidence < DOUBTFUL_BELOW


class Correction(models.Model):
    """What a person wrote where the machine had misheard; the newest is shown first, all are kept."""

    transcript = models.ForeignKey(Transcript, on_delete=models.CASCADE, related_name="corrections")
    text = models.TextField(blank=True)
    staff = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"correction of {self.transcript_id}"


class FaceLook(models.Model):
    """Whether a face was in a photo that came with consent. It outlives the photo; no more is kept."""

    class Found(models.TextChoices):
        """Yes, no, or not looked at; `why` says why not."""

        WAITING = "waiting", _("not looked at yet")
        YES = "yes", _("a face was present")
        NO = "no", _("no face was found")
        NOT = "not", _("not looked at")

    key = models.CharField(max_length=60, unique=True)  # that of the photo
    photo = models.OneToOneField("feedback.Photo", null=True, on_delete=models.SET_NULL, related_name="look")
    response = models.OneToOneField("feedback.Response", on_delete=models.CASCADE, related_name="look")
    found = models.CharField(max_length=8, choices=Found, default=Found.WAITING)
    why = models.CharField(max_length=20, blank=True)
    model = models.CharField(max_length=120, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    open_after = models.DateTimeField()
    at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["open_after", "id"], name="photo_to_look_at", condition=models.Q(found="waiting")
            )
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def why_in_words(self) -> str:
        """Why it was not looked at."""
        return str(WHY.get(self.why, self.why))
