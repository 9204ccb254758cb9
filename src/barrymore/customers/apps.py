"""Registers the package with Django."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """People, their addresses, accounts, bookings and purchases."""

    name = "barrymore.customers"
    label = "customers"
