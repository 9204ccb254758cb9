"""Conversations and what they are made of: contacts, messages, attachments, drafts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.conversations.recording_models import CallRecording as CallRecording
from barrymore.conversations.recording_models import RecordingProfile as RecordingProfile
from barrymore.customers.models import Address, Customer
from barrymore.organisation.models import Site, Staff


class Reason(models.Model):
    """Why customers contact us; chosen in two keys."""

    name = models.CharField(max_length=80)
    key = models.CharField(max_length=2, blank=True)
    # One word a line: an arrival that holds one is suggested this reason.
    words = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ProductArea(models.Model):
    """Which part of the service or product the contact is about."""

    name = models.CharField(max_length=80)
    key = models.CharField(max_length=2, blank=True)
    words = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Conversation(models.Model):
    """The thread that contacts and answers form."""

    class State(models.TextChoices):
        """Whose move it is."""

        OPEN = "open", _("open")
        WAITING = "waiting", _("waiting for the customer")
        CLOSED = "closed", _("closed")

    subject = models.CharField(max_length=250, blank=True)
    channel = models.CharField(max_length=20)
    language = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.SET_NULL, related_name="conversations")
    address = models.ForeignKey(Address, null=True, on_delete=models.SET_NULL)
    site = models.ForeignKey(Site, null=True, on_delete=models.SET_NULL)
    owner = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="owned")
    owned_since = models.DateTimeField(null=True)
    next_step = models.CharField(max_length=200, blank=True)
    next_step_at = models.DateTimeField(null=True)
    reason = models.ForeignKey(Reason, null=True, on_delete=models.SET_NULL)
    area = models.ForeignKey(ProductArea, null=True, on_delete=models.SET_NULL)
    is_suggested = models.BooleanField(default=False)  # reason and area were suggested, nobody has confirmed
    is_spam = models.BooleanField(default=False)
    is_unread = models.BooleanField(default=True)
    opened_at = models.DateTimeField()
    last_message_at = models.DateTimeField()
    first_replied_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    times_closed = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["owner", "last_message_at"],
                name="conversation_owned",
                condition=models.Q(state__in=["open", "waiting"]),
            ),
            models.Index(
                fields=["next_step_at"],
                name="conversation_next_step",
                condition=models.Q(next_step_at__isnull=False),
            ),
            models.Index(fields=["customer", "-id"], name="conversation_customer"),
            models.Index(fields=["-id"], name="conversation_spam", condition=models.Q(is_spam=True)),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.subject}"


class Message(models.Model):
    """One thing said or noted in a conversation; a closed thread keeps its order by id."""

    class Kind(models.TextChoices):
        """Who said it to whom."""

        INBOUND = "inbound"
        OUTBOUND = "outbound"
        NOTE = "note"
        EVENT = "event"

    class Status(models.TextChoices):
        """How far an outbound message has come."""

        NONE = ""
        QUEUED = "queued"
        SENT = "sent"
        FAILED = "failed"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    author = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL)
    address = models.ForeignKey(Address, null=True, on_delete=models.SET_NULL)
    author_name = models.CharField(max_length=160, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)  # sanitised before it is stored
    external_id = models.CharField(max_length=250, blank=True, db_index=True)
    recipients = models.JSONField(default=dict)  # {"to": [...], "cc": [...], "bcc": [...]}
    status = models.CharField(max_length=8, choices=Status, default=Status.NONE, blank=True)
    event = models.CharField(max_length=40, blank=True)
    detail = models.JSONField(default=dict)
    files: "list[Attachment]"  # as `selectors.thread` has read them

    class Meta:
        indexes = [models.Index(fields=["conversation", "id"], name="message_thread")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Arrival(models.Model):
    """A contact that has arrived: the same channel and external id twice is one contact."""

    channel = models.CharField(max_length=20)
    external_id = models.CharField(max_length=250)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="arrivals")
    message = models.ForeignKey(Message, on_delete=models.CASCADE)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "external_id"], name="arrival_once")]

    def __str__(self) -> str:
        return f"{self.channel} {self.external_id}"


class Participant(models.Model):
    """Someone else in the thread: copied in, or writing without having proved who they are."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="participants")
    address = models.ForeignKey(Address, on_delete=models.CASCADE)
    is_verified = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "address"], name="participant_once")]

    def __str__(self) -> str:
        return str(self.address)


class Attachment(models.Model):
    """A file that came or goes with a message, stored under a random name outside the web root."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    path = models.CharField(max_length=120)
    content_id = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """What a member of staff has begun to write; kept on the server at each pause."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="drafts")
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE)
    kind = models.CharField(max_length=10, choices=Message.Kind)
    text = models.TextField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "staff", "kind"], name="draft_once")]

    def __str__(self) -> str:
        return f"{self.staff_id} on {self.conversation_id}"
