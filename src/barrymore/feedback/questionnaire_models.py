"""Questionnaires: what is asked, in versions that are frozen once somebody could answer them."""

from functools import cached_property

from django.db import models

from barrymore.formulas.questionnaire_reading import read_definition
from barrymore.formulas.questionnaires import Questionnaire as Form


class Questionnaire(models.Model):
    """One version of a set of questions."""

    name = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    definition = models.JSONField()
    standard = models.CharField(max_length=20, blank=True)  # names the one that the house brings along
    created_at = models.DateTimeField()
    fielded_at = models.DateTimeField(null=True)  # from then on it never changes

    class Meta:
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="questionnaire_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @cached_property
    def form(self) -> Form:
        """The definition as the rules read it."""
        return read_definition(self.definition)
