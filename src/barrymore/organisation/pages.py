"""Which pages a person may open: the guard of every staff view."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied

from barrymore.organisation.access import Actor, NotAllowed

View = Callable[..., Any]


def page(permission: str = "") -> Callable[[View], View]:
    """Let in who is signed in and holds the permission; the view is given the Actor after the request."""

    def guard(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            actor = Actor(request.user)
            if permission and not actor.may(permission):
                raise PermissionDenied(permission)
            try:
                return view(request, actor, *args, **kwargs)
            except NotAllowed as error:
                raise PermissionDenied(error.permission) from error

        return guarded

    return guard
