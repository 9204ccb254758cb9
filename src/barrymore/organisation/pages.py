"""Which pages a person may open: the guard of every staff view."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied

from barrymore.organisation.access import Actor, NotAllowed

View = Callable[..., Any]


def page(permission: str = "", *, somewhere: bool = False) -> Callable[[View], View]:
    """Let in who is signed in and holds the permission; the view is given the Actor after the request.

    With `somewhere` a role at one site or in one queue is enough, and the view asks again for its object.
    """

    def guard(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            actor = Actor(request.user)
            may = actor.may_somewhere if somewhere else actor.may
            if permission and not may(permission):
                raise PermissionDenied(permission)
            try:
                return view(request, actor, *args, **kwargs)
            except NotAllowed as error:
                raise PermissionDenied(error.permission) from error

        return guarded

    return guard
