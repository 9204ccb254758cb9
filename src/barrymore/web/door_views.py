"""The door by passkey, and the way out: here, and at the provider too."""

from typing import Any

from allauth.account.views import LogoutView
from allauth.core.internal import ratelimit
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode

from barrymore.web.sso.ending import session_of
from barrymore.web.sso.leaving import way_out


@method_decorator(ratelimit.decorator(app="allauth.mfa", action="webauthn_login"), name="dispatch")  # type: ignore[no-untyped-call]
class PasskeyDoor(LoginWebAuthnView):
    """Signing in by a passkey; one that is not known here is told so on the sign-in page."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Back to the sign-in page, which says what to do."""
        asked = {"passkey": "refused"}
        if wanted := self.request.POST.get("next"):
            asked["next"] = wanted
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode(asked)}")


def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out here; whoever came by a provider is offered its own way out."""
    provided = session_of(request.session.session_key) if request.method == "POST" else None
    onward = way_out(request, provided) if provided else ""
    if provided:
        provided.delete()
    response: HttpResponse = LogoutView.as_view(template_name="web/account/logout.html")(request)
    if provided and onward:
        # A redirect would be stopped: the page's policy lets no form lead to another house.
        return render(request, "web/sso/left.html", {"provider": provided.provider, "onward": onward})
    return response
