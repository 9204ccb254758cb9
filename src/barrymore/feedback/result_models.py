"""Results for somebody outside: which link shows what, and what has been published so far."""

from django.db import models

from barrymore.feedback.campaign_models import Campaign
from barrymore.organisation.models import Staff


class SharedResults(models.Model):
    """A link to the counts of chosen questions of one campaign. Of its token only a hash is kept."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="shared")
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=80)  # for whom it is, for our own list
    questions = models.JSONField()  # keys, in the order of the questionnaire
    until = models.DateField()  # the last day
    made_by = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    openings = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class Published(models.Model):
    """The counts of a question as everybody outside sees them; they move on by five answers or more.

    One row for all links of a campaign: two links side by side never tell a single answer.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+")
    mode = models.CharField(max_length=10)  # survey and feedback are never one count
    question = models.CharField(max_length=40)  # empty: of the campaign as a whole
    answers = models.PositiveIntegerField()
    counts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "mode", "question"], name="published_once")
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.question}: {self.answers}"
