"""Registers the package with Django."""

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    """Intake and delivery, one folder per channel."""

    name = "barrymore.channels"
    label = "channels"
