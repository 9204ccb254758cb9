"""Registers the package with Django."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    """Surveys: who was asked, who answered, who did not."""

    name = "barrymore.feedback"
    label = "feedback"
