"""Registers the package with Django."""

from django.apps import AppConfig


class HandlingConfig(AppConfig):
    """A contact's life in order: receive, answer, transfer, close."""

    name = "barrymore.handling"
    label = "handling"
