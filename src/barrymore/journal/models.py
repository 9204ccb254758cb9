"""The fact: one line of the journal; and the inbox, in which events of devices wait to become facts."""

from django.db import models
from django.utils import timezone


class Fact(models.Model):
    """Something that happened, once. Ids only: erasing a person never rewrites history."""

    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)  # of an anonymous answer: the hour
    site = models.BigIntegerField(null=True)
    queue = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=10, blank=True)
    customer_ref = models.BigIntegerField(null=True)
    staff_ref = models.BigIntegerField(null=True)
    conversation_ref = models.BigIntegerField(null=True)
    dims = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "at"], name="fact_kind_at"),
            models.Index(fields=["conversation_ref", "id"], name="fact_conversation"),
        ]

    def __str__(self) -> str:
        return self.key


class DeviceEvent(models.Model):
    """One event as a device told it, kept before the device was told so. Never changed but for its state."""

    class State(models.TextChoices):
        """What has become of it."""

        STORED = "stored"  # waits for the projection
        COUNTED = "counted"
        DOUBLE = "double"  # within two seconds of another press of the device
        BURST = "burst"
        NOTED = "noted"  # a heartbeat
        FAILED = "failed"  # its device is gone, or its fact was there
        REJECTED = "rejected"

    device_ref = models.BigIntegerField()
    boot_id = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    score = models.SmallIntegerField(null=True)
    scale = models.CharField(max_length=12, blank=True)
    at = models.DateTimeField()  # of the device, or of our receipt where its clock cannot be believed
    received_at = models.DateTimeField()
    digest = models.CharField(max_length=16)  # tells a repetition from another event of the same number
    detail = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.STORED)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device_ref", "boot_id", "seq"], name="device_event_once"),
        ]
        indexes = [
            models.Index(fields=["id"], name="device_event_to_do", condition=models.Q(state="stored")),
            models.Index(fields=["device_ref", "at"], name="device_event_of_device"),
            models.Index(fields=["received_at"], name="device_event_received"),
        ]

    def __str__(self) -> str:
        return f"{self.device_ref}/{self.boot_id}/{self.seq}"


class DeviceTally(models.Model):
    """How many events of a device had which outcome in one minute, written with the events themselves."""

    device_ref = models.BigIntegerField()
    minute = models.DateTimeField()
    outcome = models.CharField(max_length=24)  # received, stored, duplicate, rejected:<why>, refused:<why>
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device_ref", "minute", "outcome"], name="device_tally_once"),
        ]
        indexes = [models.Index(fields=["minute"], name="device_tally_minute")]

    def __str__(self) -> str:
        return f"{self.device_ref} {self.outcome} {self.count}"


class DeviceBoot(models.Model):
    """One run of a device from power to power: its numbers begin with 1, so what is missing is known."""

    device_ref = models.BigIntegerField()
    boot_id = models.CharField(max_length=64)
    highest = models.BigIntegerField()
    held = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device_ref", "boot_id"], name="device_boot_once"),
        ]

    def __str__(self) -> str:
        return f"{self.device_ref}/{self.boot_id}"
