"""The modules that an administrator switches on and off (D9)."""

from django.utils.translation import gettext_lazy as _

MODULES = {
    "mail": _("Mail"),
    "chat": _("Chat on web sites"),
    "forms": _("Forms on web sites"),
    "surveys": _("Asking customers"),
    "promises": _("Promises and clocks"),
    "offers": _("Offering conversations to agents"),
    "reports": _("Reports"),
}
