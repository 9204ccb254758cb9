"""Registers the package with Django."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Report pages and exports; defines no metric."""

    name = "barrymore.reports"
    label = "reports"
