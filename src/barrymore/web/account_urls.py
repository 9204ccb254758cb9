"""Addresses of sign-in, password, second step and single sign-on: allauth's own views with our templates."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from allauth.account.urls import urlpatterns as account_patterns
from allauth.mfa.urls import urlpatterns as second_step_patterns
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from barrymore.web import door_views
from barrymore.web.sso.selectors import doors_in_use
from barrymore.web.sso.urls import doors

OURS = Path(__file__).parent / "templates" / "web"


def own_computer(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Not by the short PIN of a shared computer: it opens the desk, and never a way to other rights."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        if request.user.is_authenticated and request.user.is_limited:
            raise PermissionDenied
        return view(request, *args, **more)

    return guarded


def dressed(entry: URLPattern | URLResolver) -> URLPattern | URLResolver:
    """The same address with the same view, drawn by web/<its template> where we have one."""
    if isinstance(entry, URLResolver):
        return URLResolver(entry.pattern, [dressed(one) for one in entry.url_patterns])
    view = getattr(entry.callback, "view_class", None)
    name = str(getattr(view, "template_name", ""))
    if view is None or not (OURS / name).is_file():
        return URLPattern(entry.pattern, own_computer(entry.callback), entry.default_args, entry.name)
    drawn = view.as_view(template_name=f"web/{name}", extra_context={"doors": doors_in_use})
    return URLPattern(entry.pattern, own_computer(drawn), entry.default_args, entry.name)


urlpatterns = [
    path("logout/", door_views.sign_out, name="account_logout"),
    path("2fa/webauthn/login/", door_views.PasskeyDoor.as_view(), name="mfa_login_webauthn"),
    *map(dressed, account_patterns),
    path("2fa/", ([dressed(one) for one in second_step_patterns], None, None)),
    *doors,
]
