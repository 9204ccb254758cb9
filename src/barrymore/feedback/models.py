"""Questionnaires, surveys and campaigns, the cases in which we asked or did not ask, and the answers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.conversations.models import Conversation
from barrymore.customers.models import Address, Customer
from barrymore.feedback.campaign_models import Campaign
from barrymore.feedback.link_models import PublicLink, Visit
from barrymore.feedback.photo_models import Keeping, Photo
from barrymore.feedback.questionnaire_models import Questionnaire
from barrymore.feedback.reading_models import Correction, FaceLook, MachineReading, Transcript
from barrymore.feedback.recording_models import Recording
from barrymore.feedback.result_models import Published, SharedResults
from barrymore.feedback.review_models import Review, ReviewAsk
from barrymore.feedback.wish_models import CallWish
from barrymore.organisation.models import Staff

__all__ = [
    "Answer",
    "CallWish",
    "Campaign",
    "Case",
    "Correction",
    "FaceLook",
    "Keeping",
    "MachineReading",
    "Photo",
    "PublicLink",
    "Published",
    "Questionnaire",
    "Recording",
    "Response",
    "ReviewAsk",
    "SharedResults",
    "Survey",
    "Transcript",
    "Visit",
]


class Survey(models.Model):
    """Whom we ask when, and with which questionnaire. A fielded version is frozen."""

    class Kind(models.TextChoices):
        """What the answer speaks of; the two are never put into one figure."""

        CONTACT = "contact", _("After a closed conversation")
        RELATIONSHIP = "relationship", _("Every few months, about us as a whole")
        CALL = "call", _("Right after a call, by the keys of the telephone")

    name = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.CONTACT)
    # None: the standard question of the house, which stands on one page.
    questionnaire = models.ForeignKey(Questionnaire, null=True, blank=True, on_delete=models.PROTECT)
    every_months = models.PositiveSmallIntegerField(default=3)  # of a relationship: between two asks
    role = models.CharField(max_length=40, blank=True)  # of a relationship: of which contacts, empty for all
    probability = models.FloatField(default=0.5)  # share of closed conversations that are drawn
    cap_days = models.PositiveSmallIntegerField(default=14)  # one invitation per person in so many days
    closing_days = models.PositiveSmallIntegerField(default=14)
    delay_seconds = models.PositiveIntegerField(default=60)
    review = models.CharField(max_length=4, choices=Review, default=Review.NOBODY)
    review_link = models.URLField(blank=True)
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
    # None where a relationship is asked about.
    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.CASCADE, related_name="cases")
    closing = models.PositiveSmallIntegerField()  # which close of the conversation, from 1
    wave = models.CharField(max_length=60, null=True, unique=True)
    progress = models.JSONField(default=dict)  # what was answered before the form was sent
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
    opened_at = models.DateTimeField(null=True)  # none of earlier cases, which were all opened by a close
    opened_form_at = models.DateTimeField(null=True)
    opened_network = models.CharField(max_length=40, blank=True)  # a mark that fades, never an address
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
            models.Index(
                fields=["opened_form_at"], name="case_network", condition=~models.Q(opened_network="")
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"


class Response(models.Model):
    """What a customer said, by whatever way it came: the one table of answers."""

    class Mode(models.TextChoices):
        """Did we ask, or did they come by themselves? The two are never averaged."""

        SURVEY = "survey", _("Survey")
        FEEDBACK = "feedback", _("Feedback")

    class Channel(models.TextChoices):
        """By which way it came."""

        MAIL = "mail", _("Link in a mail")
        CHAT = "chat", _("Chat")
        SMS = "sms", _("Text message")
        KIOSK = "kiosk", _("Kiosk")
        BUTTON = "button", _("Button")
        POSTER = "poster", _("Printed poster")
        REST = "rest", _("Another system")
        TELEPHONE = "telephone", _("Telephone")
        LINK = "link", _("Public link")
        SITE = "site", _("Tab on a web site")

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

    key = models.CharField(max_length=150, unique=True)  # the same answer told twice is one row
    case = models.OneToOneField(Case, null=True, on_delete=models.CASCADE, related_name="response")
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.PROTECT, related_name="responses")
    questionnaire = models.ForeignKey(Questionnaire, null=True, on_delete=models.PROTECT)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.SURVEY)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.MAIL)
    site_ref = models.BigIntegerField(null=True)
    point_ref = models.BigIntegerField(null=True)
    device_ref = models.BigIntegerField(null=True)
    staff_ref = models.BigIntegerField(null=True)
    target_ref = models.BigIntegerField(null=True)  # whom or what it is about, as chosen at a quality post
    language = models.CharField(max_length=10, blank=True)
    code = models.CharField(max_length=12, choices=Case.Code, blank=True)
    items = models.PositiveSmallIntegerField(default=1)  # that applied and count for completeness
    answered = models.PositiveSmallIntegerField(default=0)
    dropped = models.PositiveSmallIntegerField(default=0)  # answers to questions that were not asked
    score = models.PositiveSmallIntegerField(choices=Score, null=True)
    scale = models.CharField(max_length=20, default="smile4")
    need_met = models.CharField(max_length=6, choices=NeedMet, default=NeedMet.UNSAID, blank=True)
    comment = models.TextField(blank=True)
    at = models.DateTimeField()
    seconds = models.FloatField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="response_newest"),
            models.Index(fields=["campaign", "code"], name="response_of_campaign"),
            models.Index(fields=["point_ref", "-at"], name="response_of_point"),
            models.Index(
                fields=["staff_ref", "-at"],
                name="response_naming",
                condition=models.Q(staff_ref__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"answer {self.key}"


class Answer(models.Model):
    """What was said to one question; a number, words, or what was chosen."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(max_length=40)
    number = models.SmallIntegerField(null=True)
    text = models.TextField(blank=True)
    chosen = models.JSONField(null=True)
    seconds = models.FloatField(null=True)  # on a page of several questions: its share of the page's time

    class Meta:
        constraints = [models.UniqueConstraint(fields=["response", "question"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.response_id}/{self.question}"
