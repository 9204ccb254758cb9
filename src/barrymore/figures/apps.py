"""Registers the package with Django."""

from django.apps import AppConfig


class FiguresConfig(AppConfig):
    """Metrics and the figure object, with its counts, interval and grade."""

    name = "barrymore.figures"
    label = "figures"
