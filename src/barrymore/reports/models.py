"""Who is sent the summary, and when next."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.organisation.models import Site, Staff


class Subscription(models.Model):
    """A person's summary of one site or of all, by mail, once each week or month has ended."""

    class Every(models.TextChoices):
        """How often."""

        WEEK = "week", _("every Monday")
        MONTH = "month", _("on the first of each month")

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="summaries")
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    every = models.CharField(max_length=5, choices=Every)
    next_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["staff", "site"], name="summary_once"),
            models.UniqueConstraint(
                fields=["staff"], condition=models.Q(site=None), name="summary_of_all_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} {self.every}"
