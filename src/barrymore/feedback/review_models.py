"""Who was asked to write a public review: everybody or nobody, and how many went to do it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Review(models.TextChoices):
    """Who is asked to write a public review; never only those who are pleased."""

    NOBODY = "none", _("Nobody")
    EVERYBODY = "all", _("Everybody, whatever they answered")


class ReviewAsk(models.Model):
    """One page of thanks that asked. It knows neither answer nor person: nobody is chosen by a score."""

    campaign = models.ForeignKey(
        "feedback.Campaign", null=True, on_delete=models.CASCADE, related_name="review_asks"
    )
    survey = models.ForeignKey(
        "feedback.Survey", null=True, on_delete=models.CASCADE, related_name="review_asks"
    )
    code = models.CharField(max_length=32, unique=True)  # of the link, random
    day = models.DateField()  # of UTC; a minute would tell whose it was
    is_opened = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"asked {self.day}"
