"""Settings page of a kiosk: what its screen is for, pictures for idle times, whom one may choose."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from barrymore.channels.devices import screens
from barrymore.channels.devices.models import Device
from barrymore.channels.devices.screen_models import Screen, Slide, Target
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Staff
from barrymore.organisation.pages import page
from barrymore.web.photo_forms import PhotoForm

SHOWN = 100


class ScreenForm(forms.Form):
    """What the screen is for, and the keys of its buttons."""

    mode = forms.ChoiceField(choices=Screen.Mode.choices, label=gettext_lazy("What the screen is for"))
    keys = forms.CharField(
        max_length=7,
        label=gettext_lazy("Keys of the buttons"),
        help_text=gettext_lazy("From great to bad, with a space between. A USB button types one of them."),
    )


class SlideForm(forms.Form):
    """A picture, and when it is shown."""

    picture = forms.FileField(
        label=gettext_lazy("Picture"),
        help_text=gettext_lazy("PNG, JPEG or GIF, at most 5 MB. It is shown while nobody is there."),
    )
    name = forms.CharField(max_length=80, required=False, label=gettext_lazy("Name"))
    since = forms.DateField(
        required=False, label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        required=False, label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"})
    )
    from_hour = forms.IntegerField(min_value=0, max_value=23, initial=0, label=gettext_lazy("From (hour)"))
    to_hour = forms.IntegerField(min_value=1, max_value=24, initial=24, label=gettext_lazy("To (hour)"))
    seconds = forms.IntegerField(
        min_value=3, max_value=120, initial=8, label=gettext_lazy("Seconds on the screen")
    )


class TargetForm(forms.Form):
    """Whom or what an answer may be about."""

    name = forms.CharField(
        max_length=80,
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("As guests see it. An alias will do."),
    )
    kind = forms.ChoiceField(choices=Target.Kind.choices, label=gettext_lazy("What it is"))
    staff = forms.ModelChoiceField(
        Staff.objects.filter(is_active=True).order_by("name"),
        required=False,
        label=gettext_lazy("Person who works here"),
        help_text=gettext_lazy("So that the answers are found under this person. Guests never see it."),
    )
    photo = forms.FileField(
        required=False, label=gettext_lazy("Photo"), help_text=gettext_lazy("Only if the person likes.")
    )


def kiosk_at(device_id: int) -> Device:
    """A live kiosk, or 404."""
    kiosks = Device.objects.filter(kind=Device.Kind.KIOSK, revoked_at=None).select_related("point__site")
    return get_object_or_404(kiosks, pk=device_id)


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def screen(request: HttpRequest, actor: Actor, device_id: int) -> HttpResponse:
    """What one kiosk shows."""
    device = kiosk_at(device_id)
    kept = screens.screen_of(device)
    form = ScreenForm(request.POST or None, initial={"mode": kept.mode, "keys": kept.keys})
    if request.method == "POST" and form.is_valid():
        try:
            screens.set_screen(actor, device, **form.cleaned_data)
        except ValueError:
            form.add_error("keys", _("Name four different keys, one sign each, such as: 1 2 3 4"))
        else:
            return _back(request, device_id)
    return show_screen(request, device, form=form)


def _back(request: HttpRequest, device_id: int) -> HttpResponse:
    messages.success(request, _("Kept."))
    return HttpResponseRedirect(reverse("devices:screen", args=[device_id]))


def show_screen(request: HttpRequest, device: Device, status: int = 200, **forms_told: Any) -> HttpResponse:
    """The page with its forms, one of them perhaps as it was sent."""
    kept, views = screens.screen_of(device), screens.views_of(device)
    after = request.GET.get("after", "")
    targets = Target.objects.filter(device=device, is_active=True).select_related("staff").order_by("pk")
    if after.isascii() and after.isdigit() and len(after) < 16:
        targets = targets.filter(pk__gt=int(after))
    rows = list(targets[: SHOWN + 1])
    context = {
        "title": device.name,
        "up_url": reverse("points:point", args=[device.point_id]),
        "up_title": device.point.name,
        "device": device,
        "form": ScreenForm(initial={"mode": kept.mode, "keys": kept.keys}),
        "slides": [(one, views.get(one.pk, 0)) for one in device.slides.all()],
        "slide_form": SlideForm(),
        "targets": rows[:SHOWN],
        "following": str(rows[SHOWN - 1].pk) if len(rows) > SHOWN else "",
        "target_form": TargetForm(),
        "is_post": kept.mode == Screen.Mode.POST,
        "photo_form": PhotoForm(device),
        "cheers": screens.cheers_of(device) if kept.mode == Screen.Mode.CHEER else None,
        **forms_told,
    }
    return render(request, "web/screen.html", context, status=status)


@require_POST
@page("settings.manage")
def add_slide(request: HttpRequest, actor: Actor, device_id: int) -> HttpResponse:
    """A picture for idle times."""
    device = kiosk_at(device_id)
    form = SlideForm(request.POST, request.FILES)
    if form.is_valid():
        told = dict(form.cleaned_data)
        picture, name = told.pop("picture"), told.pop("name")
        try:
            screens.add_slide(actor, device, name or picture.name, _bytes(picture), **told)
        except ValueError as error:
            form.add_error(None, _said(error))
        else:
            return _back(request, device_id)
    return show_screen(request, device, status=422, slide_form=form)


def _bytes(file: "UploadedFile[Any]") -> bytes:
    """No more than one byte above what is taken."""
    return bytes(file.read(screens.LARGEST_PICTURE + 1))


def _said(error: ValueError) -> str:
    """What is wrong, in the reader's words."""
    field = str(error).partition(":")[0]
    words = {
        "picture": _("Send a PNG, JPEG or GIF of at most 5 MB; one screen holds 40 pictures."),
        "until": _("The last day is before the first."),
        "to_hour": _("The second hour comes after the first."),
        "staff": _("Only a person is somebody who works here."),
    }
    return words.get(field, _("This cannot be kept."))


@require_POST
@page("settings.manage")
def remove_slide(request: HttpRequest, actor: Actor, slide_id: int) -> HttpResponse:
    """Take a picture away."""
    slide = get_object_or_404(Slide, pk=slide_id)
    screens.remove_slide(actor, slide)
    return _back(request, slide.device_id)


@require_POST
@page("settings.manage")
def add_target(request: HttpRequest, actor: Actor, device_id: int) -> HttpResponse:
    """Somebody or something to choose."""
    device = kiosk_at(device_id)
    form = TargetForm(request.POST, request.FILES)
    if form.is_valid():
        told = form.cleaned_data
        data = _bytes(told["photo"]) if told["photo"] else b""
        try:
            screens.add_target(actor, device, told["name"], told["kind"], told["staff"], data)
        except ValueError as error:
            form.add_error(None, _said(error))
        else:
            return _back(request, device_id)
    return show_screen(request, device, status=422, target_form=form)


@require_POST
@page("settings.manage")
def remove_target(request: HttpRequest, actor: Actor, target_id: int) -> HttpResponse:
    """Nobody chooses it any more."""
    target = get_object_or_404(Target, pk=target_id)
    screens.remove_target(actor, target)
    return _back(request, target.device_id)
