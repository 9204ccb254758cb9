"""Registers the package with Django."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    """The event stream: topics, frames, replay."""

    name = "barrymore.live"
    label = "live"
