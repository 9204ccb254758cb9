"""Registers the package with Django."""

from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    """The company: sites, staff, roles, tokens, audit."""

    name = "barrymore.organisation"
    label = "organisation"
