"""Voice messages: what customers said aloud, kept as files."""

from django.db import models


class Recording(models.Model):
    """One voice message. Its key stands in the answer of the voice question."""

    key = models.CharField(max_length=60, unique=True)
    device_ref = models.BigIntegerField(null=True)
    point_ref = models.BigIntegerField(null=True)
    site_ref = models.BigIntegerField(null=True)
    path = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
