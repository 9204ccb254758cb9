"""Registers the package with Django."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Home pages, navigation, sign-in, settings shell."""

    name = "barrymore.web"
    label = "web"
