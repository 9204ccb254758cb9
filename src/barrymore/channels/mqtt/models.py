"""Brokers, what a message of a topic means, and what was heard that means nothing yet."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.channels.devices.models import Device


class Broker(models.Model):
    """One MQTT broker that we listen to."""

    name = models.CharField(max_length=80)
    host = models.CharField(max_length=200)
    port = models.PositiveIntegerField(default=1883)
    uses_tls = models.BooleanField(default=False)
    username = models.CharField(max_length=120, blank=True)
    secret = models.TextField(blank=True)  # encrypted: the password
    topics = models.CharField(max_length=400, default="zigbee2mqtt/+ barrymore/devices/+/events")
    is_active = models.BooleanField(default=True)
    last_error = models.TextField(blank=True)
    connected_at = models.DateTimeField(null=True)
    # Of several processes one listens: two with the same name would throw each other out.
    held_by = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Meaning(models.Model):
    """What a value in a field of a topic means: a press of a button, or somebody served."""

    class Says(models.TextChoices):
        """What a device can say."""

        GREAT = "great", _("Great")
        GOOD = "good", _("Good")
        MEH = "meh", _("Not quite")
        BAD = "bad", _("Bad")
        GREEN = "green", _("green")
        RED = "red", _("red")
        SERVED = "served", _("Served")

    broker = models.ForeignKey(Broker, on_delete=models.CASCADE, related_name="meanings")
    topic = models.CharField(max_length=200)
    field = models.CharField(max_length=60, default="action")
    value = models.CharField(max_length=60)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="meanings")
    says = models.CharField(max_length=8, choices=Says)

    class Meta:
        ordering = ["topic", "value"]
        constraints = [
            models.UniqueConstraint(fields=["broker", "topic", "field", "value"], name="meaning_once"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.field}={self.value}"


class Heard(models.Model):
    """The newest message of a topic that nobody has given a meaning: pressed once, it can be chosen."""

    broker = models.ForeignKey(Broker, on_delete=models.CASCADE, related_name="heard")
    topic = models.CharField(max_length=200)
    field = models.CharField(max_length=60)
    value = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["broker", "topic", "field", "value"], name="heard_once"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.field}={self.value}"
