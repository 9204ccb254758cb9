"""Notices to staff."""

from django.db import models

from barrymore.organisation.models import Staff


class Notice(models.Model):
    """One thing one person must know; `key` refuses to say it twice."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    conversation_ref = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["staff", "-id"], name="notice_unseen", condition=models.Q(seen_at=None)),
            models.Index(fields=["staff", "-created_at"], name="notice_newest"),
        ]

    def __str__(self) -> str:
        return self.key
