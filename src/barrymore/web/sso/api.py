"""REST for the providers at which people sign in; secrets go in and never come out."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Header, Router, Schema

from barrymore.organisation.access import Actor, actor_of
from barrymore.organisation.services import once_if_keyed
from barrymore.web.models import SignInProvider
from barrymore.web.sso import services
from barrymore.web.sso.forms import FORMS, RuleForm
from barrymore.web.sso.services import MOST_RULES, Rule

router = Router(tags=["sign-in"])
PAGE = 50
SHOWN = (
    "name",
    "is_active",
    "issuer",
    "client_id",
    "scopes",
    "metadata_url",
    "metadata",
    "email_attribute",
    "name_attribute",
    "groups_claim",
    "default_role",
    "creates_people",
    "domains",
    "vouches",
    "passwords_off",
)


class GroupIn(Schema):
    """Whoever is in `group` has `role` (`agent`, or `custom:4`), and the sites where any are named."""

    group: str = Field(min_length=1, max_length=200)
    role: str = Field(max_length=40)
    sites: list[int] = Field(default_factory=list, max_length=500)


class ProviderChange(Schema):
    """What may be changed; what is left out stays. `groups` replaces all of them, in order."""

    name: str | None = Field(None, min_length=1, max_length=60)
    is_active: bool | None = None
    issuer: str | None = Field(None, max_length=500)
    client_id: str | None = Field(None, max_length=191)
    client_secret: str | None = Field(None, max_length=500)
    scopes: str | None = Field(None, max_length=200)
    metadata_url: str | None = Field(None, max_length=500)
    metadata: str | None = Field(None, max_length=500_000)
    email_attribute: str | None = Field(None, max_length=200)
    name_attribute: str | None = Field(None, max_length=200)
    groups_claim: str | None = Field(None, max_length=200)
    default_role: str | None = Field(None, max_length=40)
    creates_people: bool | None = None
    domains: str | None = Field(None, max_length=5_000)
    vouches: bool | None = None
    passwords_off: bool | None = None
    groups: list[GroupIn] | None = Field(None, max_length=MOST_RULES)


class ProviderIn(ProviderChange):
    """A new provider: `kind` is openid_connect or saml."""

    kind: str = Field(max_length=20)
    name: str = Field(min_length=1, max_length=60)


def provider_out(provider: SignInProvider) -> dict[str, Any]:
    """A provider as the API shows one; of the secret only whether there is one."""
    return {
        "id": provider.pk,
        "kind": provider.kind,
        "slug": provider.slug,
        **{name: getattr(provider, name) for name in SHOWN},
        "has_secret": bool(provider.client_secret),
        "groups": [
            {"group": rule.group, "role": rule.role, "sites": sorted(site.pk for site in rule.sites.all())}
            for rule in provider.rules.prefetch_related("sites")
        ],
        "last_error": provider.last_error,
        "last_error_at": provider.last_error_at,
    }


@router.get("/sign-in-providers")
def providers(request: HttpRequest, cursor: int = 0) -> dict[str, Any]:
    """All providers, oldest first."""
    services.need_everything(actor_of(request))
    found = list(SignInProvider.objects.filter(pk__gt=cursor).order_by("pk")[: PAGE + 1])
    following = found[PAGE - 1].pk if len(found) > PAGE else None
    return {"items": [provider_out(one) for one in found[:PAGE]], "next": following}


@router.post("/sign-in-providers")
def post_provider(request: HttpRequest, told: ProviderIn, idempotency_key: Header[str | None] = None) -> Any:
    """Set a provider up; it is in use only with `is_active`."""
    actor = actor_of(request)
    services.need_everything(actor)

    def work() -> dict[str, Any]:
        made = services.new_provider(actor, told.kind, told.name)
        return {"id": _changed(actor, made, told.dict(exclude_none=True)).pk}

    return once_if_keyed(actor.token_ref, idempotency_key, told.dict(), lambda: transaction.atomic(work)())


@router.get("/sign-in-providers/{provider_id}")
def provider(request: HttpRequest, provider_id: int) -> dict[str, Any]:
    """One provider."""
    services.need_everything(actor_of(request))
    return provider_out(SignInProvider.objects.get(pk=provider_id))


@router.patch("/sign-in-providers/{provider_id}")
def patch_provider(request: HttpRequest, provider_id: int, change: ProviderChange) -> dict[str, Any]:
    """Change a provider."""
    actor = actor_of(request)
    services.need_everything(actor)
    found = SignInProvider.objects.get(pk=provider_id)
    _changed(actor, found, change.dict(exclude_none=True))
    return provider_out(SignInProvider.objects.get(pk=provider_id))


@router.delete("/sign-in-providers/{provider_id}")
def delete_provider(request: HttpRequest, provider_id: int) -> dict[str, Any]:
    """Take a provider away; the sessions that began there end."""
    actor = actor_of(request)
    services.need_everything(actor)
    services.remove_provider(actor, SignInProvider.objects.get(pk=provider_id))
    return {"removed": provider_id}


def _changed(actor: Actor, provider: SignInProvider, told: dict[str, Any]) -> SignInProvider:
    """Through the same form as on the page, so that the same is refused."""
    secret, groups = told.pop("client_secret", ""), told.pop("groups", None)
    written = {name: getattr(provider, name) for name in SHOWN}
    form = FORMS[provider.kind](data={**written, **told, "new_secret": secret}, instance=provider)
    if not form.is_valid():
        raise ValueError(_faults(form.errors))
    rules = _kept(provider) if groups is None else _read(groups)
    changed = [*told, *(["client_secret"] if secret else [])]
    return services.save_provider(actor, form.save(commit=False), rules, secret=secret, changed=changed)


def _kept(provider: SignInProvider) -> list[Rule]:
    rules = provider.rules.prefetch_related("sites")
    return [Rule(rule.group, rule.role, list(rule.sites.all())) for rule in rules]


def _read(groups: list[dict[str, Any]]) -> list[Rule]:
    rules: dict[str, Rule] = {}
    for told in groups:
        form = RuleForm(data=told)
        if not form.is_valid():
            raise ValueError(f"groups: {_faults(form.errors)}")
        group = form.cleaned_data["group"]
        if not group or group in rules:
            raise ValueError("groups: each group once, and none without a name")
        rules[group] = Rule(group, form.cleaned_data["role"], list(form.cleaned_data["sites"]))
    return list(rules.values())


def _faults(errors: Any) -> str:
    return "; ".join(f"{name}: {', '.join(map(str, told))}" for name, told in errors.items())
