"""Devices: what stands at a point and tells us presses and customers served."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.organisation.models import Point


class Device(models.Model):
    """One device. Of its key only the hash is kept; a poster has no key but a public code."""

    class Kind(models.TextChoices):
        """What it is."""

        POSTER = "poster", _("Printed poster")
        BUTTON = "button", _("Button")
        KIOSK = "kiosk", _("Kiosk")
        EMPLOYEE = "employee", _("Employee button")
        DOOR = "door", _("Door counter")

    point = models.ForeignKey(Point, on_delete=models.PROTECT, related_name="devices")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=80)
    code = models.CharField(max_length=32, unique=True)  # public: part of a poster's address
    languages = models.JSONField(default=list)  # of a poster's printed words
    key_digest = models.CharField(max_length=64, blank=True, db_index=True)
    enrol_digest = models.CharField(max_length=64, blank=True, db_index=True)
    enrol_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    enrolled_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    # As the projection has last read it in the device's events.
    seen_at = models.DateTimeField(null=True)
    battery = models.PositiveSmallIntegerField(null=True)  # per cent
    firmware = models.CharField(max_length=40, blank=True)
    boot_id = models.CharField(max_length=64, blank=True)
    declared_lost = models.PositiveIntegerField(default=0)  # what its full store could not keep, as it says
    # Of both kinds of loss, what facts have told of so far, and in how many facts.
    lost_told = models.PositiveIntegerField(default=0)
    loss_facts = models.PositiveIntegerField(default=0)
    clashed_at = models.DateTimeField(null=True)  # another event came under a number of this device

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
