"""The page of a web form: asked by GET, sent by POST, with or without script, alone or in a frame."""

import secrets

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from barrymore.channels.form.forms import SALT, EnquiryForm
from barrymore.channels.form.models import WebForm
from barrymore.channels.language import language_of
from barrymore.channels.limits import seconds_to_wait
from barrymore.channels.origins import framing_of
from barrymore.conversations.files import store_file
from barrymore.handling.contact import Contact, Upload
from barrymore.handling.services import receive
from barrymore.journal.moment import now
from barrymore.organisation.selectors import company, module_is_on

SENT_PER_MINUTE = 6


@csrf_exempt  # in a frame of another site no cookie comes along; the signed ticket takes its place
@never_cache
@xframe_options_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def enquiry(request: HttpRequest, key: str) -> HttpResponse:
    """Ask, and take in what was answered."""
    found = get_object_or_404(WebForm, key=key, is_active=True)
    if not module_is_on("forms"):
        return _page(request, found, None, status=410)
    if request.method != "POST":
        return _ask(request, found, EnquiryForm(form=found, initial={"ticket": _ticket()}))
    form = EnquiryForm(request.POST, request.FILES, form=found)
    if wait := seconds_to_wait(f"form:{request.META.get('REMOTE_ADDR', '')}", SENT_PER_MINUTE):
        return _ask(request, found, form, status=429, wait=wait)
    if form.is_machine():
        # It is told that all went well, and so does not learn what gave it away.
        return _page(request, found, None, sent=True)
    if not form.is_valid():
        if "ticket" in form.errors:
            form.data = {**request.POST.dict(), "ticket": _ticket()}
        return _ask(request, found, form, status=422)
    _take_in(found, form)
    return _page(request, found, None, sent=True)


def _ticket() -> str:
    return signing.dumps(secrets.token_urlsafe(12), salt=SALT)


def _take_in(found: WebForm, form: EnquiryForm) -> None:
    """Make a contact of it. The ticket's number is its id: a form sent twice is one contact."""
    said = form.cleaned_data
    kind, address = said["address"]
    stored = [Upload(**store_file(file.name, file.read())) for file in said.get("attachments", [])]
    reason = said.get("reason")
    contact = Contact(
        channel="form",
        external_id=f"{found.key}:{said['ticket']}",
        address_kind=kind,
        address=address,
        at=now(),
        name=said["name"],
        subject=reason.name if reason else " ".join(said["text"].split())[:80],
        text=said["text"].replace("\x00", ""),
        language=language_of(said["text"]) or translation.get_language() or "",
        queue_ref=found.queue_id,
        site_ref=found.site_id,
        reason_ref=reason.pk if reason else None,
        uploads=tuple(stored),
    )
    receive(contact)


def _ask(
    request: HttpRequest, found: WebForm, form: EnquiryForm, *, status: int = 200, wait: int = 0
) -> HttpResponse:
    return _page(request, found, form, status=status, wait=wait)


def _page(
    request: HttpRequest,
    found: WebForm,
    form: EnquiryForm | None,
    *,
    status: int = 200,
    sent: bool = False,
    wait: int = 0,
) -> HttpResponse:
    context = {
        "company": company().name or "Barrymore",
        "web_form": found,
        "form": form,
        "sent": sent,
        "wait": wait,
    }
    answer = render(request, "channels/form.html", context, status=status)
    answer.headers["Content-Security-Policy"] = framing_of(found.origins, form_action="'self'")
    return answer
