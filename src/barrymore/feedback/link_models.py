"""The public link of a campaign, and how far somebody has come who opened it."""

from django.db import models

from barrymore.feedback.campaign_models import Campaign
from barrymore.feedback.questionnaire_models import Questionnaire


class PublicLink(models.Model):
    """An address that whoever knows it may answer at: by themselves, so always as feedback."""

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="link")
    code = models.CharField(max_length=24, unique=True)
    is_on = models.BooleanField(default=False)
    label = models.CharField(
        max_length=24, blank=True
    )  # on the tab; empty: "Feedback" in the page's language
    # One origin a line, such as https://www.hotel.example: where browsers may show the tab.
    origins = models.TextField(blank=True)
    seen_at = models.DateTimeField(null=True)
    seen_on = models.CharField(max_length=200, blank=True)
    refused_on = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.code


class Visit(models.Model):
    """A walk that has begun and not ended. Of the token in the browser only a hash is kept."""

    link = models.ForeignKey(PublicLink, on_delete=models.CASCADE, related_name="visits")
    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    way = models.CharField(max_length=10)
    progress = models.JSONField(default=dict)
    left_at = models.DateTimeField(db_index=True)  # the last page

    def __str__(self) -> str:
        return f"visit {self.pk} of {self.link_id}"
