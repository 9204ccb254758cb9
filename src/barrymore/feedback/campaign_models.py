"""Campaigns: a questionnaire at points of the house, for a time."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.feedback.questionnaire_models import Questionnaire
from barrymore.feedback.review_models import Review
from barrymore.organisation.models import Point


class Campaign(models.Model):
    """Where and when a questionnaire is asked, and how those who had the service are counted."""

    class Mode(models.TextChoices):
        """Do we ask everybody who is served, or do they come by themselves?"""

        SURVEY = "survey", _("Survey: we ask everybody who is served")
        FEEDBACK = "feedback", _("Feedback only: they come by themselves")

    class Served(models.TextChoices):
        """What counts the served, independently of the answers."""

        NONE = "none", _("Nobody counts them: feedback only")
        EMPLOYEE = "employee", _("Employee button")
        REGISTER = "register", _("Till or register")
        TICKETS = "tickets", _("Queue tickets")
        DOOR = "door", _("Door counter")
        OTHER = "other", _("Another system")

    Review = Review

    name = models.CharField(max_length=80)
    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="campaigns")
    points = models.ManyToManyField(Point, related_name="campaigns", blank=True)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.FEEDBACK)
    served_source = models.CharField(max_length=10, choices=Served, default=Served.NONE)
    step = models.CharField(max_length=80, blank=True)  # of the service process, at which it is asked
    prompt = models.CharField(max_length=200, blank=True)  # what the employee says at that step
    opening = models.JSONField(default=dict)  # words of the first screen, by language
    review = models.CharField(max_length=4, choices=Review, default=Review.NOBODY)
    review_link = models.URLField(blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)  # the last day
    is_active = models.BooleanField(default=True)
    # Once declared it stays so: what guests were promised cannot be taken back (feedback.anonymity).
    is_anonymous = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_feedback_only(self) -> bool:
        """Nobody counts the served, so no share can be told."""
        return self.mode == self.Mode.FEEDBACK
