"""What a kiosk's screen shows: how it asks, the pictures while nobody is there, whom one may choose."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.channels.devices.models import Device
from barrymore.organisation.models import Staff


class Screen(models.Model):
    """How one kiosk works. A device without a row asks."""

    class Mode(models.TextChoices):
        """What the screen is for."""

        ASK = "ask", _("Asks the campaign of its point")
        BUTTONS = "buttons", _("Monitor, answered by buttons")
        CHEER = "cheer", _("Cheers people up, measures nothing")
        POST = "post", _("Quality post: first whom or what it is about")

    device = models.OneToOneField(Device, on_delete=models.CASCADE, related_name="screen")
    mode = models.CharField(max_length=8, choices=Mode, default=Mode.ASK)
    keys = models.CharField(max_length=7, default="1 2 3 4")  # of the buttons, from great to bad
    has_photos = models.BooleanField(default=False)
    photo_notice = models.JSONField(default=dict, blank=True)  # by language: what a guest consents to

    def __str__(self) -> str:
        return f"screen of {self.device_id}"


class Slide(models.Model):
    """A picture that is shown while nobody is there."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="slides")
    name = models.CharField(max_length=80)
    media = models.CharField(max_length=32, unique=True)  # random: part of its address
    path = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)  # the last day
    from_hour = models.PositiveSmallIntegerField(default=0)
    to_hour = models.PositiveSmallIntegerField(default=24)  # the first hour in which it is not shown
    seconds = models.PositiveSmallIntegerField(default=8)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class SlideViews(models.Model):
    """How often a picture was shown in an hour; the hour is that of UTC."""

    slide = models.ForeignKey(Slide, on_delete=models.CASCADE, related_name="views")
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slide", "hour"], name="slide_hour_once")]

    def __str__(self) -> str:
        return f"{self.slide_id} {self.hour}"


class Target(models.Model):
    """Whom or what an answer may be about: a person under an alias, or a service."""

    class Kind(models.TextChoices):
        """A person or a thing."""

        PERSON = "person", _("Person")
        SERVICE = "service", _("Service")

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="targets")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.PERSON)
    name = models.CharField(max_length=80)  # as guests see it; an alias will do
    staff = models.ForeignKey(Staff, null=True, blank=True, on_delete=models.SET_NULL)
    media = models.CharField(max_length=32, null=True, unique=True)
    path = models.CharField(max_length=120, blank=True)
    content_type = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name
