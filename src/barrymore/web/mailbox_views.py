"""Settings pages of the mailboxes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from barrymore.channels.mail.doctor import checks
from barrymore.channels.models import Mailbox
from barrymore.organisation.access import Actor
from barrymore.organisation.changes import save_checked
from barrymore.organisation.editing import LIST, list_of
from barrymore.organisation.pages import page
from barrymore.web.mailboxes import MailboxForm


@require_GET
@page("settings.manage")
def mailboxes(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All mailboxes and whether they can be read."""
    rows = [
        {
            "name": one.address,
            "detail": one.last_error or one.name,
            "state": _("not in use")
            if not one.is_active
            else (_("failing") if one.last_error else _("in use")),
            "url": reverse("mailboxes:mailbox", args=[one.pk]),
        }
        for one in Mailbox.objects.all()
    ]
    intro = _(
        "Mail is read by IMAP as it arrives and leaves by SMTP; what cannot leave is tried again and shown."
    )
    return render(request, LIST, list_of(_("Mailboxes"), rows, "mailboxes:new", intro))


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def mailbox(request: HttpRequest, actor: Actor, mailbox_id: int | None = None) -> HttpResponse:
    """One mailbox. It is tested from its own page, once it is kept."""
    found = get_object_or_404(Mailbox, pk=mailbox_id) if mailbox_id else None
    form = MailboxForm(request.POST or None, instance=found)
    said = ""
    if request.method == "POST" and form.is_valid():
        found = save_checked(actor.staff, form, "mailbox.changed")
        form, said = MailboxForm(instance=found), _("Kept. Test it now.")
    return _page(request, form, found, said=said)


def _page(request: HttpRequest, form: MailboxForm, found: Mailbox | None, **more: object) -> HttpResponse:
    context = {
        "title": found.address if found else _("New mailbox"),
        "form": form,
        "mailbox": found,
        "up_url": reverse("mailboxes:mailboxes"),
        "up_title": _("Mailboxes"),
        **more,
    }
    return render(request, "web/mailbox.html", context)


@require_POST
@page("settings.manage")
def test(request: HttpRequest, actor: Actor, mailbox_id: int) -> HttpResponse:
    """Sign in to both servers and look at the domain's records, and say what to do."""
    found = get_object_or_404(Mailbox, pk=mailbox_id)
    domain = found.address.rpartition("@")[2]
    findings = [check for check in checks() if found.address in check.name or domain in check.name]
    return _page(request, MailboxForm(instance=found), found, findings=findings)
