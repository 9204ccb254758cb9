"""Notices to staff, the alerts they belong to, who is told of what, and how each person is reached."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.organisation.models import Point, Site, Staff


class Kind(models.TextChoices):
    """What an alert can be about."""

    RED_PRESS = "press.red", _("A red press")
    BAD_ANSWER = "answer.bad", _("A bad answer to a question")
    CONTRADICTED = "recovery.contradicted", _("A guest says it is not put right")
    SILENT_DEVICE = "device.silent", _("A device is silent")
    FALLING_RATE = "rate.falling", _("Fewer of those served answer")


class Rule(models.Model):
    """Who is told of one kind of event, where and when. The narrowest rule holds."""

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=30, choices=Kind)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.CASCADE)
    points = models.ManyToManyField(Point, blank=True)
    calendar_ref = models.BigIntegerField(null=True, blank=True)
    queue_ref = models.BigIntegerField(null=True, blank=True)  # where its recovery waits
    # [{"roles": [...], "people": [ids], "transports": [...], "minutes": 10}], at least one
    steps = models.JSONField(default=list)
    join_minutes = models.PositiveSmallIntegerField(default=10)
    person_first_minutes = models.PositiveSmallIntegerField(default=10)
    wakes = models.BooleanField(default=True)  # text messages and push in quiet hours, too
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Alert(models.Model):
    """One thing that happened and that somebody must see; `key` refuses to raise it twice."""

    class State(models.TextChoices):
        """Whether somebody has seen it."""

        OPEN = "open", _("nobody has it yet")
        ACKNOWLEDGED = "acknowledged", _("somebody has it")
        DONE = "done", _("done")

    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=30, choices=Kind)
    params = models.JSONField(default=dict)
    site = models.ForeignKey(Site, null=True, on_delete=models.SET_NULL)
    point = models.ForeignKey(Point, null=True, on_delete=models.SET_NULL)
    at = models.DateTimeField()
    conversation_ref = models.BigIntegerField(null=True)
    count = models.PositiveIntegerField(default=1)  # further ones at the same point are joined to it
    is_burst = models.BooleanField(default=False)  # the press was one of a burst and does not count
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    # As the rule was when it happened: a change of the rule does not change what is under way.
    steps = models.JSONField(default=list)
    wakes = models.BooleanField(default=True)
    step = models.PositiveSmallIntegerField(default=0)  # how many have been told
    next_step_at = models.DateTimeField(null=True)
    concerned = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")
    named_at = models.DateTimeField(null=True)  # from when others read who is concerned
    acknowledged_by = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_step_at"], name="alert_due", condition=models.Q(state="open")),
            models.Index(fields=["point", "kind", "-at"], name="alert_at_point"),
            models.Index(fields=["state", "-id"], name="alert_of_state"),
        ]

    def __str__(self) -> str:
        return self.key


class AlertStep(models.Model):
    """A step of an alert that has been taken: who was told, when."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="taken")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    told = models.JSONField(default=list)  # numbers of people

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["alert", "number"], name="alert_step_once")]

    def __str__(self) -> str:
        return f"{self.alert_id} step {self.number}"


class Notice(models.Model):
    """One thing one person must know; `key` refuses to say it twice."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    conversation_ref = models.BigIntegerField(null=True)
    alert = models.ForeignKey(Alert, null=True, on_delete=models.CASCADE, related_name="notices")
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["staff", "-id"], name="notice_unseen", condition=models.Q(seen_at=None)),
            models.Index(fields=["staff", "-created_at"], name="notice_newest"),
        ]

    def __str__(self) -> str:
        return self.key


class Reach(models.Model):
    """How one person wants to be told; in the page always."""

    staff = models.OneToOneField(Staff, on_delete=models.CASCADE, related_name="reach")
    phone = models.CharField(max_length=20, blank=True)  # E.164
    by_mail = models.BooleanField(default=True)
    by_sms = models.BooleanField(default=False)
    by_push = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"reach of {self.staff_id}"


class Browser(models.Model):
    """A browser of a person that takes push messages."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="browsers")
    endpoint = models.CharField(max_length=700, unique=True)
    public_key = models.CharField(max_length=120)
    secret = models.CharField(max_length=60)
    name = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    last_ok_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name or f"browser {self.pk}"


class Quiet(models.Model):
    """Hours of a site in which telephones stay silent, unless the rule says otherwise."""

    site = models.OneToOneField(Site, on_delete=models.CASCADE, related_name="quiet")
    starts_minute = models.PositiveSmallIntegerField()
    ends_minute = models.PositiveSmallIntegerField()  # before the start: of the next morning

    def __str__(self) -> str:
        return f"quiet at {self.site_id}"
