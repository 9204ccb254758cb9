"""What every page is told: where one may go, who one is, what is new."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from barrymore.alerts.models import Alert
from barrymore.alerts.selectors import unseen_notices
from barrymore.alerts.texts import subject_of
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Staff
from barrymore.organisation.points import has_points
from barrymore.organisation.selectors import company, module_is_on
from barrymore.telephony.selectors import has_browser_phones
from barrymore.web.demo_people import demo_list
from barrymore.web.founding import is_empty
from barrymore.web.sections import sections_for


def house(request: HttpRequest) -> dict[str, Any]:
    """Navigation, account menu, notices and time zone. Everything is worked out only where it is shown."""
    told: dict[str, Any] = {
        "viewer_time_zone": timezone.get_current_timezone_name(),
        "house_name": SimpleLazyObject(lambda: company().name),
        # Each in its own words; Django's tag would translate them.
        "house_languages": settings.LANGUAGES,
    }
    staff = getattr(request, "user", None)
    if not isinstance(staff, Staff):
        return {**told, "demo_list": SimpleLazyObject(demo_list), "is_unfounded": SimpleLazyObject(is_empty)}
    actor = Actor(staff)
    return {
        **told,
        "navigation": SimpleLazyObject(lambda: _navigation(actor, request.path)),
        "settings_links": SimpleLazyObject(lambda: _settings(actor, request.path)),
        "desk_url": SimpleLazyObject(lambda: link_to("desk:desk")),
        "account": SimpleLazyObject(lambda: _account(actor.staff)),
        "notices": SimpleLazyObject(lambda: _notices(actor.staff)),
    }


def link_to(name: str) -> str:
    """The address of a page, empty where its package is not mounted."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _navigation(actor: Actor, path: str) -> list[dict[str, Any]]:
    wanted = [
        (_("Desk"), "desk:desk", actor.may_somewhere("conversations.read")),
        (_("Walk-up"), "desk:told", actor.may_somewhere("conversations.answer")),
        (_("Served"), "served:served", actor.may_somewhere("served.count") and has_points()),
        (_("Recovery"), "desk_recovery:all", actor.may_somewhere("conversations.read")),
        (_("Reports"), "reports:index", actor.may("figures.read") and module_is_on("reports")),
        (_("Feedback"), "said:said", actor.may("feedback.read") and module_is_on("surveys")),
        (_("Customers"), "customers:customers", actor.may("customers.read")),
        (_("Settings"), "settings_home", bool(sections_for(actor))),
    ]
    found = []
    for label, name, may in wanted:
        url = link_to(name) if may else ""
        if url:
            found.append({"label": label, "url": url})
    # Of two addresses that the path begins with, the longer one is where one is.
    here = max((item["url"] for item in found if path.startswith(item["url"])), key=len, default="")
    return [{**item, "current": item["url"] == here} for item in found]


def _settings(actor: Actor, path: str) -> list[dict[str, Any]]:
    links = [(label, link_to(name)) for label, name in sections_for(actor)]
    return [{"label": label, "url": url, "current": path.startswith(url)} for label, url in links if url]


def _account(staff: Staff) -> dict[str, Any]:
    links = [
        {"label": _("First steps"), "url": link_to("welcome")},
        {"label": _("Your page"), "url": link_to("own_page")},
        {
            "label": _("Telephone"),
            "url": link_to("phone:phone") if has_browser_phones() else "",
            "window": "phone",
        },
        {"label": _("Questions to you"), "url": link_to("quality:mine")},
        {"label": _("How to reach you"), "url": link_to("alerts:reach")},
        {"label": _("Security"), "url": link_to("mfa_index")},
    ]
    return {
        "name": staff.name,
        "detail": staff.role_name,
        "links": [link for link in links if link["url"]],
        "sign_out_url": link_to("account_logout"),
    }


def _notices(staff: Staff) -> list[dict[str, Any]]:
    return [
        {
            "id": notice.pk,
            "acknowledge_url": reverse("alerts:acknowledge", args=[notice.alert_id])
            if notice.alert and notice.alert.state == Alert.State.OPEN
            else "",
            "text": subject_of(notice),
            "at": notice.created_at,
            "url": reverse("desk:conversation", args=[notice.conversation_ref])
            if notice.conversation_ref
            else "/",
        }
        for notice in unseen_notices(staff)
    ]
