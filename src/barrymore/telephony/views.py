"""Settings pages of the telephone: Asterisk, lines, numbers, telephones."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from barrymore.organisation.access import Actor
from barrymore.organisation.editing import FORM, LIST, edit, list_of
from barrymore.organisation.pages import page
from barrymore.telephony import services
from barrymore.telephony.forms import ExtensionForm, NodeForm, NumberForm, NumbersForm, TrunkForm
from barrymore.telephony.models import Extension, Node, Number, Trunk
from barrymore.telephony.selectors import overview

NUMBER_FIELDS = ("name", "queue", "site", "language", "ring_seconds")


@require_GET
@page("settings.manage")
def telephone(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What there is, in the order in which it is set up."""
    told = overview()
    rows = [
        {"name": name, "detail": detail, "state": told[key], "url": reverse(f"telephony:{key}")}
        for name, detail, key in (
            (_("Asterisk"), _("carries the sound"), "nodes"),
            (_("Lines"), _("to carriers"), "trunks"),
            (_("Numbers"), _("on which we are called"), "numbers"),
            (_("Prompts"), _("what is said to callers"), "prompts"),
            (_("Menus"), _("which keys lead where"), "menus"),
            (_("Telephones"), _("of our people"), "extensions"),
            (_("Listening to calls"), _("by supervisors, while they last"), "listening"),
        )
    ]
    intro = _("After a change write the configuration: barrymore telephony config.")
    return render(request, LIST, list_of(_("Telephone"), rows, "", intro))


@require_GET
@page("settings.manage")
def nodes(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every Asterisk, and whether we are connected."""
    rows = [
        {
            "name": one.name,
            "detail": one.last_error or one.version or f"{one.host}:{one.ami_port}",
            "state": _state(one),
            "url": reverse("telephony:node", args=[one.pk]),
        }
        for one in Node.objects.all()
    ]
    return render(request, LIST, list_of(_("Asterisk"), rows, "telephony:new_node"))


def _state(node: Node) -> str:
    if not node.is_active:
        return _("not in use")
    return _("connected") if node.connected_at else _("not connected")


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def node(request: HttpRequest, actor: Actor, node_id: int | None = None) -> HttpResponse:
    """One Asterisk."""
    found = get_object_or_404(Node, pk=node_id) if node_id else services.unsaved_node()
    title = found.name if node_id else _("New Asterisk")
    return _edit(
        request, actor, NodeForm(request.POST or None, instance=found), title, "nodes", _("Asterisk")
    )


@require_GET
@page("settings.manage")
def trunks(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every line to a carrier."""
    rows = [
        {
            "name": one.name,
            "detail": f"{one.host}:{one.port}",
            "state": one.node.name if one.is_active else _("not in use"),
            "url": reverse("telephony:trunk", args=[one.pk]),
        }
        for one in Trunk.objects.select_related("node")
    ]
    return render(request, LIST, list_of(_("Lines"), rows, "telephony:new_trunk"))


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def trunk(request: HttpRequest, actor: Actor, trunk_id: int | None = None) -> HttpResponse:
    """One line."""
    found = get_object_or_404(Trunk, pk=trunk_id) if trunk_id else None
    title = found.name if found else _("New line")
    return _edit(request, actor, TrunkForm(request.POST or None, instance=found), title, "trunks", _("Lines"))


@require_GET
@page("settings.manage")
def numbers(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every number on which we are called."""
    rows = [
        {
            "name": one.number,
            "detail": one.name,
            "state": _("not in use")
            if not one.is_active
            else (one.queue.name if one.queue else _("default queue")),
            "url": reverse("telephony:number", args=[one.pk]),
        }
        for one in Number.objects.select_related("queue")
    ]
    return render(request, LIST, list_of(_("Numbers"), rows, "telephony:new_numbers"))


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def number(request: HttpRequest, actor: Actor, number_id: int) -> HttpResponse:
    """One number."""
    found = get_object_or_404(Number, pk=number_id)
    form = NumberForm(request.POST or None, instance=found)
    return _edit(request, actor, form, found.number, "numbers", _("Numbers"))


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def new_numbers(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Several numbers at once."""
    form = NumbersForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        fresh = services.add_numbers(
            actor.staff, told["numbers"], **{name: told[name] for name in NUMBER_FIELDS}
        )
        text = ngettext("%(n)s number added.", "%(n)s numbers added.", len(fresh)) % {"n": len(fresh)}
        messages.success(request, text)
        return HttpResponseRedirect(reverse("telephony:numbers"))
    return render(request, FORM, _form(_("New numbers"), form, "numbers", _("Numbers")))


@require_GET
@page("settings.manage")
def extensions(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every telephone, and whether it can be rung."""
    found = Extension.objects.select_related("staff").prefetch_related("registrations")
    rows = [
        {
            "name": f"{one.number} {one.staff.name}",
            "detail": f"{one.get_kind_display()}, {one.username}",
            "state": _extension_state(one),
            "url": reverse("telephony:extension", args=[one.pk]),
        }
        for one in found
    ]
    return render(request, LIST, list_of(_("Telephones"), rows, "telephony:new_extension"))


def _extension_state(one: Extension) -> str:
    if not one.is_active:
        return _("not in use")
    return _("signed in") if one.registrations.all() else _("not signed in")


@never_cache
@require_http_methods(["GET", "POST"])
@page("settings.manage")
def new_extension(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A telephone for a person; its password is shown once."""
    form = ExtensionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made, secret = services.add_extension(
                actor.staff, told["staff"], number=told["number"], kind=told["kind"]
            )
        except ValidationError as error:
            form.add_error("number", error)
        else:
            return _show(request, made, secret)
    return render(request, FORM, _form(_("New telephone"), form, "extensions", _("Telephones")))


@never_cache
@require_GET
@page("settings.manage")
def extension(request: HttpRequest, actor: Actor, extension_id: int) -> HttpResponse:
    """One telephone: what to enter in it, and how to end it."""
    return _show(request, get_object_or_404(Extension.objects.select_related("staff"), pk=extension_id))


@never_cache
@require_POST
@page("settings.manage")
def secret(request: HttpRequest, actor: Actor, extension_id: int) -> HttpResponse:
    """Another password."""
    found = get_object_or_404(Extension.objects.select_related("staff"), pk=extension_id)
    return _show(request, found, services.new_secret(actor.staff, found))


@require_POST
@page("settings.manage")
def switch(request: HttpRequest, actor: Actor, extension_id: int) -> HttpResponse:
    """Put a telephone out of use, or into it again."""
    found = get_object_or_404(Extension, pk=extension_id)
    services.switch_extension(actor.staff, found, on=not found.is_active)
    messages.success(request, _("Kept."))
    return redirect("telephony:extension", extension_id=found.pk)


def _show(request: HttpRequest, found: Extension, new_secret: str = "") -> HttpResponse:
    context = {
        "title": f"{found.number} {found.staff.name}",
        "up_url": reverse("telephony:extensions"),
        "up_title": _("Telephones"),
        "extension": found,
        "secret": new_secret,
        "nodes": Node.objects.filter(is_active=True),
    }
    return render(request, "telephony/extension.html", context)


def _edit(request: HttpRequest, actor: Actor, form: Any, title: str, up: str, up_title: str) -> HttpResponse:
    action = f"{up.removesuffix('s')}.changed"
    context = edit(request, actor, form, title=title, up=f"telephony:{up}", up_title=up_title, action=action)
    return redirect(f"telephony:{up}") if context is None else render(request, FORM, context)


def _form(title: str, form: Any, up: str, up_title: str) -> dict[str, Any]:
    return {"title": title, "form": form, "up_url": reverse(f"telephony:{up}"), "up_title": up_title}
