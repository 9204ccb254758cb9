"""Registers the package with Django."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """What must leave the house: outbox rows, leases, retries, dead letters, SMTP, guarded HTTP."""

    name = "barrymore.delivery"
    label = "delivery"
