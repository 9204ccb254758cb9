"""Registers the package with Django."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """Notices to staff, in the page and by mail."""

    name = "barrymore.alerts"
    label = "alerts"
