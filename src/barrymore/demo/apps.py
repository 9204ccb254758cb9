"""Registers the package with Django."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo company: seeded history and live traffic."""

    name = "barrymore.demo"
    label = "demo"
