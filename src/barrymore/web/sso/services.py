"""Set up providers. Whoever may do this could become anybody, so it takes managing people too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from barrymore.organisation.access import Actor
from barrymore.organisation.models import Site
from barrymore.organisation.roles import given_of, need_to_give
from barrymore.organisation.secrets import seal
from barrymore.organisation.services import audit
from barrymore.web.models import GroupRule, Kind, SignInLink, SignInProvider
from barrymore.web.sso.ending import end_all_of, end_sessions

MOST_RULES = 200


@dataclass(frozen=True)
class Rule:
    """A group, the role that it gives, and the sites where there are any."""

    group: str
    role: str
    sites: Sequence[Site] = ()


def need_everything(actor: Actor) -> None:
    """Settings and people, both. Raises NotAllowed."""
    actor.need("settings.manage")
    actor.need("staff.manage")


@transaction.atomic
def new_provider(actor: Actor, kind: str, name: str) -> SignInProvider:
    """A provider with nothing but a name and its addresses, which the other side wants to know first."""
    need_everything(actor)
    if kind not in Kind.values:
        raise ValueError(f"kind: one of {', '.join(Kind.values)}")
    made = SignInProvider(kind=kind, name=name.strip()[:60], slug=_free_slug(name), is_active=False)
    if not made.name:
        raise ValueError("name is needed")
    made.save()
    audit(actor.staff, "sign_in.provider_made", made.name, kind=kind)
    return made


def _free_slug(name: str) -> str:
    wanted = slugify(name)[:50] or "provider"
    taken = set(SignInProvider.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    return next(
        slug for slug in (wanted, *(f"{wanted}-{number}" for number in range(2, 1000))) if slug not in taken
    )


@transaction.atomic
def save_provider(
    actor: Actor,
    provider: SignInProvider,
    rules: Sequence[Rule],
    *,
    secret: str = "",
    changed: Sequence[str] = (),
) -> SignInProvider:
    """Write a checked provider with its rules. Raises NotAllowed for a role that the actor may not give."""
    need_everything(actor)
    for role in {rule.role for rule in rules} | ({provider.default_role} - {""}):
        need_to_give(actor, given_of(role).permissions)
    if secret:
        provider.client_secret = seal(secret)
    provider.last_error = ""
    provider.save()
    provider.rules.all().delete()
    for position, rule in enumerate(rules[:MOST_RULES]):
        kept = GroupRule.objects.create(
            provider=provider, position=position, group=rule.group, role=rule.role
        )
        kept.sites.set(rule.sites)
    told: dict[str, Any] = {"fields": list(changed), "groups": {rule.group: rule.role for rule in rules}}
    audit(actor.staff, "sign_in.provider_changed", provider.name, **told)
    return provider


@transaction.atomic
def remove_provider(actor: Actor, provider: SignInProvider) -> None:
    """Take a provider away; every session that began there ends."""
    need_everything(actor)
    end_sessions(list(provider.sessions.values_list("session_key", flat=True)))
    audit(actor.staff, "sign_in.provider_removed", provider.name)
    provider.delete()


@transaction.atomic
def release(actor: Actor, link: SignInLink) -> None:
    """Part a person from the provider: their next sign-in there joins anew; their sessions end."""
    need_everything(actor)
    audit(actor.staff, "sign_in.released", link.staff.email, provider=link.provider.slug)
    link.delete()
    end_all_of(link.staff)
