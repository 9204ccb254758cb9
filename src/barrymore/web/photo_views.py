"""Settings of what points to a person: photos at a screen, and how long things are kept."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from barrymore.channels.devices import screens
from barrymore.feedback.keeping import BOUNDS, keeping, set_keeping
from barrymore.organisation.access import Actor
from barrymore.organisation.editing import FORM
from barrymore.organisation.pages import page
from barrymore.web.photo_forms import KeepingForm, PhotoForm
from barrymore.web.screen_views import kiosk_at, show_screen


@require_POST
@page("settings.manage")
def photos(request: HttpRequest, actor: Actor, device_id: int) -> HttpResponse:
    """Switch photos on or off at one screen."""
    device = kiosk_at(device_id)
    form = PhotoForm(device, request.POST)
    if not form.is_valid():
        return show_screen(request, device, status=422, photo_form=form)
    screens.set_photos(actor, device, form.cleaned_data["on"], form.notice)
    messages.success(request, _("Kept."))
    return HttpResponseRedirect(reverse("devices:screen", args=[device_id]))


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def keeping_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """How long what points to a person is kept."""
    kept = keeping()
    form = KeepingForm(request.POST or None, initial={name: getattr(kept, name) for name in BOUNDS})
    if request.method == "POST" and form.is_valid():
        set_keeping(actor, **form.cleaned_data)
        messages.success(request, _("Kept."))
        return HttpResponseRedirect(reverse("keeping"))
    return render(request, FORM, {"title": _("How long we keep things"), "form": form})
