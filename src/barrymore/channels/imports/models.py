"""An import, what could not be read of it, and what it has made."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from barrymore.conversations.models import Conversation
from barrymore.customers.models import Address
from barrymore.organisation.models import Staff


class Import(models.Model):
    """One file with the history of another house; the row is its own queue."""

    class Kind(models.TextChoices):
        """Where the file comes from."""

        MBOX = "mbox", _("Mailbox (mbox)")
        ZENDESK = "zendesk", "Zendesk"
        CHATWOOT = "chatwoot", "Chatwoot"

    class State(models.TextChoices):
        """How far it has come. Checking, running and undoing are at work."""

        CHECKING = "checking", _("being checked")
        READY = "ready", _("checked")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")
        FAILED = "failed", _("cannot be read")

    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=12, choices=State, default=State.CHECKING)
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=120, blank=True)  # folder below MEDIA_ROOT, empty once removed
    size = models.PositiveBigIntegerField()
    options = models.JSONField(default=dict)  # {"queue": id, "open": "queue"|"close", "own": […], "days": n}
    counts = models.JSONField(default=dict)
    samples = models.JSONField(default=list)
    error = models.JSONField(default=dict)  # {"what", "what_to_do"} where nothing could be read
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    # Files whose rows are gone: removed from the disk once that has committed.
    doomed = models.JSONField(default=list)
    by = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    lease = models.CharField(max_length=32, blank=True)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                name="import_at_work",
                condition=models.Q(state__in=["checking", "running", "undoing"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def is_at_work(self) -> bool:
        """Whether something happens by itself."""
        return self.state in {self.State.CHECKING, self.State.RUNNING, self.State.UNDOING}


class ImportFault(models.Model):
    """A row that could not be read, or of which something could not be kept (`is_kept`)."""

    job = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="faults")
    row = models.CharField(max_length=200)
    what = models.CharField(max_length=300)
    what_to_do = models.CharField(max_length=300, blank=True)
    is_kept = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.row}: {self.what}"


class Imported(models.Model):
    """A conversation of another house that is here now; the same one is never taken over twice."""

    kind = models.CharField(max_length=12)
    source_id = models.CharField(max_length=200)
    job = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="imported")
    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="imported")
    last_message_ref = models.BigIntegerField()
    stays = models.BooleanField(default=False)  # an undo has left it, because somebody has touched it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "source_id"], name="imported_once")]
        indexes = [models.Index(fields=["job", "stays", "id"], name="imported_of_job")]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_id}"


class ImportedAddress(models.Model):
    """An address that an import has made known."""

    job = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="addresses")
    address = models.OneToOneField(Address, on_delete=models.CASCADE, related_name="imported")

    def __str__(self) -> str:
        return f"{self.address_id}"
