"""Settings pages of the roles that the house makes itself, and the table of what every role may."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from barrymore.organisation.access import PERMISSIONS, Actor, NotAllowed
from barrymore.organisation.models import CustomRole, Role
from barrymore.organisation.pages import page
from barrymore.organisation.person_forms import RIGHTS, RoleForm
from barrymore.organisation.roles import InUse, LastAdministrator, remove_role, save_role


@require_GET
@page("staff.manage")
def roles(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The roles of the product and those of the house, with what each may."""
    own = list(CustomRole.objects.all())
    rows = [
        {
            "name": one.name,
            "like": one.get_like_display(),
            "rights": told_rights(frozenset(one.permissions)),
            "url": reverse("people:role", args=[one.pk]),
        }
        for one in own
    ]
    context = {
        "title": _("Roles"),
        "intro": _(
            "A role of your own opens exactly what you tick. A person has one role everywhere, "
            "and where you say so another one at a site or in a queue."
        ),
        "add_url": reverse("people:new_role"),
        "own": rows,
        "ours": [(label, told_rights(PERMISSIONS[value])) for value, label in Role.choices],
    }
    return render(request, "web/roles.html", context)


def told_rights(permissions: frozenset[str]) -> list[str]:
    """What a role may, in words."""
    return [str(label) for right, label in RIGHTS.items() if right in permissions]


@require_http_methods(["GET", "POST"])
@page("staff.manage")
def role(request: HttpRequest, actor: Actor, role_id: int | None = None) -> HttpResponse:
    """One role of the house."""
    found = get_object_or_404(CustomRole, pk=role_id) if role_id else None
    form = RoleForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid() and _saved(actor, form, found):
        messages.success(request, _("Kept."))
        return redirect("people:roles")
    context: dict[str, Any] = {
        "title": found.name if found else _("New role"),
        "form": form,
        "role": found,
        "up_url": reverse("people:roles"),
        "up_title": _("Roles"),
    }
    return render(request, "web/role.html", context)


def _saved(actor: Actor, form: RoleForm, found: CustomRole | None) -> bool:
    data = form.cleaned_data
    stored = CustomRole.objects.get(pk=found.pk) if found else None
    try:
        save_role(actor, stored, data["name"], data["like"], data["permissions"])
    except NotAllowed:
        form.add_error("permissions", _("You cannot give rights that you do not have."))
    except LastAdministrator:
        form.add_error("permissions", _("The last administrator stays one."))
    return not form.errors


@require_POST
@page("staff.manage")
def role_remove(request: HttpRequest, actor: Actor, role_id: int) -> HttpResponse:
    """Take a role away that nobody has."""
    found = get_object_or_404(CustomRole, pk=role_id)
    try:
        remove_role(actor, found)
    except InUse:
        messages.error(request, _("Somebody has this role. Give them another one first."))
        return redirect("people:role", role_id)
    messages.success(request, _("The role is gone."))
    return redirect("people:roles")
