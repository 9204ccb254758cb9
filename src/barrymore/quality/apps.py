"""Registers the package with Django."""

from django.apps import AppConfig


class QualityConfig(AppConfig):
    """Questions about gamed feedback."""

    name = "barrymore.quality"
    label = "quality"
