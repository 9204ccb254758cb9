"""Prompts, menus and their keys: what a caller hears before the queue."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.routing.models import Queue


class Prompt(models.Model):
    """Something that is said to callers, in one language; the sound lies with the other private files."""

    class Purpose(models.TextChoices):
        """Where the house says it by itself; one of these replaces what the machine would speak."""

        MENU = "", _("for greetings and menus")
        CLOSED = "closed", _("we are closed now")
        NOTICE = "notice", _("calls are recorded; 9 declines")
        CONSENT = "consent", _("may we record? 1 agrees")
        VOICEMAIL = "voicemail", _("leave a message after the tone")
        THANKS = "thanks", _("thank you for the message")
        OFFER = "offer", _("1 asks to be called back")
        CALLBACK = "callback", _("we call you back")
        NO_NUMBER = "nonumber", _("we do not see your number")
        WRONG = "wrong", _("that key does nothing")
        RATED = "rated", _("thank you for the answer after a call")

    name = models.CharField(max_length=80)
    language = models.CharField(max_length=10)
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.MENU, blank=True)
    text = models.TextField(blank=True, max_length=2000)  # what is said, for who cannot listen
    is_spoken = models.BooleanField(default=False)  # by the machine, from the text
    path = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    seconds = models.FloatField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "language"]
        constraints = [
            models.UniqueConstraint(fields=["name", "language"], name="prompt_once"),
            models.UniqueConstraint(
                fields=["purpose", "language"], name="prompt_purpose_once", condition=~models.Q(purpose="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class Menu(models.Model):
    """Something said, and keys to press. 0 leads to a person in every menu."""

    name = models.CharField(max_length=80, unique=True)
    greeting = models.ForeignKey(Prompt, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Where 0 leads, and who presses nothing; empty: to the queue of the number.
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    wait_seconds = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(2), MaxValueValidator(30)]
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class MenuKey(models.Model):
    """What one key of a menu does."""

    class Does(models.TextChoices):
        """Where it leads."""

        QUEUE = "queue", _("to a queue")
        MENU = "menu", _("to another menu")
        VOICEMAIL = "voicemail", _("leave a message")
        CALLBACK = "callback", _("be called back")
        AGAIN = "again", _("hear it again")

    menu = models.ForeignKey(Menu, on_delete=models.CASCADE, related_name="keys")
    key = models.CharField(max_length=1)
    does = models.CharField(max_length=10, choices=Does)
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    leads_to = models.ForeignKey(Menu, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    language = models.CharField(max_length=10, blank=True)  # in which the call goes on from there
    # Heard outside hours too, and leads to its queue then.
    at_any_hour = models.BooleanField(default=False)

    class Meta:
        ordering = ["menu", "key"]
        constraints = [models.UniqueConstraint(fields=["menu", "key"], name="menu_key_once")]

    def __str__(self) -> str:
        return f"{self.menu_id}:{self.key}"
