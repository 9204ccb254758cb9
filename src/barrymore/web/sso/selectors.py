"""Providers: those in use, and what they have done."""

from django.db.models import QuerySet

from barrymore.web.models import SignInLink, SignInProvider

SHOWN = 100


def doors_in_use() -> list[SignInProvider]:
    """The providers whose buttons stand on the sign-in page."""
    return list(SignInProvider.objects.filter(is_active=True))


def people_of(provider: SignInProvider) -> QuerySet[SignInLink]:
    """Who has joined by a provider, who came last first."""
    return provider.links.select_related("staff").order_by("-seen_at")[:SHOWN]
