"""Keyed hashes of networks, never addresses: from where staff work, and the keys that make the hashes."""

from django.conf import settings
from django.db import models


class NetworkKey(models.Model):
    """Makes the marks of networks for a month; once it is deleted nobody can find a network to a mark."""

    secret = models.CharField(max_length=64)
    begins_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"key {self.pk}"


class StaffNetwork(models.Model):
    """A person worked from a network on a day."""

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField(db_index=True)
    mark = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "day", "mark"], name="staff_network_once")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.day}"
