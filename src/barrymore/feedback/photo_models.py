"""A photo that a guest has attached to an answer, and how long what points to a person is kept."""

from django.db import models


class Photo(models.Model):
    """One photo. Its name comes with the answer; once the guest has consented the file follows."""

    class Blur(models.TextChoices):
        """What the browser made unrecognisable before it sent anything."""

        NONE = "none", "none"
        MIDDLE = "middle", "middle"
        ALL = "all", "all"

    key = models.CharField(max_length=60, unique=True)
    response = models.ForeignKey(
        "feedback.Response", null=True, on_delete=models.CASCADE, related_name="photos"
    )
    device_ref = models.BigIntegerField()
    path = models.CharField(max_length=120, blank=True)
    size = models.PositiveIntegerField(default=0)
    width = models.PositiveSmallIntegerField(default=0)
    height = models.PositiveSmallIntegerField(default=0)
    blur = models.CharField(max_length=6, choices=Blur, blank=True)
    notice = models.TextField(blank=True)  # the words to which the guest has consented
    is_face_told = models.BooleanField(default=False)  # that a program looks whether a face is in it
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key


class Keeping(models.Model):
    """How long files and contacts of answers are kept (row 1); photos never longer than three days."""

    photo_hours = models.PositiveSmallIntegerField(default=72)
    voice_days = models.PositiveSmallIntegerField(default=30)
    contact_days = models.PositiveSmallIntegerField(default=365)

    def __str__(self) -> str:
        return f"{self.photo_hours} h, {self.voice_days} d, {self.contact_days} d"
