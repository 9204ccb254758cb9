"""Settings pages of the company: profile, modules, sites, tokens, audit trail."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from barrymore.organisation.access import Actor
from barrymore.organisation.changes import save_checked
from barrymore.organisation.forms import CompanyForm, SiteForm, TokenForm
from barrymore.organisation.models import ApiToken, Site
from barrymore.organisation.modules import MODULES
from barrymore.organisation.pages import page
from barrymore.organisation.selectors import audit_trail, module_is_on
from barrymore.organisation.selectors import company as the_company
from barrymore.organisation.services import issue_token, revoke_token, set_module

PAGE = 50
LIST, FORM = "organisation/list.html", "organisation/form.html"


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def company(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Name, zone, language and privacy profile."""
    form = CompanyForm(request.POST or None, instance=the_company())
    if request.method == "POST" and form.is_valid():
        save_checked(actor.staff, form, "company.changed")
        messages.success(request, _("Kept."))
        return redirect("organisation:company")
    return render(request, FORM, {"title": _("Company"), "form": form})


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def modules(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Switch modules on and off; the others go on working."""
    if request.method == "POST":
        name = request.POST.get("module", "")
        if name in MODULES:
            the_company()
            set_module(actor.staff, name, request.POST.get("on") == "1")
        return redirect("organisation:modules")
    rows = [(name, label, module_is_on(name)) for name, label in MODULES.items()]
    intro = _("What is switched off disappears from every page and stops working; nothing is deleted.")
    return render(
        request, "organisation/modules.html", {"title": _("Modules"), "modules": rows, "intro": intro}
    )


@require_GET
@page("settings.manage")
def sites(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All sites."""
    rows = [
        {"name": one.name, "detail": one.city, "url": reverse("organisation:site", args=[one.pk])}
        for one in Site.objects.all()
    ]
    add_url = reverse("organisation:new_site")
    return render(request, LIST, {"title": _("Sites"), "rows": rows, "add_url": add_url})


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def site(request: HttpRequest, actor: Actor, site_id: int | None = None) -> HttpResponse:
    """One site."""
    found = get_object_or_404(Site, pk=site_id) if site_id else None
    form = SiteForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        save_checked(actor.staff, form, "site.changed")
        messages.success(request, _("Kept."))
        return redirect("organisation:sites")
    return render(request, FORM, _below("sites", _("Sites"), found.name if found else _("New site"), form))


def _below(name: str, up_title: str, title: str, form: Any) -> dict[str, Any]:
    return {"title": title, "form": form, "up_url": reverse(f"organisation:{name}"), "up_title": up_title}


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def tokens(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One's own tokens for programs; a new one is shown once."""
    form = TokenForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        secret = issue_token(actor.staff, form.cleaned_data["name"], form.cleaned_data["scopes"])
        form = TokenForm()
    found = ApiToken.objects.filter(staff=actor.staff).order_by("-pk")[:100]
    context = {"title": _("API tokens"), "tokens": found, "form": form, "secret": secret}
    return render(request, "organisation/tokens.html", context)


@require_POST
@page("settings.manage")
def token_revoke(request: HttpRequest, actor: Actor, token_id: int) -> HttpResponse:
    """End a token at once."""
    revoke_token(actor.staff, get_object_or_404(ApiToken, pk=token_id, staff=actor.staff).pk)
    return redirect("organisation:tokens")


@require_GET
@page("audit.read")
def audit(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Who changed what, newest first."""
    after = request.GET.get("after", "")
    entries = audit_trail().filter(pk__lt=int(after)) if after.isdigit() else audit_trail()
    shown = list(entries[: PAGE + 1])
    following = str(shown[PAGE - 1].pk) if len(shown) > PAGE else ""
    context = {"title": _("Audit trail"), "entries": shown[:PAGE], "following": following}
    return render(request, "organisation/audit.html", context)
