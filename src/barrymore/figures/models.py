"""Targets, and the tallies that boards add up."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.organisation.models import Point, Staff


class Target(models.Model):
    """An aim for a figure that is hard to game; diagnostics are refused (see `figures.targets`)."""

    metric = models.CharField(max_length=60)
    scope = models.CharField(max_length=120, blank=True)
    value = models.FloatField()
    set_by_ref = models.BigIntegerField()
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["metric", "scope"], name="target_once")]

    def __str__(self) -> str:
        return f"{self.metric} {self.scope}"


class Tally(models.Model):
    """How often something was told at a point in a part of a day: what boards add up instead of facts."""

    day = models.DateField()  # in the time zone of the site
    week = models.DateField()  # its Monday
    weekday = models.PositiveSmallIntegerField()  # 0 is Monday
    band = models.PositiveSmallIntegerField()  # four hours each: 2 is from 8 to 12
    site_ref = models.BigIntegerField()
    point_ref = models.BigIntegerField()
    campaign_ref = models.BigIntegerField(default=0)
    staff_ref = models.BigIntegerField(default=0)
    what = models.CharField(max_length=40)  # see `figures.tallying`
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "band", "point_ref", "campaign_ref", "staff_ref", "what"], name="tally_once"
            ),
        ]
        indexes = [
            models.Index(fields=["point_ref", "day"], name="tally_of_point"),
            models.Index(
                fields=["staff_ref", "day"], name="tally_of_person", condition=models.Q(staff_ref__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.point_ref} {self.day} {self.what}: {self.count}"


class Reopening(models.Model):
    """What came for a day of a point after that day had ended: its figures are another version since."""

    point_ref = models.BigIntegerField()
    day = models.DateField()
    version = models.PositiveIntegerField(default=2)
    events = models.PositiveIntegerField()
    at = models.DateTimeField()  # when the last of them was recorded

    class Meta:
        constraints = [models.UniqueConstraint(fields=["point_ref", "day"], name="reopening_once")]

    def __str__(self) -> str:
        return f"{self.point_ref} {self.day} version {self.version}"


class Baseline(models.Model):
    """Against which days the charts of a point are held, since somebody set them anew; the newest holds."""

    point = models.ForeignKey(Point, on_delete=models.CASCADE, related_name="baselines")
    every = models.CharField(max_length=4)  # day or week
    first = models.DateField()
    last = models.DateField()
    reason = models.CharField(max_length=400)
    made_by = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.point_id} {self.every} {self.first} to {self.last}"


class Experiment(models.Model):
    """A change at some points, declared before it begins and frozen from then on."""

    class Primary(models.TextChoices):
        """The one figure that decides, named beforehand."""

        SATISFACTION = "satisfaction", _("Good among those who answered")
        RESPONSE_RATE = "response_rate", _("Answered among those served")

    name = models.CharField(max_length=80)
    change = models.CharField(max_length=400)
    primary = models.CharField(max_length=20, choices=Primary)
    treated = models.ManyToManyField(Point, related_name="+")
    control = models.ManyToManyField(Point, related_name="+", blank=True)
    starts = models.DateField()
    ends = models.DateField()
    declared_by = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")
    declared_at = models.DateTimeField()

    class Meta:
        ordering = ["-starts", "-id"]

    def __str__(self) -> str:
        return self.name


class Followed(models.Model):
    """How far a reader has followed the journal; it moves in the transaction that keeps what was read."""

    reader = models.CharField(max_length=40, unique=True)
    last_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.reader} {self.last_id}"
