"""Registers the package with Django."""

from django.apps import AppConfig


class SlaConfig(AppConfig):
    """Promises: calendars, policies and running clocks."""

    name = "barrymore.sla"
    label = "sla"
