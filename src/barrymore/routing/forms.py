"""What is entered about a queue."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from barrymore.organisation.selectors import active_staff
from barrymore.routing.models import Queue


class QueueForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, members, and how long an offer is held out."""

    class Meta:
        model = Queue
        fields = ["name", "site", "position", "offer_seconds", "is_default", "is_active", "members"]
        labels: dict[str, Any] = {
            "name": _("Name"),
            "site": _("Site"),
            "position": _("Place in the list"),
            "offer_seconds": _("An offer is held out for so many seconds"),
            "is_default": _("Takes what nothing else directs"),
            "is_active": _("In use"),
            "members": _("Who works in it"),
        }
        widgets: dict[str, Any] = {"members": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].queryset = active_staff()  # type: ignore[attr-defined]

    def clean_is_active(self) -> bool:
        """A queue in which conversations are open cannot be put out of use: nobody would see them."""
        active = bool(self.cleaned_data["is_active"])
        if not active and self.instance.pk and self.instance.placements.filter(is_open=True).exists():
            raise forms.ValidationError(_("Conversations are open in it. Move or close them first."))
        return active

    def save(self, commit: bool = True) -> Queue:
        """There is one default queue."""
        saved: Queue = super().save(commit)
        if saved.is_default:
            Queue.objects.exclude(pk=saved.pk).update(is_default=False)
        return saved
