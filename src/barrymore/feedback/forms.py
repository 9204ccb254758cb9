"""What is entered about asking customers."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from barrymore.feedback.by_keys import CANNOT, keyed_question
from barrymore.feedback.models import Questionnaire, Survey
from barrymore.feedback.review_models import Review


class SurveyForm(forms.ModelForm):  # type: ignore[type-arg]
    """How many are asked, how often, and when. A change is a new version; answers keep theirs."""

    probability = forms.FloatField(
        label=_("Share of closed conversations that are asked"),
        help_text=_("From 0 to 1; it is recorded with every invitation."),
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
    )

    review_link = forms.URLField(
        required=False,
        assume_scheme="https",
        label=_("Address of the review page"),
        help_text=_("They are sent there through a link of ours, so that it is counted."),
    )

    class Meta:
        model = Survey
        fields = [
            "name",
            "kind",
            "questionnaire",
            "every_months",
            "role",
            "probability",
            "cap_days",
            "closing_days",
            "delay_seconds",
            "review",
            "is_active",
        ]
        labels: dict[str, Any] = {
            "name": _("Name"),
            "kind": _("When it is asked"),
            "questionnaire": _("What is asked"),
            "every_months": _("Months between two asks about us as a whole"),
            "role": _("Only contacts of this role"),
            "cap_days": _("One person at most once in so many days"),
            "closing_days": _("Can be answered for so many days"),
            "delay_seconds": _("Seconds from the close to the invitation"),
            "review": _("Who is asked for a public review"),
            "is_active": _("In use"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.fields["questionnaire"]
        asked.queryset = Questionnaire.objects.exclude(fielded_at=None)  # type: ignore[attr-defined]
        asked.empty_label = _("The standard question of the house")  # type: ignore[attr-defined]
        self.fields["kind"].required = self.fields["every_months"].required = False
        self.fields["review"].required = False
        self.fields["review_link"].initial = self.instance.review_link
        self.fields["every_months"].validators.append(MinValueValidator(1))

    def clean_kind(self) -> str:
        """Left out: as it is."""
        return self.cleaned_data["kind"] or str(self.instance.kind)

    def clean_every_months(self) -> int:
        """Left out: as it is."""
        return self.cleaned_data["every_months"] or int(self.instance.every_months)

    def clean_review(self) -> str:
        """Left out: as it is."""
        return self.cleaned_data["review"] or str(self.instance.review)

    def clean(self) -> dict[str, Any]:
        """An address where a review is asked for."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if told.get("review") == Review.EVERYBODY and not told.get("review_link"):
            self.add_error("review_link", _("Write the address of the page where reviews are written."))
        asked = told.get("questionnaire")
        if told.get("kind") == Survey.Kind.CALL and asked is not None and keyed_question(asked) is None:
            self.add_error("questionnaire", CANNOT)
        return told

    def save(self, commit: bool = True) -> Survey:
        """What has been fielded stays as it was: the change becomes the next version."""
        survey: Survey = self.instance
        survey.review_link = self.cleaned_data["review_link"]
        if survey.pk and self.changed_data and survey.cases.exists():
            Survey.objects.filter(pk=survey.pk).update(is_active=False)
            survey.pk, survey.version = None, survey.version + 1
            survey._state.adding = True
        super().save(commit)
        return survey
