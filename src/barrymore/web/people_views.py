"""Settings pages of the people: who works here, what they are where, and how they come in."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from barrymore.journal.moment import now
from barrymore.organisation.access import Actor
from barrymore.organisation.changes import save_checked
from barrymore.organisation.editing import LIST
from barrymore.organisation.invitations import invite, open_invitation
from barrymore.organisation.models import Staff
from barrymore.organisation.pages import page
from barrymore.organisation.person_forms import PersonForm, PostForm
from barrymore.organisation.roles import Given, LastAdministrator, given_of, need_over, set_active, set_posts
from barrymore.organisation.workstations import set_badge
from barrymore.ui.times import when_words
from barrymore.web.invitation_mail import send_invitation
from barrymore.web.places import place_choices, place_names


@require_GET
@page("staff.manage")
def people(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Everybody, who is kept out last."""
    rows = [
        {
            "name": one.name,
            "detail": one.email,
            "state": one.role_name if one.is_active else _("kept out"),
            "url": reverse("people:person", args=[one.pk]),
        }
        for one in Staff.objects.select_related("custom_role").order_by("-is_active", "name")[:500]
    ]
    context = {"title": _("People"), "rows": rows, "add_url": reverse("people:new")}
    return render(request, LIST, {**context, "intro": _("Whom you add is invited by a link of their own.")})


@never_cache
@require_http_methods(["GET", "POST"])
@page("staff.manage")
def person(request: HttpRequest, actor: Actor, staff_id: int | None = None) -> HttpResponse:
    """One person: role, languages, sites, password. Somebody new is invited at once."""
    found = get_object_or_404(Staff, pk=staff_id) if staff_id else None
    form = PersonForm(request.POST or None, instance=found, actor=actor)
    if request.method == "POST" and found is not None:
        need_over(actor, found)
    if request.method == "POST" and form.is_valid():
        saved = save_checked(actor.staff, form, "staff.changed")
        if found is None and not form.cleaned_data["password"]:
            return _invited(request, actor, saved)
        messages.success(request, _("Kept."))
        return redirect("people:people")
    return _page(request, actor, form, found)


def _page(
    request: HttpRequest, actor: Actor, form: PersonForm, found: Staff | None, **more: Any
) -> HttpResponse:
    names = place_names()
    context = {
        "title": found.name if found else _("New person"),
        "up_url": reverse("people:people"),
        "up_title": _("People"),
        "form": form,
        "person": found,
        "open_until": _open_until(found),
        "posts": [
            {"scope": post.scope, "place": names.get(post.scope, post.scope), "role": post.role_name}
            for post in (found.held_posts.values() if found else [])
        ],
        "post_form": _post_form(),
    }
    return render(request, "web/person.html", {**context, **more})


def _open_until(found: Staff | None) -> str:
    invitation = open_invitation(found) if found else None
    return when_words(invitation.expires_at, now()) if invitation else ""


def _post_form(data: Any = None) -> PostForm:
    form = PostForm(data)
    form.fields["scope"].choices = place_choices()  # type: ignore[attr-defined]
    return form


def _invited(request: HttpRequest, actor: Actor, staff: Staff) -> HttpResponse:
    """The person's page with the link, which is shown this once; by mail too, where mail can leave."""
    link = request.build_absolute_uri(reverse("join", args=[invite(actor, staff)]))
    told = {"link": link, "sent": send_invitation(actor.staff, staff, link)}
    return _page(request, actor, PersonForm(instance=staff, actor=actor), staff, **told)


def _over(actor: Actor, staff_id: int) -> Staff:
    found = get_object_or_404(Staff, pk=staff_id)
    need_over(actor, found)
    return found


@never_cache
@require_POST
@page("staff.manage")
def person_invite(request: HttpRequest, actor: Actor, staff_id: int) -> HttpResponse:
    """A new link; the one before ends."""
    return _invited(request, actor, _over(actor, staff_id))


@require_POST
@page("staff.manage")
def person_badge(request: HttpRequest, actor: Actor, staff_id: int) -> HttpResponse:
    """Give a badge for shared computers, or take it away."""
    found = _over(actor, staff_id)
    set_badge(actor.staff, found, request.POST.get("badge", "").strip())
    messages.success(request, _("Kept."))
    return redirect("people:person", found.pk)


@require_POST
@page("staff.manage")
def person_active(request: HttpRequest, actor: Actor, staff_id: int) -> HttpResponse:
    """Keep a person out, or let them in again; the last administrator stays."""
    found = _over(actor, staff_id)
    try:
        set_active(actor, found, request.POST.get("active") == "1")
    except LastAdministrator:
        messages.error(request, _("The last administrator cannot be kept out."))
    return redirect("people:person", found.pk)


@require_POST
@page("staff.manage")
def person_posts(request: HttpRequest, actor: Actor, staff_id: int) -> HttpResponse:
    """Give another role at a site or in a queue, or take it away: `remove` names the place."""
    found = _over(actor, staff_id)
    kept = {
        scope: Given(post.role, post.custom_role)
        for scope, post in found.held_posts.items()
        if scope != request.POST.get("remove")
    }
    if "remove" not in request.POST:
        form = _post_form(request.POST)
        if not form.is_valid():
            messages.error(request, _("Choose a place and a role."))
            return redirect("people:person", found.pk)
        kept[form.cleaned_data["scope"]] = given_of(form.cleaned_data["role"])
    set_posts(actor, found, kept)
    messages.success(request, _("Kept."))
    return redirect("people:person", found.pk)
