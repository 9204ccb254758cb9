"""What is entered about a promise."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from barrymore.routing.models import Priority, Queue
from barrymore.sla.models import Policy


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """What we promise, where and to whom. The narrowest promise holds."""

    queue_ref = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label=_("Queue"))
    priority = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("any")), *Priority.choices],
        label=_("Priority"),
    )

    class Meta:
        model = Policy
        fields = [
            "name",
            "calendar",
            "queue_ref",
            "priority",
            "first_response_minutes",
            "next_response_minutes",
            "resolution_minutes",
            "is_active",
        ]
        labels: dict[str, Any] = {
            "name": _("Name"),
            "calendar": _("Opening hours"),
            "first_response_minutes": _("First answer within so many minutes"),
            "next_response_minutes": _("Every further answer within so many minutes"),
            "resolution_minutes": _("Solution within so many minutes"),
            "is_active": _("In use"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queues = [(queue.pk, queue.name) for queue in Queue.objects.filter(is_active=True)]
        self.fields["queue_ref"].choices = [("", _("every queue")), *queues]  # type: ignore[attr-defined]
