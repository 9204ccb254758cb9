"""The door of somebody invited: choose a password, and one is in."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from barrymore.channels.limits import seconds_to_wait
from barrymore.organisation.invitations import NotValid, accept, invited_by
from barrymore.organisation.person_forms import JoinForm
from barrymore.web.views import keep_language, too_many

BACKEND = "barrymore.web.backend.Backend"
TRIES_A_MINUTE = 30


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Who is invited, and the password they choose. A link that ended says whom to ask."""
    if seconds_to_wait(f"join:{request.META.get('REMOTE_ADDR', '')}", TRIES_A_MINUTE):
        return too_many(request)
    try:
        staff = invited_by(secret)
        form = JoinForm(request.POST or None, staff=staff)
        if request.method == "POST" and form.is_valid():
            staff = accept(secret, form.cleaned_data["password"])
            login(request, staff, backend=BACKEND)
            answer = redirect("home")
            keep_language(request, answer, staff.language)
            return answer
    except NotValid:
        return render(request, "web/join.html", status=410)
    status = 422 if form.is_bound else 200
    return render(request, "web/join.html", {"form": form, "invited": staff}, status=status)
