"""The fact: one line of the journal."""

from django.db import models


class Fact(models.Model):
    """Something that happened, once. Ids only: erasing a person never rewrites history."""

    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    site = models.BigIntegerField(null=True)
    queue = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=10, blank=True)
    customer_ref = models.BigIntegerField(null=True)
    staff_ref = models.BigIntegerField(null=True)
    conversation_ref = models.BigIntegerField(null=True)
    dims = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "at"], name="fact_kind_at"),
            models.Index(fields=["conversation_ref", "id"], name="fact_conversation"),
        ]

    def __str__(self) -> str:
        return self.key
