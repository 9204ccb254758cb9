"""Forms that stand on web sites."""

from django.db import models

from barrymore.organisation.models import Site
from barrymore.routing.models import Queue


class WebForm(models.Model):
    """One form; its key is public and part of its address."""

    name = models.CharField(max_length=120)
    key = models.CharField(max_length=32, unique=True)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.SET_NULL)
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.SET_NULL)
    intro = models.TextField(blank=True)
    # One origin a line: which web sites may show the form in a frame. A link to it works from anywhere.
    origins = models.TextField(blank=True)
    asks_reason = models.BooleanField(default=True)
    takes_files = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
