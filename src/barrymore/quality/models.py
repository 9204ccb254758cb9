"""Flags, and what the staff were told before anybody looked."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.feedback.models import Campaign
from barrymore.organisation.models import Point, Site, Staff


class StaffNotice(models.Model):
    """What the staff were told about being looked at, how, and from when on; without one nobody looks."""

    text = models.TextField()
    told_by = models.CharField(max_length=200)  # such as: in the meeting of 3 November, on the board
    holds_from = models.DateField()
    # Each is looked at only if the staff were told of it too.
    names_networks = models.BooleanField(default=False)
    names_handling = models.BooleanField(default=False)
    recorded_by = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL)
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.holds_from}: {self.told_by}"


class Flag(models.Model):
    """A question with its evidence, never a verdict. A person decides, and the one concerned is heard."""

    class State(models.TextChoices):
        """How far the question has come."""

        ASKED = "asked", _("not decided")
        CONFIRMED = "confirmed", _("confirmed")
        REJECTED = "rejected", _("rejected")

    # Of kind, place, time and person: the same question is asked once, also after the person was erased.
    digest = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=40)
    site = models.ForeignKey(Site, null=True, on_delete=models.SET_NULL)
    point = models.ForeignKey(Point, null=True, on_delete=models.SET_NULL, related_name="flags")
    staff = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="flags")
    since = models.DateTimeField()
    until = models.DateTimeField()
    chance = models.FloatField(null=True)  # how often chance alone does that; None where a plain rule was met
    evidence = models.JSONField(default=dict)
    keys = models.JSONField(default=list)  # of the facts that do not count if it is confirmed
    raised_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    decided_by = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="flags_decided")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    answer = models.TextField(blank=True)  # of the person concerned
    answered_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)  # since when it names nobody any more

    class Meta:
        indexes = [
            models.Index(fields=["state", "-since"], name="flag_by_state"),
            models.Index(fields=["staff", "-since"], name="flag_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.since:%Y-%m-%d}"


class BonusRule(models.Model):
    """What a campaign may bring the staff. It is written at any time and holds only while its data does."""

    class State(models.TextChoices):
        """Locked is where every rule begins, and where it returns once a step turns red."""

        LOCKED = "locked", _("locked")
        ACTIVE = "active", _("holds")

    campaign = models.OneToOneField(Campaign, on_delete=models.PROTECT, related_name="bonus_rule")
    text = models.TextField()
    who = models.CharField(max_length=200)  # such as: the front desk of the Old Mill, as a team
    holds_from = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.LOCKED)
    locked_for = models.JSONField(default=list)  # codes of the steps that were red when it was locked
    turns = models.PositiveIntegerField(default=0)  # how often it was let hold or locked: keys of facts
    written_by = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"bonus rule of {self.campaign_id}"
