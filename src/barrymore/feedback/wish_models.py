"""The wish to be called back: a row left with the answer, which handling turns into work."""

from django.db import models

from barrymore.conversations.models import Conversation


class CallWish(models.Model):
    """How a customer who answered wishes to be reached. `taken_at` says when it became work, once."""

    response = models.OneToOneField("feedback.Response", on_delete=models.CASCADE, related_name="wish")
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=200, blank=True)
    open_after = models.DateTimeField()  # a failure to open it is tried again then
    taken_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)
    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(
                fields=["open_after"], name="wish_waiting", condition=models.Q(taken_at__isnull=True)
            ),
            models.Index(
                fields=["open_after"], name="wish_to_forget", condition=models.Q(forgotten_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"wish of answer {self.response_id}"

    @property
    def reach(self) -> str:
        """Name and ways to reach the customer, on one line."""
        return " · ".join(filter(None, [self.name, self.phone, self.email]))
