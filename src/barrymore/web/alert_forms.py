"""What is entered about who is told: a rule with up to three steps, and the quiet hours of a site."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from barrymore.alerts.models import Quiet, Rule
from barrymore.alerts.rules import MOST_STEPS, Step
from barrymore.organisation.models import Point, Role, Site, Staff
from barrymore.routing.models import Queue
from barrymore.sla.models import Calendar

WAYS: list[tuple[str, Promise]] = [("mail", _("mail")), ("sms", _("text message")), ("push", _("push"))]
STEP_FIELDS = ("roles", "people", "transports", "minutes")
STEP_TITLES = [_("Told first"), _("Told next, if nobody has it"), _("Told last")]


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """The event, the place, the hours, then who is told by what, step after step."""

    points = forms.ModelMultipleChoiceField(
        Point.objects.filter(is_active=True),
        required=False,
        label=_("Points"),
        help_text=_("None ticked: all of them"),
        widget=forms.CheckboxSelectMultiple,
    )
    calendar_ref = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, label=_("In these hours")
    )
    queue_ref = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, label=_("Queue in which the recovery waits")
    )

    class Meta:
        model = Rule
        fields = [
            "name",
            "kind",
            "site",
            "points",
            "calendar_ref",
            "queue_ref",
            "join_minutes",
            "person_first_minutes",
            "wakes",
            "is_active",
        ]
        labels: dict[str, Any] = {
            "name": _("Name"),
            "kind": _("What happens"),
            "site": _("Site"),
            "join_minutes": _("More of the same at one point within so many minutes is one"),
            "person_first_minutes": _("So many minutes only the person concerned reads that it is theirs"),
            "wakes": _("Text messages and push in quiet hours, too"),
            "is_active": _("In use"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        calendars = [(one.pk, one.name) for one in Calendar.objects.all()]
        queues = [(one.pk, one.name) for one in Queue.objects.filter(is_active=True)]
        self.fields["calendar_ref"].choices = [("", _("always")), *calendars]  # type: ignore[attr-defined]
        self.fields["queue_ref"].choices = [("", _("that of the site")), *queues]  # type: ignore[attr-defined]
        self.fields["site"].empty_label = _("every site")  # type: ignore[attr-defined]
        kept = [Step(**step) for step in self.instance.steps] or [Step(roles=[Role.SUPERVISOR])]
        for number in range(MOST_STEPS):
            self._add_step(number, kept[number] if number < len(kept) else Step(transports=[]))

    def _add_step(self, number: int, step: Step) -> None:
        people = Staff.objects.filter(is_active=True)
        ticks = forms.CheckboxSelectMultiple
        label = {"roles": _("Roles at the site"), "people": _("People by name")}
        label |= {"transports": _("Beside the page by"), "minutes": _("Minutes until the next step")}
        self.fields |= {
            f"roles_{number}": forms.MultipleChoiceField(
                choices=Role.choices,
                required=False,
                initial=step.roles,
                label=label["roles"],
                widget=ticks,
            ),
            f"people_{number}": forms.ModelMultipleChoiceField(
                people,
                required=False,
                initial=step.people,
                label=label["people"],
                widget=forms.SelectMultiple(attrs={"size": 4}),
            ),
            f"transports_{number}": forms.MultipleChoiceField(
                choices=WAYS,
                required=False,
                initial=step.transports,
                label=label["transports"],
                widget=ticks,
            ),
            f"minutes_{number}": forms.IntegerField(
                min_value=1, max_value=1440, initial=step.minutes, label=label["minutes"]
            ),
        }

    def parts(self) -> list[tuple[str, bool, list[forms.BoundField]]]:
        """The fields in their groups: title, whether it is unfolded, fields."""
        steps = [[self[f"{name}_{n}"] for name in STEP_FIELDS] for n in range(MOST_STEPS)]
        unfolded = [
            n == 0 or any(one.value() or one.errors for one in step[:2]) for n, step in enumerate(steps)
        ]
        own = [self[name] for name in self.Meta.fields]
        named = zip(map(str, STEP_TITLES), unfolded, steps, strict=True)
        return [("", True, own), *((title, bool(is_open), fields) for title, is_open, fields in named)]

    def clean(self) -> dict[str, Any]:
        """Somebody must be told first, and the points must be of the site."""
        said: dict[str, Any] = super().clean() or {}
        if not (said.get("roles_0") or said.get("people_0")):
            self.add_error("roles_0", _("Name a role or a person who is told first."))
        site = said.get("site")
        if site and any(point.site_id != site.pk for point in said.get("points") or []):
            self.add_error("points", _("These points are not all of this site."))
        return said

    def save(self, commit: bool = True) -> Rule:
        """Keep the steps that name somebody."""
        said = self.cleaned_data
        self.instance.steps = [
            Step(
                roles=list(said[f"roles_{n}"]),
                people=[one.pk for one in said[f"people_{n}"]],
                transports=list(said[f"transports_{n}"]),
                minutes=said[f"minutes_{n}"],
            ).as_dict()
            for n in range(MOST_STEPS)
            if said[f"roles_{n}"] or said[f"people_{n}"]
        ]
        return super().save(commit)  # type: ignore[no-any-return]


class QuietForm(forms.Form):
    """From when to when telephones stay silent; both empty takes it away."""

    starts = forms.TimeField(required=False, label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}))
    ends = forms.TimeField(required=False, label=_("To"), widget=forms.TimeInput(attrs={"type": "time"}))

    def __init__(self, data: Any, site: Site) -> None:
        kept = Quiet.objects.filter(site=site).first()
        first = {"starts": clock_of(kept.starts_minute), "ends": clock_of(kept.ends_minute)} if kept else {}
        super().__init__(data, initial=first)
        self.site = site

    def clean(self) -> dict[str, Any]:
        """Both, or none."""
        said = super().clean() or {}
        if (said.get("starts") is None) != (said.get("ends") is None) and not self.errors:
            raise forms.ValidationError(_("Give both times, or neither."))
        return said

    def save(self) -> Site:
        """Keep or take away the hours."""
        starts, ends = self.cleaned_data["starts"], self.cleaned_data["ends"]
        if starts is None:
            Quiet.objects.filter(site=self.site).delete()
        else:
            minutes = {"starts_minute": _minute(starts), "ends_minute": _minute(ends)}
            Quiet.objects.update_or_create(site=self.site, defaults=minutes)
        return self.site


def _minute(at: Any) -> int:
    return int(at.hour) * 60 + int(at.minute)


def clock_of(minute: int) -> str:
    """Minutes of the day as people write them."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
