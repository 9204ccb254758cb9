"""Widgets that stand on web sites, and the visitors who write there."""

from django.db import models

from barrymore.conversations.models import Conversation
from barrymore.customers.models import Address
from barrymore.organisation.models import Site
from barrymore.routing.models import Queue


class Widget(models.Model):
    """One chat window for web sites; its key is public, its secret signs who a visitor is."""

    name = models.CharField(max_length=120)
    key = models.CharField(max_length=32, unique=True)
    secret = models.TextField()  # encrypted
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.SET_NULL)
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.SET_NULL)
    greeting = models.CharField(max_length=300, blank=True)
    # One origin a line, such as https://www.hotel.example: where browsers may show the window.
    origins = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)
    seen_at = models.DateTimeField(null=True)
    seen_on = models.CharField(max_length=200, blank=True)
    refused_on = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Visitor(models.Model):
    """One person in one window, with one conversation. Of the token only hashes are kept."""

    widget = models.ForeignKey(Widget, on_delete=models.CASCADE, related_name="visitors")
    ref = models.CharField(max_length=32, unique=True)
    token_digest = models.CharField(max_length=64, unique=True)
    # The token before the last change: another tab may still hold it for a while.
    earlier_digest = models.CharField(max_length=64, blank=True)
    rotated_at = models.DateTimeField()
    address = models.ForeignKey(Address, null=True, on_delete=models.SET_NULL)
    conversation = models.OneToOneField(
        Conversation, null=True, on_delete=models.CASCADE, related_name="visitor"
    )
    # The site's own id of a signed-in user, where its signature was right.
    identity_ref = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=160, blank=True)
    email = models.CharField(max_length=254, blank=True)  # typed, proved by nobody: only written to
    language = models.CharField(max_length=10, blank=True)
    page = models.CharField(max_length=500, blank=True)
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    read_id = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["widget", "identity_ref"], name="visitor_identity"),
            models.Index(
                fields=["earlier_digest"],
                name="visitor_earlier",
                condition=~models.Q(earlier_digest=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.ref
