"""The company, its sites with rooms and points, its staff, their tokens, and the audit trail."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from barrymore.organisation.network_models import NetworkKey as NetworkKey
from barrymore.organisation.network_models import StaffNetwork as StaffNetwork


class Company(models.Model):
    """The one company of this installation (row 1)."""

    name = models.CharField(max_length=120, default="")
    timezone = models.CharField(max_length=60, default="UTC")
    language = models.CharField(max_length=10, default="en")
    privacy_profile = models.CharField(max_length=10, blank=True)
    modules = models.JSONField(default=dict)
    is_demo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """A hotel, clinic, shop, branch or office."""

    name = models.CharField(max_length=120)
    city = models.CharField(max_length=80, blank=True)
    timezone = models.CharField(max_length=60, default="UTC")
    language = models.CharField(max_length=10, default="en")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Room(models.Model):
    """A part of a site: the lobby, the third floor, the till hall."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="rooms")
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="room_once")]

    def __str__(self) -> str:
        return self.name


class Point(models.Model):
    """Where customers meet us: a desk, a till, a door. Devices stand at points."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="points")
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.SET_NULL, related_name="points")
    name = models.CharField(max_length=80)
    step = models.CharField(max_length=80, blank=True)  # of the service process: "check-in", "paying"
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a member of staff does all day; decides home page and permissions."""

    AGENT = "agent", _("Agent")
    SUPERVISOR = "supervisor", _("Supervisor")
    QUALITY = "quality", _("Quality manager")
    PLANNER = "planner", _("Planner")
    FRONT_DESK = "front_desk", _("Front desk")
    SUCCESS = "success", _("Success manager")
    OWNER = "owner", _("Owner or auditor")
    ADMINISTRATOR = "administrator", _("Administrator")
    DEVELOPER = "developer", _("Developer")


class CustomRole(models.Model):
    """A role that the house has put together itself: what it may, and whose day it is like."""

    name = models.CharField(max_length=60, unique=True)
    # Decides the home page, and whether one sees all queues of one's sites or those one works in.
    like = models.CharField(max_length=20, choices=Role, default=Role.AGENT)
    permissions = models.JSONField(default=list)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class StaffManager(BaseUserManager["Staff"]):
    """Staff are found by their mail address, in any case of letters."""

    def get_by_natural_key(self, username: str | None) -> "Staff":
        """The member of staff with this mail address."""
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Staff":
        """Create a member of staff; without a password the person cannot sign in by password."""
        staff = self.model(email=self.normalize_email(email).lower(), **fields)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff


class Staff(AbstractBaseUser):
    """One person who works here; the only kind of user that signs in."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role, default=Role.AGENT)
    # Where set, its permissions hold instead of the role's, and `role` is what it is like.
    custom_role = models.ForeignKey(
        CustomRole, null=True, blank=True, on_delete=models.PROTECT, related_name="staff"
    )
    has_posts = models.BooleanField(default=False)  # spares most requests the question
    language = models.CharField(max_length=10, default="en")
    timezone = models.CharField(max_length=60, blank=True)
    languages = models.JSONField(default=dict)  # {"lt": 3}: spoken language to level 1..3
    skills = models.JSONField(default=dict)  # {"billing": 2}: skill to level 1..3
    capacity = models.PositiveSmallIntegerField(default=8)
    sites = models.ManyToManyField(Site, blank=True, related_name="staff")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    pin = models.CharField(max_length=128, blank=True)  # hashed; only at shared workstations
    badge_digest = models.CharField(max_length=64, blank=True)

    # Set by the request of a shared computer: the person then has fewer rights (access.AT_WORKSTATION).
    is_limited = False

    objects: ClassVar[StaffManager] = StaffManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def held_posts(self) -> "dict[str, Post]":
        """The person's other roles by scope, read once a request."""
        if not self.has_posts or self.pk is None:
            return {}
        return {post.scope: post for post in self.posts.select_related("custom_role")}

    @cached_property
    def own_sites(self) -> frozenset[int]:
        """The sites at which the person works, none for all; read once a request."""
        return frozenset(self.sites.values_list("pk", flat=True)) if self.pk else frozenset()

    @property
    def role_name(self) -> str:
        """The role as people call it."""
        return self.custom_role.name if self.custom_role else str(self.get_role_display())

    @property
    def first_name(self) -> str:
        """The part of the name that colleagues use."""
        return self.name.split(" ")[0]


class Post(models.Model):
    """Another role of a person at one site or in one queue, instead of their own role there."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="posts")
    scope = models.CharField(max_length=40)  # "site:3" or "queue:7"
    role = models.CharField(max_length=20, choices=Role)
    custom_role = models.ForeignKey(
        CustomRole, null=True, blank=True, on_delete=models.PROTECT, related_name="posts"
    )

    class Meta:
        ordering = ["scope"]
        constraints = [models.UniqueConstraint(fields=["staff", "scope"], name="post_one_per_scope")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.scope}"

    @property
    def role_name(self) -> str:
        """The role as people call it."""
        return self.custom_role.name if self.custom_role else str(self.get_role_display())


class Invitation(models.Model):
    """A way in for somebody new, once: only the hash of its secret is kept."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True)
    # What the person was invited to be; another role, site or address since then ends the invitation.
    rights = models.CharField(max_length=64)
    created_by = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["staff", "-id"], name="invitation_newest")]

    def __str__(self) -> str:
        return f"to {self.staff_id}"


class Workstation(models.Model):
    """A computer at a desk that several people share; its browser holds a token."""

    name = models.CharField(max_length=80)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.SET_NULL)
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ApiToken(models.Model):
    """A key for programs: only its hash is kept."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class IdempotentCall(models.Model):
    """The answer already given to an Idempotency-Key, so that a repeat gets the same one."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE)
    key = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64)
    response = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="idempotent_call_once")]

    def __str__(self) -> str:
        return self.key


class AuditEntry(models.Model):
    """Who changed what, when: written in the transaction of the change."""

    at = models.DateTimeField()
    actor = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["-id"], name="audit_newest")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
