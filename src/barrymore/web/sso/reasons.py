"""Why somebody is not let in, in words that say what to do."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Promise] = {
    "group": _("None of your groups there has a role here. Ask an administrator to add your group."),
    "domain": _("Addresses of your mail domain may not come in by this door. Ask an administrator."),
    "address": _("The provider did not tell your mail address. Ask an administrator to let it be told."),
    "unproven": _(
        "The provider does not say that your mail address is proven to be yours. "
        "Confirm it there, or ask an administrator."
    ),
    "unknown": _("Nobody with your address works here yet. Ask an administrator to invite you."),
    "inactive": _("This account is kept out. Ask an administrator to let you in again."),
    "other": _(
        "Your account here belongs to another sign-in at the provider. Ask an administrator to release it."
    ),
    "subject": _(
        "The provider gives you another name each time. "
        "Ask an administrator to let it send a persistent NameID."
    ),
    "role": _("The role that your group is to have does not exist any more. Ask an administrator."),
    "cancelled": _("You have turned back at the provider. Nothing has happened; try again when you like."),
    "state": _("The way back came too late, or from another browser. Begin anew."),
    "failed": _(
        "The provider’s answer could not be trusted. Try again; if it stays so, tell an administrator."
    ),
    "away": _("The provider cannot be reached just now. Try again in a minute, or tell an administrator."),
    "password": _("Your company lets you in by its provider only. Sign in by the provider’s button."),
}
