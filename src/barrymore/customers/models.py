"""Customers, the addresses that lead to them, their firms, stays and purchases."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from barrymore.organisation.models import Site


class Account(models.Model):
    """The firm a customer belongs to, where there is one."""

    name = models.CharField(max_length=160)
    segment = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class Customer(models.Model):
    """A person who contacts us."""

    name = models.CharField(max_length=160, blank=True)
    language = models.CharField(max_length=10, blank=True)
    role = models.CharField(max_length=60, blank=True)
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"


class Address(models.Model):
    """A mail address, a telephone number, or a visitor of a web site. A shared one leads to no person."""

    class Kind(models.TextChoices):
        """By what means the address is reached."""

        EMAIL = "email", _("Mail")
        PHONE = "phone", _("Telephone")
        # One browser on a web site, or the site's own id of its user.
        VISITOR = "visitor", _("Visitor of the web site")

    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=254)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="addresses")
    is_shared = models.BooleanField(default=False)
    verified_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)
    opted_out_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="address_once")]

    @property
    def shown(self) -> str:
        """What people read: a visitor of a web site has no address, only a few signs to tell them apart."""
        if self.kind != Address.Kind.VISITOR:
            return self.value
        return gettext("Visitor %(signs)s") % {"signs": self.value[-4:]}

    def __str__(self) -> str:
        return self.value


class Booking(models.Model):
    """A stay or an appointment, as a hotel or clinic system tells it to us."""

    class Status(models.TextChoices):
        """Where the stay stands."""

        BOOKED = "booked", _("booked")
        ARRIVED = "arrived", _("in the house")
        LEFT = "left", _("left")
        CANCELLED = "cancelled", _("cancelled")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="bookings")
    site = models.ForeignKey(Site, null=True, on_delete=models.SET_NULL)
    place = models.CharField(max_length=120, blank=True)
    room = models.CharField(max_length=40, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    status = models.CharField(max_length=12, choices=Status, default=Status.BOOKED)
    party = models.CharField(max_length=80, blank=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    source = models.CharField(max_length=40)
    source_ref = models.CharField(max_length=80)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "source_ref"], name="booking_once")]
        indexes = [
            models.Index(fields=["customer", "-ends_on"], name="booking_newest"),
            models.Index(fields=["room", "ends_on"], name="booking_room"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.source_ref}"


class Purchase(models.Model):
    """Something bought here, told by a till or a shop system."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="purchases")
    site = models.ForeignKey(Site, null=True, on_delete=models.SET_NULL)
    at = models.DateTimeField()
    what = models.CharField(max_length=160)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    source = models.CharField(max_length=40)
    source_ref = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "source_ref"], name="purchase_once")]
        indexes = [models.Index(fields=["customer", "-at"], name="purchase_newest")]

    def __str__(self) -> str:
        return self.what
