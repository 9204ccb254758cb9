"""What is entered about people, their roles, and the roles that the house makes."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.levels import LevelsField
from barrymore.organisation.models import CustomRole, Role, Site, Staff
from barrymore.organisation.roles import (
    Given,
    LastAdministrator,
    given_of,
    key_of,
    need_another,
    need_to_give,
    role_choices,
)

RIGHTS = {
    "conversations.read": _("See conversations"),
    "conversations.answer": _("Answer, note, hand over and close"),
    "presence.set": _("Take work, and say when not"),
    "served.count": _("Count the customers served"),
    "customers.read": _("See customers"),
    "customers.write": _("Change what is known of customers"),
    "outbox.manage": _("Send failed mails again"),
    "queues.manage": _("Look after queues and watch the live board"),
    "promises.manage": _("Opening hours and promises"),
    "figures.read": _("Reports"),
    "targets.manage": _("Set targets"),
    "flags.read": _("See confirmed questions about presses"),
    "flags.review": _("Decide on questions about presses"),
    "feedback.read": _("Read what customers said"),
    "recordings.listen": _("Listen to recorded calls, on record"),
    "calls.listen": _("Listen to calls while they last, seen by whoever talks, on record"),
    "photos.read": _("Open photos of guests, on record"),
    "surveys.manage": _("Ask customers"),
    "workstations.manage": _("Set up shared computers"),
    "audit.read": _("Read the audit trail"),
    "contacts.write": _("Hand in contacts, for programs"),
    "bookings.write": _("Hand in bookings, for programs"),
    "settings.manage": _("Settings of the house, its channels and tokens"),
    "staff.manage": _("People and roles"),
}


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """A member of staff; languages and skills as `lt:3, en:2`."""

    language = forms.ChoiceField(choices=settings.LANGUAGES, label=_("Language of the pages"))
    languages = LevelsField(
        required=False, label=_("Speaks"), help_text=_("Codes with a level from 1 to 3: lt:3, en:2")
    )
    skills = LevelsField(
        required=False,
        label=_("Skills"),
        help_text=_("Words with a level from 1 to 3, as the queues ask for them: billing:2"),
    )
    role = forms.ChoiceField(choices=role_choices, label=_("Role"))
    password = forms.CharField(
        required=False,
        label=_("New password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least ten characters. Empty leaves it as it is."),
    )
    sites = forms.ModelMultipleChoiceField(
        Site.objects.all(), required=False, label=_("Sites"), widget=forms.CheckboxSelectMultiple
    )

    field_order = ["name", "email", "role"]

    class Meta:
        model = Staff
        fields = ["name", "email", "language", "languages", "skills", "capacity", "sites"]
        labels: dict[str, Any] = {
            "name": _("Name"),
            "email": _("E-mail"),
            "capacity": _("At most so many at once"),
        }

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        kwargs["initial"] = {"role": key_of(instance) if instance else Role.AGENT}
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean_role(self) -> Given:
        """A role that whoever gives it has the rights of; the last administrator stays one."""
        given = given_of(self.cleaned_data["role"])
        if "role" not in self.changed_data:
            return given
        try:
            need_to_give(self.actor, given.permissions)
            if self.instance.pk and "staff.manage" not in given.permissions:
                need_another(self.instance)
        except NotAllowed as error:
            raise ValidationError(_("You cannot give rights that you do not have.")) from error
        except LastAdministrator as error:
            raise ValidationError(_("The last administrator stays one.")) from error
        return given

    def clean_email(self) -> str:
        """Addresses are kept in lower case: people are found by them in any case."""
        return str(self.cleaned_data["email"]).lower()

    def clean_password(self) -> str:
        """An empty one stays as it is; another one must be strong enough."""
        password = str(self.cleaned_data["password"])
        if password:
            validate_password(password, self.instance)
        return password

    def save(self, commit: bool = True) -> Staff:
        """Write the person with the role and the password."""
        given = self.cleaned_data["role"]
        self.instance.role, self.instance.custom_role = given.role, given.custom
        if self.cleaned_data["password"]:
            self.instance.set_password(self.cleaned_data["password"])
        elif self.instance.pk is None:
            self.instance.set_unusable_password()
        saved: Staff = super().save(commit)
        return saved


class RoleForm(forms.ModelForm):  # type: ignore[type-arg]
    """A role of the house: its name, whose day it is like, and what it may."""

    permissions = forms.MultipleChoiceField(
        choices=list(RIGHTS.items()), required=False, label=_("May"), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = CustomRole
        fields = ["name", "like", "permissions"]
        labels: dict[str, Any] = {"name": _("Name"), "like": _("Its day is like that of")}
        help_texts: dict[str, Any] = {
            "like": _(
                "Decides the first page, and whether one sees all queues of one's sites "
                "(supervisor, quality manager, owner, administrator) or those one works in."
            )
        }


class PostForm(forms.Form):
    """Another role at one site or in one queue; the view knows which there are."""

    scope = forms.ChoiceField(label=_("Where"))
    role = forms.ChoiceField(choices=role_choices, label=_("Role there"))


class JoinForm(forms.Form):
    """The first password of somebody invited."""

    password = forms.CharField(
        label=_("New password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = staff

    def clean_password(self) -> str:
        """Strong enough."""
        password = str(self.cleaned_data["password"])
        validate_password(password, self.staff)
        return password
