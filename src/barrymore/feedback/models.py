"""Surveys, the cases in which we asked or did not ask, and the answers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.conversations.models import Conversation
from barrymore.customers.models import Address, Customer
from barrymore.organisation.models import Staff


class Survey(models.Model):
    """One question with a comment, asked after a conversation is closed. A fielded version is frozen."""

    name = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    probability = models.FloatField(default=0.5)  # share of closed conversations that are drawn
    cap_days = models.PositiveSmallIntegerField(default=14)  # one invitation per person in so many days
    closing_days = models.PositiveSmallIntegerField(default=14)
    delay_seconds = models.PositiveIntegerField(default=60)
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Case(models.Model):
    """One closed conversation in the frame of a survey; ends in exactly one code.

    Source of the codes: AAPOR Standard Definitions, 10th edition 2023.
    """

    class State(models.TextChoices):
        """How far the case has come."""

        SKIPPED = "skipped"  # not drawn, capped, or nowhere to write
        WAITING = "waiting"
        SENT = "sent"
        FINAL = "final"

    class Code(models.TextChoices):
        """AAPOR disposition, or the rule that put the case outside the frame."""

        PENDING = "", _("pending")
        COMPLETE = "I", _("answered")
        PARTIAL = "P", _("answered in part")
        REFUSED = "R", _("refused")
        NONCONTACT = "NC", _("nothing came back")
        OTHER = "O", _("could not answer")
        UNKNOWN = "UO", _("address never proved")
        NOT_DRAWN = "NOT_DRAWN", _("not drawn")
        CONTACT_CAP = "CONTACT_CAP", _("asked not long ago")
        NO_ADDRESS = "NO_ADDRESS", _("nowhere to write")
        WROTE_AGAIN = "WROTE_AGAIN", _("wrote again before we asked")

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="cases")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="cases")
    closing = models.PositiveSmallIntegerField()  # which close of the conversation, from 1
    customer = models.ForeignKey(Customer, null=True, on_delete=models.SET_NULL)
    address = models.ForeignKey(Address, null=True, on_delete=models.SET_NULL)
    staff = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL)
    queue_ref = models.BigIntegerField(null=True)
    language = models.CharField(max_length=10, blank=True)
    probability = models.FloatField()
    state = models.CharField(max_length=8, choices=State)
    code = models.CharField(max_length=12, choices=Code, default=Code.PENDING, blank=True)
    suppressed_reason = models.CharField(max_length=200, blank=True)
    token_digest = models.CharField(max_length=64, blank=True, db_index=True)
    opened_form_at = models.DateTimeField(null=True)
    send_after = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    final_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "closing"], name="case_once"),
        ]
        indexes = [
            models.Index(fields=["send_after"], name="case_to_send", condition=models.Q(state="waiting")),
            models.Index(fields=["closes_at"], name="case_to_close", condition=models.Q(state="sent")),
            models.Index(fields=["customer", "-sent_at"], name="case_of_customer"),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"


class Response(models.Model):
    """What the customer said; the answer to one case."""

    class Score(models.IntegerChoices):
        """Four smiles, two of them good."""

        BAD = 1, _("Bad")
        NOT_QUITE = 2, _("Not quite")
        GOOD = 3, _("Good")
        GREAT = 4, _("Great")

    class NeedMet(models.TextChoices):
        """Did the customer get what was needed?"""

        UNSAID = "", _("not said")
        YES = "yes", _("Yes")
        PARTLY = "partly", _("Partly")
        NO = "no", _("No")

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="response")
    mode = models.CharField(max_length=10, default="survey")
    score = models.PositiveSmallIntegerField(choices=Score, null=True)
    scale = models.CharField(max_length=20, default="smile4")
    need_met = models.CharField(max_length=6, choices=NeedMet, default=NeedMet.UNSAID, blank=True)
    comment = models.TextField(blank=True)
    at = models.DateTimeField()
    seconds = models.FloatField(null=True)

    def __str__(self) -> str:
        return f"answer to {self.case_id}"
