"""Registers the package with Django."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Every screen and call that shows or moves a conversation."""

    name = "barrymore.desk"
    label = "desk"
