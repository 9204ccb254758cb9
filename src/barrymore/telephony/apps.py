"""Registers the package with Django."""

from django.apps import AppConfig


class TelephonyConfig(AppConfig):
    """The telephone."""

    name = "barrymore.telephony"
    label = "telephony"
