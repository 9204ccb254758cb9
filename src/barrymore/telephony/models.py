"""Asterisk nodes, trunks, numbers, extensions, and the calls that came."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.conversations.models import Conversation
from barrymore.feedback.models import Survey
from barrymore.organisation.models import Site, Staff
from barrymore.routing.models import Queue
from barrymore.sla.models import Calendar
from barrymore.telephony.menu_models import Menu as Menu
from barrymore.telephony.menu_models import MenuKey as MenuKey
from barrymore.telephony.menu_models import Prompt as Prompt
from barrymore.telephony.spelling import (
    check_address,
    check_addresses,
    check_extension,
    check_networks,
    check_secret_free_word,
)
from barrymore.telephony.talks.models import Listening as Listening
from barrymore.telephony.talks.models import ListeningNotice as ListeningNotice
from barrymore.telephony.talks.models import Order as Order
from barrymore.telephony.talks.models import Passing as Passing
from barrymore.telephony.talks.models import Talk as Talk


class Node(models.Model):
    """One Asterisk: where it is managed, where its phones reach it, and who listens to it."""

    name = models.CharField(max_length=40, unique=True, validators=[check_secret_free_word])
    host = models.CharField(max_length=120, default="127.0.0.1", validators=[check_address])
    ami_port = models.PositiveIntegerField(default=5038)
    http_port = models.PositiveIntegerField(default=8088)  # ARI, and the WebSocket of browser phones
    user = models.CharField(max_length=40, default="barrymore", validators=[check_secret_free_word])
    secret = models.TextField(blank=True)  # encrypted: of AMI and ARI
    sip_address = models.CharField(max_length=120, default="0.0.0.0", validators=[check_address])  # noqa: S104
    sip_port = models.PositiveIntegerField(default=5060)
    # What phones and carriers are told as our address, where that is another than the machine's own.
    public_address = models.CharField(max_length=120, blank=True, validators=[check_address])
    local_networks = models.CharField(
        max_length=400,
        blank=True,
        default="10.0.0.0/8 172.16.0.0/12 192.168.0.0/16",
        validators=[check_networks],
    )
    rtp_start = models.PositiveIntegerField(default=20000)
    rtp_end = models.PositiveIntegerField(default=29999)
    ask_seconds = models.PositiveSmallIntegerField(
        default=30
    )  # how often a telephone is asked whether it is there
    is_active = models.BooleanField(default=True)
    version = models.CharField(max_length=80, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)  # of Asterisk, as it says itself
    connected_at = models.DateTimeField(null=True, blank=True)
    heard_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    # Of several processes one listens, by a lease.
    held_by = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Trunk(models.Model):
    """A line to a carrier: whom we take calls from, and how we sign in where we must."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="trunks")
    name = models.CharField(max_length=80)
    host = models.CharField(max_length=120, validators=[check_address])
    port = models.PositiveIntegerField(default=5060)
    # Where calls come from, where that is more than the host; addresses or networks with spaces between.
    addresses = models.CharField(max_length=400, blank=True, validators=[check_addresses])
    username = models.CharField(max_length=80, blank=True, validators=[check_secret_free_word])
    secret = models.TextField(blank=True)  # encrypted
    registers = models.BooleanField(default=False)
    # A line on which nothing is heard for so long is dead.
    silence_seconds = models.PositiveIntegerField(default=60)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Number(models.Model):
    """A number on which we are called, and where its calls go."""

    class Closed(models.TextChoices):
        """What a caller may do outside hours."""

        WAIT = "wait", _("wait in the queue as inside them")
        VOICEMAIL = "voicemail", _("leave a message")
        CALLBACK = "callback", _("be called back")

    number = models.CharField(max_length=20, unique=True)  # E.164
    name = models.CharField(max_length=80, blank=True)  # what the agent is shown
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.SET_NULL)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.SET_NULL)
    language = models.CharField(max_length=10, blank=True)
    ring_seconds = models.PositiveSmallIntegerField(
        default=20, validators=[MinValueValidator(5), MaxValueValidator(120)]
    )
    greeting = models.ForeignKey(Prompt, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    menu = models.ForeignKey(Menu, null=True, blank=True, on_delete=models.PROTECT, related_name="numbers")
    hours = models.ForeignKey(Calendar, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    closed_then = models.CharField(max_length=10, choices=Closed, default=Closed.VOICEMAIL)
    offers_callback = models.BooleanField(default=False)  # while waiting, by key 1
    tells_place = models.BooleanField(default=False)  # place and expected wait
    asks = models.ForeignKey(Survey, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number


class Extension(models.Model):
    """One telephone of a person: a SIP phone, or the one in the browser."""

    class Kind(models.TextChoices):
        """What it is, which decides how sound travels."""

        SIP = "sip", _("SIP telephone")
        BROWSER = "browser", _("in the browser")

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="extensions")
    # What colleagues dial; the telephones of one person share it.
    number = models.CharField(max_length=6, validators=[check_extension])
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.SIP)
    username = models.CharField(max_length=40, unique=True)
    secret = models.TextField()  # encrypted
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["number", "id"]

    def __str__(self) -> str:
        return self.username


class Registration(models.Model):
    """An extension that can be rung through a node now."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="registrations")
    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="registrations")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "extension"], name="registration_once")]

    def __str__(self) -> str:
        return f"{self.extension_id} at {self.node_id}"


class Call(models.Model):
    """One call and how it ended."""

    class Direction(models.TextChoices):
        """Who called whom."""

        IN = "in", _("in")
        OUT = "out", _("out")

    class State(models.TextChoices):
        """Where it stands."""

        QUEUED = "queued", _("waiting")
        RINGING = "ringing", _("ringing")
        TALKING = "talking", _("talking")
        PARKED = "parked", _("put aside")
        ENDED = "ended", _("ended")

    class Outcome(models.TextChoices):
        """How it ended, exactly one."""

        NONE = "", ""
        ANSWERED = "answered", _("answered")
        ABANDONED = "abandoned", _("hung up while waiting")
        LOST = "lost_by_system", _("lost by our fault")
        VOICEMAIL = "voicemail", _("left a message")
        CALLBACK = "callback", _("wishes to be called back")
        LEFT = "left", _("hung up without a message")

    class Consent(models.TextChoices):
        """What the caller heard of a recording, and said to it."""

        NOT_TOLD = "", ""
        TOLD = "told", _("was told that calls are recorded")
        AGREED = "agreed", _("agreed to be recorded")
        DECLINED = "declined", _("did not want to be recorded")

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="calls")
    unique_id = models.CharField(max_length=80)  # Asterisk's
    channel = models.CharField(max_length=120)  # Asterisk's name of the caller's line
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.IN)
    number = models.ForeignKey(Number, null=True, on_delete=models.SET_NULL, related_name="calls")
    caller = models.CharField(max_length=20, blank=True)  # E.164, as told: it proves nothing
    caller_told = models.CharField(max_length=120, blank=True)  # what was told where that is no number
    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.CASCADE, related_name="calls")
    staff = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="calls")
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    outcome = models.CharField(max_length=16, choices=Outcome, default=Outcome.NONE, blank=True)
    is_short = models.BooleanField(default=False)  # hung up within five seconds
    # Without having been told nobody is recorded.
    recording = models.CharField(max_length=8, choices=Consent, default=Consent.NOT_TOLD, blank=True)
    # Drawn as the talk begins: by which survey, and why the caller is not asked; without a reason they are.
    asks = models.ForeignKey(Survey, null=True, on_delete=models.SET_NULL, related_name="+")
    not_asked = models.CharField(max_length=12, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)  # how often somebody was rung
    queued_at = models.DateTimeField()
    rang_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "unique_id"], name="call_once")]
        indexes = [
            models.Index(fields=["node", "id"], name="call_live", condition=~models.Q(state="ended")),
            models.Index(
                fields=["staff"], name="call_at_staff", condition=models.Q(state__in=["ringing", "talking"])
            ),
            models.Index(fields=["conversation"], name="call_of_conversation"),
        ]

    def __str__(self) -> str:
        return f"{self.node_id}:{self.unique_id}"

    @property
    def wait_seconds(self) -> float:
        """From the entry into the queue to the answer, or to the end where nobody answered."""
        until = self.answered_at or self.ended_at
        return max((until - self.queued_at).total_seconds(), 0.0) if until else 0.0

    @property
    def talk_seconds(self) -> float:
        """From the answer to the end."""
        if self.answered_at is None or self.ended_at is None:
            return 0.0
        return max((self.ended_at - self.answered_at).total_seconds(), 0.0)
