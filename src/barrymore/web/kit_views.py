"""The product chooser: a few questions, what suits the place and why, and one button that sets it up."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from barrymore.feedback.trades import TRADES
from barrymore.formulas.grades import DEFAULT_POLICY
from barrymore.formulas.kits import Kit, Situation, kit_for
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Site
from barrymore.organisation.pages import page
from barrymore.web.kit_setup import Wanted, set_up
from barrymore.web.kit_words import COUNTERS, DEVICES, GOALS, NETWORKS, REPORTS, WARNINGS


class KitForm(forms.Form):
    """A place and what is wanted there."""

    goals = forms.MultipleChoiceField(
        choices=GOALS, widget=forms.CheckboxSelectMultiple, label=gettext_lazy("What do you want?")
    )
    customers_a_day = forms.IntegerField(
        min_value=1, max_value=1_000_000, label=gettext_lazy("Customers served a day, about")
    )
    is_staffed = forms.BooleanField(
        required=False, initial=True, label=gettext_lazy("One of us is with the customer there")
    )
    counter = forms.ChoiceField(
        choices=COUNTERS, label=gettext_lazy("Who counts those served, whether they answer or not?")
    )
    network = forms.ChoiceField(choices=NETWORKS, label=gettext_lazy("Network there"))
    trade = forms.ChoiceField(label=gettext_lazy("Questions for"))
    site = forms.ModelChoiceField(Site.objects.all(), label=gettext_lazy("Site"))
    point = forms.CharField(
        max_length=80,
        label=gettext_lazy("Name of the place"),
        help_text=gettext_lazy("Such as: Reception, till 3"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["trade"].choices = [(key, one.name) for key, one in TRADES.items()]  # type: ignore[attr-defined]
        only = list(Site.objects.all()[:2])
        if len(only) == 1:
            self.fields["site"].initial = only[0].pk

    def situation(self) -> Situation:
        """What was entered."""
        told = self.cleaned_data
        return Situation(
            frozenset(told["goals"]),
            told["network"],
            told["customers_a_day"],
            told["is_staffed"],
            told["counter"],
        )


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def choose(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ask, recommend, and set up on the second button."""
    form = KitForm(request.POST or None)
    kit = None
    if request.method == "POST" and form.is_valid():
        kit = kit_for(form.situation())
        if "set_up" in request.POST:
            actor.need("surveys.manage")
            told = form.cleaned_data
            point = set_up(actor, kit, Wanted(told["site"], told["point"], told["trade"]))
            messages.success(request, _("It is set up. Connect each device by its code."))
            return redirect("points:point", point.pk)
    context = {
        "title": _("Begin to ask"),
        "form": form,
        "may_set_up": actor.may("surveys.manage"),
        **(_told(kit) if kit else {}),
    }
    return render(request, "web/kit.html", context, status=422 if form.errors else 200)


def _told(kit: Kit) -> dict[str, Any]:
    return {
        "kit": kit,
        "devices": [DEVICES[one] for one in kit.devices],
        "reports": [REPORTS[one] for one in kit.reports],
        "warnings": [WARNINGS[one] for one in kit.warnings],
        "answers": DEFAULT_POLICY.b.answers,
        "share": round(100 * DEFAULT_POLICY.b.response_rate),
    }
