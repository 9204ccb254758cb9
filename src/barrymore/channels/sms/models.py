"""Numbers by which we write and are written to."""

from django.db import models

from barrymore.organisation.models import Site
from barrymore.routing.models import Queue


class SmsNumber(models.Model):
    """One number at one gateway."""

    number = models.CharField(max_length=20, unique=True)  # E.164
    name = models.CharField(max_length=120, blank=True)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.SET_NULL)
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.SET_NULL)
    gateway = models.CharField(max_length=300, default="https://api.twilio.com")
    account = models.CharField(max_length=80)
    secret = models.TextField(blank=True)  # encrypted: the gateway's token, which also signs its calls
    is_active = models.BooleanField(default=True)
    last_error = models.TextField(blank=True)
    last_ok_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number
