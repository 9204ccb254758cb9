"""Targets: which figures the company has promised itself."""

from django.db import models


class Target(models.Model):
    """An aim for a figure that is hard to game; diagnostics are refused (see `figures.targets`)."""

    metric = models.CharField(max_length=60)
    scope = models.CharField(max_length=120, blank=True)
    value = models.FloatField()
    set_by_ref = models.BigIntegerField()
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["metric", "scope"], name="target_once")]

    def __str__(self) -> str:
        return f"{self.metric} {self.scope}"
