"""Registers the package with Django."""

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    """Queues, presence, and who is offered the next conversation."""

    name = "barrymore.routing"
    label = "routing"
