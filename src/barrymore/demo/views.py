"""The invented hotel's own web site, with the chat and the form as a guest meets them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from barrymore.channels.chat.models import Widget
from barrymore.channels.form.models import WebForm
from barrymore.organisation.selectors import company


@require_GET
def hotel(request: HttpRequest) -> HttpResponse:
    """One page of it; with the demo company it is gone too."""
    if not company().is_demo:
        raise Http404
    context = {
        "widget": Widget.objects.filter(is_active=True).first(),
        "web_form": WebForm.objects.filter(is_active=True).first(),
    }
    return render(request, "demo/hotel.html", context)
