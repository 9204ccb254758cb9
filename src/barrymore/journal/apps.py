"""Registers the package with Django."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Append-only facts: something that happened, once."""

    name = "barrymore.journal"
    label = "journal"
