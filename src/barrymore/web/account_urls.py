"""Addresses of sign-in, password and second step: allauth's own views with our templates."""

from pathlib import Path

from allauth.account.urls import urlpatterns as account_patterns
from allauth.mfa.urls import urlpatterns as second_step_patterns
from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

OURS = Path(__file__).parent / "templates" / "web"


def dressed(entry: URLPattern | URLResolver) -> URLPattern | URLResolver:
    """The same address with the same view, drawn by web/<its template> where we have one."""
    if isinstance(entry, URLResolver):
        return URLResolver(entry.pattern, [dressed(one) for one in entry.url_patterns])
    view = getattr(entry.callback, "view_class", None)
    name = str(getattr(view, "template_name", ""))
    if view is None or not (OURS / name).is_file():
        return entry
    return URLPattern(
        entry.pattern, view.as_view(template_name=f"web/{name}"), entry.default_args, entry.name
    )


urlpatterns = [
    *map(dressed, account_patterns),
    path("2fa/", ([dressed(one) for one in second_step_patterns], None, None)),
]
