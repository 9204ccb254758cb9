"""What is entered about a queue."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from barrymore.organisation.access import Actor
from barrymore.organisation.levels import LevelsField
from barrymore.organisation.models import Site
from barrymore.organisation.selectors import active_staff
from barrymore.routing.models import Queue
from barrymore.routing.sight import may_put


class QueueForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, members, and how long an offer is held out."""

    skills = LevelsField(
        required=False, label=_("Skills it asks for"), help_text=_("Words with the least level: billing:2")
    )

    class Meta:
        model = Queue
        fields = [
            "name",
            "site",
            "position",
            "skills",
            "offer_seconds",
            "overflow_minutes",
            "overflow_queue",
            "is_default",
            "is_active",
            "members",
        ]
        labels: dict[str, Any] = {
            "name": _("Name"),
            "site": _("Site"),
            "position": _("Place in the list"),
            "offer_seconds": _("An offer is held out for so many seconds"),
            "overflow_minutes": _("Others are asked too after so many minutes"),
            "overflow_queue": _("Whose people then help out"),
            "is_default": _("Takes what nothing else directs"),
            "is_active": _("In use"),
            "members": _("Who works in it"),
        }
        help_texts: dict[str, Any] = {
            "overflow_minutes": _(
                "Until then it waits for somebody with the skills. Empty: whoever is free takes it at once."
            ),
        }
        widgets: dict[str, Any] = {"members": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["members"].queryset = active_staff()  # type: ignore[attr-defined]
        others = Queue.objects.filter(is_active=True).exclude(pk=self.instance.pk)
        self.fields["overflow_queue"].queryset = others  # type: ignore[attr-defined]

    def clean_site(self) -> Site | None:
        """A queue stays at the sites that the person looks after."""
        site: Site | None = self.cleaned_data["site"]
        if (self.instance.pk is None or "site" in self.changed_data) and not may_put(self.actor, site):
            raise forms.ValidationError(_("You do not look after the queues of that site."))
        return site

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
