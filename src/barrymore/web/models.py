"""Identity providers of the company, who signs in there, and the sessions that they may end."""

from django.db import models

from barrymore.organisation.models import Site, Staff


class Kind(models.TextChoices):
    """How the provider speaks."""

    OIDC = "openid_connect", "OpenID Connect"
    SAML = "saml", "SAML 2.0"


class SignInProvider(models.Model):
    """Where the people of the company sign in; secrets are sealed."""

    kind = models.CharField(max_length=20, choices=Kind, default=Kind.OIDC)
    slug = models.SlugField(max_length=60, unique=True)  # stands in addresses, so it never changes
    name = models.CharField(max_length=60)
    is_active = models.BooleanField(default=True)
    # OpenID Connect
    issuer = models.CharField(max_length=500, blank=True)
    client_id = models.CharField(max_length=191, blank=True)
    client_secret = models.TextField(blank=True)
    scopes = models.CharField(max_length=200, blank=True, default="openid profile email")
    # SAML
    metadata_url = models.CharField(max_length=500, blank=True)
    metadata = models.TextField(blank=True)
    metadata_at = models.DateTimeField(null=True)
    email_attribute = models.CharField(max_length=200, blank=True)
    name_attribute = models.CharField(max_length=200, blank=True)
    # Who may come in
    groups_claim = models.CharField(max_length=200, blank=True, default="groups")
    default_role = models.CharField(max_length=40, blank=True)  # "agent" or "custom:4"; empty refuses
    creates_people = models.BooleanField(default=False)
    domains = models.TextField(blank=True)
    vouches = models.BooleanField(default=False)
    passwords_off = models.BooleanField(default=True)
    last_error = models.CharField(max_length=300, blank=True)
    last_error_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def domain_list(self) -> list[str]:
        """The mail domains whose people may come in; nobody's is refused where there is none."""
        return [word.lower().lstrip("@") for word in self.domains.replace(",", " ").split()]


class GroupRule(models.Model):
    """Whoever is in the group has the role; of several the first counts."""

    provider = models.ForeignKey(SignInProvider, on_delete=models.CASCADE, related_name="rules")
    position = models.PositiveSmallIntegerField(default=0)
    group = models.CharField(max_length=200)
    role = models.CharField(max_length=40)  # "agent" or "custom:4"
    sites = models.ManyToManyField(Site, blank=True, related_name="+")

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["provider", "group"], name="group_rule_once")]

    def __str__(self) -> str:
        return f"{self.group}: {self.role}"


class SignInLink(models.Model):
    """A member of staff as the provider knows them; found by the provider's own id, never by mail again."""

    provider = models.ForeignKey(SignInProvider, on_delete=models.CASCADE, related_name="links")
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="sign_in_links")
    subject = models.CharField(max_length=255)
    joined_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    kept_out_at = models.DateTimeField(null=True)  # set by the groups, and taken away by the groups only

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "subject"], name="sign_in_link_once"),
            models.UniqueConstraint(fields=["provider", "staff"], name="sign_in_link_one_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} at {self.provider_id}"


class ProvidedSession(models.Model):
    """Which of our sessions began at the provider, so that it can end them."""

    provider = models.ForeignKey(SignInProvider, on_delete=models.CASCADE, related_name="sessions")
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="+")
    session_key = models.CharField(max_length=40, unique=True)
    subject = models.CharField(max_length=255)
    sid = models.CharField(max_length=255, blank=True)
    hint = models.TextField(blank=True)  # sealed: what the provider wants to see when we end its session
    began_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["provider", "subject"], name="provided_session_subject"),
            models.Index(fields=["provider", "sid"], name="provided_session_sid"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} by {self.provider_id}"


class UsedToken(models.Model):
    """A message of a provider that has been obeyed; the same one again is refused."""

    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest[:8]
