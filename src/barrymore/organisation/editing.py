"""A settings list and a settings form, the same in every package that has settings: what they show."""

from typing import Any

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext as _

from barrymore.organisation.access import Actor
from barrymore.organisation.changes import save_checked

LIST, FORM = "organisation/list.html", "organisation/form.html"


def list_of(title: str, rows: list[dict[str, Any]], add: str = "", intro: str = "") -> dict[str, Any]:
    """What LIST shows: rows {name, detail, state, url}; `add` names the address of a new one."""
    return {"title": title, "rows": rows, "intro": intro, "add_url": reverse(add) if add else ""}


def edit(
    request: Any, actor: Actor, form: Any, *, title: str, up: str, up_title: str, action: str
) -> dict[str, Any] | None:
    """What FORM shows, or None once it is kept, with its line in the audit trail."""
    if request.method == "POST" and form.is_valid():
        save_checked(actor.staff, form, action)
        messages.success(request, _("Kept."))
        return None
    return {"title": title, "form": form, "up_url": reverse(up), "up_title": up_title}
