"""The telephone in the browser: its page, what it signs in with, and whose call it is now."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page
from barrymore.telephony.browser import NoTelephone, call_now, place_for
from barrymore.telephony.selectors import has_nodes

RIGHT = "conversations.answer"


@never_cache
@require_GET
@page(RIGHT, somewhere=True)
def phone(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The page, in a window of its own."""
    if not has_nodes():
        raise Http404
    keys = [*"123456789", "*", "0", "#"]
    return render(request, "telephony/phone.html", {"keys": keys, "is_secure": _is_secure(request)})


def _is_secure(request: HttpRequest) -> bool:
    """Browsers open the microphone over https, and on this computer itself."""
    return request.is_secure() or request.get_host().partition(":")[0] in {"localhost", "127.0.0.1"}


@never_cache
@require_POST
@page(RIGHT, somewhere=True)
def place(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What the browser signs in with: the person's own and nobody else's."""
    try:
        extension, password = place_for(actor.staff)
    except NoTelephone:
        return JsonResponse({"detail": _("You have no telephone in the browser yet.")}, status=409)
    scheme = "wss" if request.is_secure() else "ws"
    told = {
        "socket": f"{scheme}://{request.get_host()}{reverse('phone:phone')}socket",
        "uri": f"sip:{extension.username}@barrymore.invalid",
        "user": extension.username,
        "password": password,
        "ice": settings.PHONE_ICE,
    }
    return JsonResponse(told)


@never_cache
@require_GET
@page(RIGHT, somewhere=True)
def now_calling(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The call that rings or speaks at this person, with its conversation."""
    call = call_now(actor.staff)
    if call is None:
        return JsonResponse({"conversation": None, "who": "", "number": ""})
    conversation = call.conversation
    who = conversation.customer.name if conversation and conversation.customer else ""
    told = {
        "conversation": conversation.pk if conversation else None,
        "who": who or call.caller or _("number withheld"),
        "number": (call.number.name or call.number.number) if call.number else "",
    }
    return JsonResponse(told)
