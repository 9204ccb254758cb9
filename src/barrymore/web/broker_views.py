"""Settings pages of the MQTT brokers: the connection, what was heard, and what it means."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from barrymore.channels.devices.models import Device
from barrymore.channels.mqtt.models import Broker, Heard, Meaning
from barrymore.organisation.access import Actor
from barrymore.organisation.changes import save_checked
from barrymore.organisation.editing import LIST, list_of
from barrymore.organisation.pages import page
from barrymore.organisation.sealed_forms import SealedForm
from barrymore.organisation.services import audit

SHOWN_HEARD = 20


class BrokerForm(SealedForm):
    """A broker, and a password that is never shown again."""

    class Meta:
        model = Broker
        fields = ["name", "host", "port", "uses_tls", "username", "new_secret", "topics", "is_active"]
        labels: dict[str, Any] = {
            "name": gettext_lazy("Name"),
            "host": gettext_lazy("Address of the broker"),
            "port": gettext_lazy("Port"),
            "uses_tls": gettext_lazy("Encrypted (TLS)"),
            "username": gettext_lazy("User"),
            "topics": gettext_lazy("Topics"),
            "is_active": gettext_lazy("In use"),
        }
        help_texts: dict[str, Any] = {
            "topics": gettext_lazy("With spaces between them; + stands for one level, # for all below."),
        }

    def clean_topics(self) -> str:
        """As MQTT writes filters: a plus fills a level, a hash ends it."""
        topics: str = self.cleaned_data["topics"]
        for topic in topics.split():
            levels = topic.split("/")
            wrong = any(("+" in one and one != "+") or ("#" in one and one != "#") for one in levels)
            if wrong or "#" in levels[:-1]:
                raise forms.ValidationError(_("%(topic)s is no topic.") % {"topic": topic})
        return " ".join(topics.split())


class MeaningForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a message means."""

    device = forms.ModelChoiceField(
        Device.objects.filter(revoked_at=None).exclude(kind=Device.Kind.POSTER).select_related("point"),
        label=gettext_lazy("Device"),
    )

    class Meta:
        model = Meaning
        fields = ["topic", "field", "value", "device", "says"]
        labels: dict[str, Any] = {
            "topic": gettext_lazy("Topic"),
            "field": gettext_lazy("Field"),
            "value": gettext_lazy("Value"),
            "says": gettext_lazy("Means"),
        }

    def clean(self) -> dict[str, Any]:
        """One message has one meaning."""
        told = super().clean() or {}
        same = {name: told.get(name) for name in ("topic", "field", "value")}
        if Meaning.objects.filter(broker=self.instance.broker_id, **same).exists():
            raise forms.ValidationError(_("This message has a meaning already. Remove it first."))
        return told


@require_GET
@page("settings.manage")
def brokers(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All brokers, and whether we are connected."""
    rows = [
        {
            "name": one.name,
            "detail": one.last_error or f"{one.host}:{one.port}",
            "state": _state(one),
            "url": reverse("brokers:broker", args=[one.pk]),
        }
        for one in Broker.objects.all()
    ]
    intro = _(
        "A broker brings the presses of wireless buttons: of any Zigbee button behind zigbee2mqtt, "
        "and of devices of your own."
    )
    return render(request, LIST, list_of(_("Wireless buttons"), rows, "brokers:new", intro))


def _state(broker: Broker) -> str:
    if not broker.is_active:
        return _("not in use")
    if broker.last_error:
        return _("failing")
    return _("connected") if broker.connected_at else _("not connected yet")


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def broker(request: HttpRequest, actor: Actor, broker_id: int | None = None) -> HttpResponse:
    """One broker with what it says."""
    found = get_object_or_404(Broker, pk=broker_id) if broker_id else None
    form = BrokerForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        kept = save_checked(actor.staff, form, "broker.changed")
        messages.success(request, _("Kept."))
        return HttpResponseRedirect(reverse("brokers:broker", args=[kept.pk]))
    return _page(request, found, form, MeaningForm(initial=_heard_of(request, found)))


def _heard_of(request: HttpRequest, broker: Broker | None) -> dict[str, str]:
    """What was heard and chosen, for the form of its meaning."""
    ref = request.GET.get("heard", "")
    heard = Heard.objects.filter(broker=broker, pk=int(ref)).first() if broker and ref.isdigit() else None
    return {"topic": heard.topic, "field": heard.field, "value": heard.value} if heard else {}


def _page(
    request: HttpRequest, found: Broker | None, form: BrokerForm, meaning: MeaningForm, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "title": found.name if found else _("New broker"),
        "form": form,
        "up_url": reverse("brokers:brokers"),
        "up_title": _("Wireless buttons"),
    }
    if found:
        context |= {
            "broker": found,
            "state": _state(found),
            "meanings": found.meanings.select_related("device__point"),
            "heard": _unmeant(found),
            "meaning_form": meaning,
        }
    return render(request, "web/broker.html", context, status=status)


def _unmeant(broker: Broker) -> list[Heard]:
    """The newest that was heard and has no meaning."""
    meant = set(broker.meanings.values_list("topic", "field", "value"))
    heard = broker.heard.order_by("-at")[: SHOWN_HEARD * 2]
    return [one for one in heard if (one.topic, one.field, one.value) not in meant][:SHOWN_HEARD]


@require_POST
@page("settings.manage")
def mean(request: HttpRequest, actor: Actor, broker_id: int) -> HttpResponse:
    """Give a message its meaning."""
    found = get_object_or_404(Broker, pk=broker_id)
    form = MeaningForm(request.POST, instance=Meaning(broker=found))
    if not form.is_valid():
        return _page(request, found, BrokerForm(instance=found), form, status=422)
    kept = save_checked(actor.staff, form, "meaning.added")
    messages.success(request, _("From now on %(what)s counts.") % {"what": kept})
    return HttpResponseRedirect(reverse("brokers:broker", args=[found.pk]))


@require_POST
@page("settings.manage")
def forget(request: HttpRequest, actor: Actor, meaning_id: int) -> HttpResponse:
    """A message means nothing any more; what it has said stays."""
    found = get_object_or_404(Meaning, pk=meaning_id)
    audit(actor.staff, "meaning.removed", str(found)[:120])
    found.delete()
    return HttpResponseRedirect(reverse("brokers:broker", args=[found.broker_id]))
