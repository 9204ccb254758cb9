"""Settings → Sign-in: the providers, who of their people may come in, and whether they answer."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page
from barrymore.web.models import Kind, SignInLink, SignInProvider
from barrymore.web.sso import services
from barrymore.web.sso.checks import findings
from barrymore.web.sso.forms import FORMS, NameForm, RuleSet
from barrymore.web.sso.selectors import people_of

KINDS = {"oidc": Kind.OIDC, "saml": Kind.SAML}


@require_GET
@page("staff.manage")
def providers(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All providers, or what they are good for where there is none."""
    services.need_everything(actor)
    found = SignInProvider.objects.all()
    return render(request, "web/sso/providers.html", {"title": _("Sign-in"), "providers": found})


@require_http_methods(["GET", "POST"])
@page("staff.manage")
def new(request: HttpRequest, actor: Actor, kind: str) -> HttpResponse:
    """A new provider begins with its name: then it has addresses that the other side can be told."""
    services.need_everything(actor)
    if kind not in KINDS:
        raise Http404
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = services.new_provider(actor, KINDS[kind], form.cleaned_data["name"])
        return redirect("sign_in:provider", made.pk)
    title = _("New SAML provider") if kind == "saml" else _("New OpenID Connect provider")
    return render(request, "web/sso/new.html", {"title": title, "form": form, **_up()})


@require_http_methods(["GET", "POST"])
@page("staff.manage")
def provider(request: HttpRequest, actor: Actor, provider_id: int) -> HttpResponse:
    """One provider: where it is, who may come in, which group has which role."""
    services.need_everything(actor)
    found = get_object_or_404(SignInProvider, pk=provider_id)
    form = FORMS[found.kind](request.POST or None, instance=found)
    rules: Any = RuleSet(request.POST or None, prefix="rules", initial=_written(found))
    if request.method == "POST" and form.is_valid() and rules.is_valid():
        kept = form.save(commit=False)
        services.save_provider(actor, kept, rules.rules(), secret=form.secret, changed=form.changed_data)
        messages.success(request, _("Kept."))
        return redirect("sign_in:provider", found.pk)
    return _shown(request, get_object_or_404(SignInProvider, pk=provider_id), form, rules)


@require_POST
@page("staff.manage")
def test(request: HttpRequest, actor: Actor, provider_id: int) -> HttpResponse:
    """Ask the provider everything that signing in will need."""
    services.need_everything(actor)
    found = get_object_or_404(SignInProvider, pk=provider_id)
    told = findings(found)
    rules = RuleSet(prefix="rules", initial=_written(found))
    return _shown(request, found, FORMS[found.kind](instance=found), rules, findings=told)


@require_POST
@page("staff.manage")
def remove(request: HttpRequest, actor: Actor, provider_id: int) -> HttpResponse:
    """Take a provider away, once it was said twice."""
    found = get_object_or_404(SignInProvider, pk=provider_id)
    services.need_everything(actor)
    if "sure" not in request.POST:
        return render(request, "web/sso/remove.html", {"title": found.name, "provider": found, **_up()})
    services.remove_provider(actor, found)
    messages.success(request, _("%(name)s is gone.") % {"name": found.name})
    return redirect("sign_in:providers")


@require_POST
@page("staff.manage")
def release(request: HttpRequest, actor: Actor, provider_id: int, link_id: int) -> HttpResponse:
    """Part a person from the provider."""
    services.release(actor, get_object_or_404(SignInLink, pk=link_id, provider_id=provider_id))
    messages.success(request, _("Released. The next sign-in there joins anew."))
    return redirect("sign_in:provider", provider_id)


def _written(found: SignInProvider) -> list[dict[str, Any]]:
    return [
        {"group": rule.group, "role": rule.role, "sites": [site.pk for site in rule.sites.all()]}
        for rule in found.rules.prefetch_related("sites")
    ]


def _up() -> dict[str, str]:
    return {"up_url": reverse("sign_in:providers"), "up_title": _("Sign-in")}


def _shown(request: HttpRequest, found: SignInProvider, form: Any, rules: Any, **more: Any) -> HttpResponse:
    context = {
        "title": found.name,
        "provider": found,
        "form": form,
        "rules": rules,
        "addresses": _addresses(request, found),
        "people": people_of(found),
        **_up(),
        **more,
    }
    return render(request, "web/sso/provider.html", context)


def _addresses(request: HttpRequest, found: SignInProvider) -> list[tuple[str, str]]:
    """What the other side asks for when it is told of us."""
    place = {"slug": found.slug}
    if found.kind == Kind.SAML:
        wanted = [
            (_("Metadata, and our entity id"), reverse("saml_metadata", kwargs=place)),
            (_("Assertion consumer (ACS)"), reverse("saml_acs", kwargs=place)),
            (_("Single log-out"), reverse("saml_sls", kwargs=place)),
        ]
    else:
        wanted = [
            (_("Redirect URI"), reverse("openid_connect_callback", kwargs=place)),
            (_("Back-channel log-out"), reverse("openid_connect_ended", kwargs=place)),
            (_("After signing out"), reverse("account_login")),
        ]
    return [(label, request.build_absolute_uri(path)) for label, path in wanted]
