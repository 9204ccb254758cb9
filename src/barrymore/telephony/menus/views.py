"""Settings pages of prompts and menus."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from barrymore.organisation.access import Actor
from barrymore.organisation.editing import LIST, list_of
from barrymore.organisation.pages import page
from barrymore.telephony.menu_models import Menu, Prompt
from barrymore.telephony.menus.editing import delete_menu, save_menu, warnings_of
from barrymore.telephony.menus.forms import MenuForm, PromptForm
from barrymore.telephony.menus.preview import heard_in
from barrymore.telephony.menus.prompts import InUse, delete_prompt, save_prompt, sound_of
from barrymore.telephony.menus.sounds import NoSound, can_speak

LANGUAGES = dict(settings.LANGUAGES)


@require_GET
@page("settings.manage")
def prompts(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Everything that can be said to callers."""
    rows = [
        {
            "name": one.name,
            "detail": f"{LANGUAGES.get(one.language, one.language)}, {one.seconds:.0f} s"
            + (f", {one.get_purpose_display()}" if one.purpose else ""),
            "state": _("spoken by the voice") if one.is_spoken else _("uploaded"),
            "url": reverse("telephony:prompt", args=[one.pk]),
        }
        for one in Prompt.objects.all()
    ]
    intro = "" if can_speak() else _("No voice is installed: install espeak-ng, or upload sounds.")
    return render(request, LIST, list_of(_("Prompts"), rows, "telephony:new_prompt", intro))


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def prompt(request: HttpRequest, actor: Actor, prompt_id: int | None = None) -> HttpResponse:
    """One prompt: say it, upload it, listen to it."""
    found = get_object_or_404(Prompt, pk=prompt_id) if prompt_id else None
    known = {name: getattr(found, name) for name in ("name", "language", "purpose", "text")} if found else {}
    form = PromptForm(request.POST or None, request.FILES or None, initial=known)
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        try:
            save_prompt(actor.staff, found, upload=told.pop("sound"), **told)
        except NoSound as error:
            form.add_error("sound" if request.FILES else "text", str(error))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Kept. Write the configuration, so that callers hear it."))
            return redirect("telephony:prompts")
    context = {
        "title": found.name if found else _("New prompt"),
        "form": form,
        "prompt": found,
        "up_url": reverse("telephony:prompts"),
        "up_title": _("Prompts"),
    }
    return render(request, "telephony/prompt.html", context)


@require_GET
@page("settings.manage")
def prompt_sound(request: HttpRequest, actor: Actor, prompt_id: int) -> HttpResponse:
    """The sound itself."""
    found = get_object_or_404(Prompt, pk=prompt_id)
    try:
        data = sound_of(found)
    except OSError:
        return HttpResponse(status=410)
    answer = HttpResponse(data, content_type="audio/wav")
    answer["Cache-Control"] = "private, max-age=60"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_POST
@page("settings.manage")
def drop_prompt(request: HttpRequest, actor: Actor, prompt_id: int) -> HttpResponse:
    """Take a prompt away."""
    found = get_object_or_404(Prompt, pk=prompt_id)
    try:
        delete_prompt(actor.staff, found)
    except InUse as error:
        messages.error(request, str(error))
        return redirect("telephony:prompt", prompt_id=prompt_id)
    messages.success(request, _("Deleted."))
    return redirect("telephony:prompts")


@require_GET
@page("settings.manage")
def menus(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every menu, with the numbers that begin with it."""
    rows = [
        {
            "name": one.name,
            "detail": ", ".join(number.number for number in one.numbers.all()),
            "state": _("keys %(keys)s") % {"keys": " ".join(["0", *(key.key for key in one.keys.all())])},
            "url": reverse("telephony:menu", args=[one.pk]),
        }
        for one in Menu.objects.prefetch_related("keys", "numbers")
    ]
    intro = _("A menu is heard once a number begins with it. 0 leads to a person in each of them.")
    return render(request, LIST, list_of(_("Menus"), rows, "telephony:new_menu", intro))


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def menu(request: HttpRequest, actor: Actor, menu_id: int | None = None) -> HttpResponse:
    """One menu, and what a caller hears in it."""
    found = get_object_or_404(Menu, pk=menu_id) if menu_id else Menu()
    form = MenuForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            kept = save_menu(actor.staff, form.instance, form.keys())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Kept. Write the configuration, so that callers hear it."))
            return redirect("telephony:menu", menu_id=kept.pk)
    return render(request, "telephony/menu.html", _menu_context(form, menu_id))


def _menu_context(form: MenuForm, menu_id: int | None) -> dict[str, Any]:
    kept = Menu.objects.select_related("greeting", "queue").get(pk=menu_id) if menu_id else None
    return {
        "title": kept.name if kept else _("New menu"),
        "form": form,
        "menu": kept,
        "heard": heard_in(kept) if kept else None,
        "warnings": warnings_of(kept) if kept else [],
        "up_url": reverse("telephony:menus"),
        "up_title": _("Menus"),
    }


@require_POST
@page("settings.manage")
def drop_menu(request: HttpRequest, actor: Actor, menu_id: int) -> HttpResponse:
    """Take a menu away."""
    found = get_object_or_404(Menu, pk=menu_id)
    try:
        delete_menu(actor.staff, found)
    except InUse as error:
        messages.error(request, str(error))
        return redirect("telephony:menu", menu_id=menu_id)
    messages.success(request, _("Deleted."))
    return redirect("telephony:menus")
