"""What is entered about a campaign, beside its questions."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from barrymore.feedback.campaigns import has_begun
from barrymore.feedback.models import Campaign
from barrymore.organisation.models import Point


class CampaignForm(forms.ModelForm):  # type: ignore[type-arg]
    """Where, when and how it is asked; what a customer is offered is the same for everybody."""

    opening_words = forms.CharField(
        max_length=200,
        required=False,
        label=gettext_lazy("Words of the first screen"),
        help_text=gettext_lazy("In the language that is chosen for the questions below."),
    )

    review_link = forms.URLField(
        required=False, assume_scheme="https", label=gettext_lazy("Address of the review page")
    )

    class Meta:
        model = Campaign
        fields = [
            "name", "points", "served_source", "mode", "step", "prompt", "since", "until", "review",
            "is_anonymous", "is_active",
        ]  # fmt: skip
        widgets = {
            "points": forms.CheckboxSelectMultiple,
            "since": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        labels: dict[str, Any] = {
            "name": gettext_lazy("Name"),
            "points": gettext_lazy("Points where it is asked"),
            "served_source": gettext_lazy("What counts the customers served"),
            "mode": gettext_lazy("Survey or feedback"),
            "step": gettext_lazy("Step of the service"),
            "prompt": gettext_lazy("What the employee says at that step"),
            "since": gettext_lazy("First day"),
            "until": gettext_lazy("Last day"),
            "review": gettext_lazy("Who is asked for a public review"),
            "is_anonymous": gettext_lazy("Anonymous"),
            "is_active": gettext_lazy("In use"),
        }
        help_texts: dict[str, Any] = {
            "is_anonymous": gettext_lazy(
                "Said before the first answer and for good: no contacts, voices or photos, no person, no "
                "device, no time but the hour, and nobody is told of a bad answer."
            ),
            "served_source": gettext_lazy("Without it nobody knows who did not answer: it is feedback only."),
            "step": gettext_lazy("Such as: paying, leaving. The question belongs into the service itself."),
            "prompt": gettext_lazy("One sentence that asks everybody, whatever they may say."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        points = Point.objects.select_related("site").order_by("site__name", "name")
        self.fields["points"].queryset = points  # type: ignore[attr-defined]
        # What was promised stays, and is promised before the first answer; what a browser sends is not read.
        self.fields["is_anonymous"].disabled = self.instance.is_anonymous or has_begun(self.instance)
        self.fields["review_link"].initial = self.instance.review_link

    def clean(self) -> dict[str, Any]:
        """Days in order, and an address where a review is asked for."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = told.get("since"), told.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first."))
        if told.get("review") == Campaign.Review.EVERYBODY and not told.get("review_link"):
            self.add_error("review_link", _("Write the address of the page where reviews are written."))
        return told
