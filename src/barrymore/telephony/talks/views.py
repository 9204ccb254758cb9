"""A call that lasts, on the card of its conversation and in the window of the telephone."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page
from barrymore.routing.models import Placement
from barrymore.telephony.models import Call
from barrymore.telephony.talks import orders
from barrymore.telephony.talks.listening import notice
from barrymore.telephony.talks.orders import RIGHT
from barrymore.telephony.talks.passing import CannotPass
from barrymore.telephony.talks.selectors import (
    live_call,
    own_call,
    queues_to_pass_to,
    standing_of,
    who_can_be_asked,
    whom,
)


def why_not(reason: str) -> str:
    """Why it was not done, for whoever asked."""
    told = {
        "": "",
        "busy": _("They are on the telephone or away. Choose somebody else."),
        "nobody": _("There is nobody of that name whose telephone is signed in. Choose from the list."),
        "several": _("Several people have that name. Enter the extension."),
        "self": _("That is yourself. Choose somebody else."),
        "open": _("Somebody is being asked already. End that first."),
        "not_yours": _("Only the person who has the caller can do that."),
        "late": _("The telephone system did not answer in time. Try again."),
    }
    return told.get(reason, _("The call has moved on meanwhile."))


@never_cache
@require_GET
@page(RIGHT, somewhere=True)
def of_conversation(request: HttpRequest, actor: Actor, conversation_id: int) -> HttpResponse:
    """The call of a conversation, for its card; nothing where none lasts."""
    placement = get_object_or_404(Placement.objects.select_related("queue"), conversation=conversation_id)
    orders.need_in(actor, placement.queue)
    return _panel(request, actor, live_call(conversation=conversation_id), request.path)


@never_cache
@require_GET
@page(RIGHT, somewhere=True)
def own(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The person's own call, for the window of the telephone."""
    return _panel(request, actor, own_call(actor.staff), request.path)


@never_cache
@require_POST
@page(RIGHT, somewhere=True)
def act(request: HttpRequest, actor: Actor, call_id: int) -> HttpResponse:
    """A button was pressed."""
    call = live_call(pk=call_id)
    if call is None:
        raise Http404
    what, fault = request.POST.get("what", ""), ""
    try:
        to = whom(request.POST.get("whom", "")) if what in orders.TO else {}
        orders.ask(actor, call, what, **to)
    except CannotPass as error:
        fault = why_not(str(error))
    return _panel(request, actor, call, request.POST.get("from", ""), fault)


def _panel(
    request: HttpRequest, actor: Actor, call: Call | None, address: str, fault: str = ""
) -> HttpResponse:
    # Only where it was asked for itself: an address that somebody sends is no place to ask again.
    if not address.startswith(("/phone/talk/",)):
        address = ""
    found = standing_of(call, actor.staff) if call else None
    if found and not fault and request.method == "GET" and request.GET.get("seen") == found.mark:
        return HttpResponse(status=204)
    context = {
        "standing": found,
        "address": address,
        "call": call,
        "typed": request.POST.get("whom", "") if fault else "",
        "fault": fault or (why_not(found.fault) if found else ""),
        "notice": notice() if found and found.listenings else "",
        "people": who_can_be_asked(actor.staff) if found and found.can_pass else [],
        "queues": queues_to_pass_to() if found and found.can_pass else [],
    }
    return render(request, "telephony/talk.html", context)
