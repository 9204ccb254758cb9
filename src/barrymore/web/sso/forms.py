"""What is entered about a provider, checked before it is kept."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from barrymore.organisation.models import Site
from barrymore.organisation.roles import role_choices
from barrymore.web.models import Kind, SignInProvider
from barrymore.web.sso.discovery import WELL_KNOWN, Fault, check_address
from barrymore.web.sso.saml import metadata_of, refresh_metadata
from barrymore.web.sso.services import Rule

OPTIONAL = ["default_role", "creates_people", "domains", "vouches", "passwords_off", "is_active"]
LABELS: dict[str, Any] = {
    "name": gettext_lazy("Name on the button"),
    "issuer": gettext_lazy("Issuer"),
    "client_id": gettext_lazy("Client id"),
    "scopes": gettext_lazy("Scopes"),
    "groups_claim": gettext_lazy("Claim that holds the groups"),
    "metadata_url": gettext_lazy("Address of the metadata"),
    "metadata": gettext_lazy("Or the metadata themselves"),
    "email_attribute": gettext_lazy("Attribute with the mail address"),
    "name_attribute": gettext_lazy("Attribute with the name"),
    "creates_people": gettext_lazy("People who are new here are taken on at their first sign-in"),
    "domains": gettext_lazy("Mail domains that may come in"),
    "vouches": gettext_lazy("The provider vouches for the addresses of these domains"),
    "passwords_off": gettext_lazy("Its people have no password and no passkey here"),
    "is_active": gettext_lazy("In use: its button stands on the sign-in page"),
}
HELP: dict[str, Any] = {
    "issuer": gettext_lazy("Such as https://login.company.example/realms/staff"),
    "groups_claim": gettext_lazy("Such as groups, roles, or realm_access.roles"),
    "scopes": gettext_lazy("Some providers tell the groups only when asked for the scope “groups”."),
    "metadata": gettext_lazy("XML, where the provider has no address for them."),
    "email_attribute": gettext_lazy("Empty looks under the usual names."),
    "name_attribute": gettext_lazy("Empty looks under the usual names."),
    "creates_people": gettext_lazy("Otherwise only people who are under People already."),
    "domains": gettext_lazy("One a line. Empty: any."),
    "vouches": gettext_lazy(
        "For Entra ID and SAML, which do not say that an address is proven. "
        "Only where nobody can change their own."
    ),
    "passwords_off": gettext_lazy(
        "They come in by this door only. "
        "The last administrator with a password keeps it, so that nobody is locked out."
    ),
}
AREA = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})


class ProviderForm(forms.ModelForm):  # type: ignore[type-arg]
    """What both kinds have: who may come in."""

    default_role = forms.ChoiceField(required=False, label=gettext_lazy("Whoever is in none of these groups"))

    class Meta:
        model = SignInProvider
        fields: list[str] = []
        labels = LABELS
        help_texts = HELP
        widgets = {"domains": AREA, "metadata": AREA}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field: Any = self.fields["default_role"]
        field.choices = [("", _("is refused")), *role_choices()]

    def clean(self) -> dict[str, Any]:
        """Somebody's word counts only for named domains."""
        told = super().clean() or {}
        if told.get("vouches") and not str(told.get("domains", "")).strip():
            self.add_error("domains", _("Name the domains that the provider vouches for."))
        return told

    def who(self) -> list[forms.BoundField]:
        """The fields about people, in their order."""
        return [self[name] for name in ("domains", "vouches", "creates_people", "passwords_off")]

    def where(self) -> list[forms.BoundField]:
        """The fields about the provider itself."""
        return [self[name] for name in self.fields if name not in OPTIONAL]

    @property
    def secret(self) -> str:
        """A new secret, empty where the old one stays."""
        return str(self.cleaned_data.get("new_secret", ""))


class OidcForm(ProviderForm):
    """An OpenID Connect provider."""

    new_secret = forms.CharField(
        required=False,
        max_length=500,
        label=gettext_lazy("Client secret"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Kept encrypted. Empty leaves it as it is."),
    )
    field_order = ["name", "issuer", "client_id", "new_secret", "scopes", "groups_claim"]

    class Meta(ProviderForm.Meta):
        fields = ["name", "issuer", "client_id", "scopes", "groups_claim", *OPTIONAL]

    def clean_issuer(self) -> str:
        """An address, without the path that we add ourselves."""
        issuer = str(self.cleaned_data["issuer"]).strip().removesuffix(WELL_KNOWN).rstrip("/")
        _checked(issuer)
        return issuer

    def clean_scopes(self) -> str:
        """Without openid it would not be OpenID Connect."""
        asked = str(self.cleaned_data["scopes"]).replace(",", " ").split()
        return " ".join(asked if "openid" in asked else ["openid", *asked])

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("issuer", "client_id"):
            self.fields[name].required = True


class SamlForm(ProviderForm):
    """A SAML provider."""

    class Meta(ProviderForm.Meta):
        fields = [
            "name",
            "metadata_url",
            "metadata",
            "email_attribute",
            "name_attribute",
            "groups_claim",
            *OPTIONAL,
        ]

    def clean_metadata_url(self) -> str:
        """An address that may be called."""
        address = str(self.cleaned_data["metadata_url"]).strip()
        if address:
            _checked(address)
        return address

    def clean(self) -> dict[str, Any]:
        """Fetch or read the metadata now, so that what is kept works."""
        told = super().clean()
        address, xml = told.get("metadata_url", ""), told.get("metadata", "")
        if self.errors:
            return told
        try:
            if address:
                known = SignInProvider(metadata_url=address)
                refresh_metadata(known, anew=True)
                told["metadata"], self.instance.metadata_at = known.metadata, known.metadata_at
            elif xml:
                metadata_of(xml)
            elif told.get("is_active"):
                raise Fault(_("Needed before the provider is in use."))
        except Fault as fault:
            self.add_error("metadata_url" if address or not xml else "metadata", str(fault))
        return told


class RuleForm(forms.Form):
    """A group and what it gives; an empty one is no rule."""

    group = forms.CharField(required=False, max_length=200, label=gettext_lazy("Group"))
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    sites = forms.ModelMultipleChoiceField(
        Site.objects.all(), required=False, label=gettext_lazy("Sites"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field: Any = self.fields["role"]
        field.choices = role_choices()


class BaseRules(forms.BaseFormSet):  # type: ignore[type-arg]
    """All rules of a provider, in their order."""

    def clean(self) -> None:
        """Each group once: the first would hide the second."""
        groups = [rule.group for rule in self.rules()]
        twice = next((group for group in groups if groups.count(group) > 1), None)
        if twice:
            raise ValidationError(_("The group “%(group)s” stands here twice."), params={"group": twice})

    def rules(self) -> list[Rule]:
        """The rules that were written."""
        told = [getattr(form, "cleaned_data", {}) for form in self.forms]
        return [
            Rule(one["group"].strip(), one["role"], list(one.get("sites") or []))
            for one in told
            if one.get("group", "").strip() and one.get("role")
        ]


RuleSet = forms.formset_factory(RuleForm, formset=BaseRules, extra=3, max_num=200, absolute_max=250)
FORMS: dict[str, type[ProviderForm]] = {Kind.OIDC: OidcForm, Kind.SAML: SamlForm}


class NameForm(forms.Form):
    """The first thing that is asked about a new provider."""

    name = forms.CharField(
        max_length=60,
        label=gettext_lazy("Name on the button"),
        help_text=gettext_lazy("What your people call it, such as Keycloak or Company login."),
    )


def _checked(address: str) -> None:
    try:
        check_address(address)
    except Fault as fault:
        raise ValidationError(str(fault)) from fault
