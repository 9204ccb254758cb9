"""The first-run page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page
from barrymore.web.welcome import steps_for


@require_GET
@page()
def welcome(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Where to look, what is set up, what has just happened."""
    return render(request, "web/welcome.html", steps_for(actor, is_secure=request.is_secure()))
