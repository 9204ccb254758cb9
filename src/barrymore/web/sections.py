"""The settings pages, who may open them, and in what order they stand."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from barrymore.organisation.access import Actor

# label, address name, permission
SECTIONS: list[tuple[Promise, str, str]] = [
    (_("Company"), "organisation:company", "settings.manage"),
    (_("Modules"), "organisation:modules", "settings.manage"),
    (_("Sites"), "organisation:sites", "settings.manage"),
    (_("Begin to ask"), "begin_to_ask", "settings.manage"),
    (_("Points"), "points:points", "settings.manage"),
    (_("Devices"), "devices:devices", "settings.manage"),
    (_("Wireless buttons"), "brokers:brokers", "settings.manage"),
    (_("Counts of other systems"), "counts:counts", "settings.manage"),
    (_("People"), "people:people", "staff.manage"),
    (_("Roles"), "people:roles", "staff.manage"),
    (_("Sign-in"), "sign_in:providers", "staff.manage"),
    (_("Queues"), "routing:queues", "queues.manage"),
    (_("Opening hours"), "sla:calendars", "promises.manage"),
    (_("Promises"), "promises:policies", "promises.manage"),
    (_("Who is told"), "told:rules", "queues.manage"),
    (_("Small kindnesses"), "care:kindnesses", "queues.manage"),
    (_("Basics"), "care:basics", "queues.manage"),
    (_("Contact reasons"), "conversations:reasons", "queues.manage"),
    (_("Product areas"), "conversations:areas", "queues.manage"),
    (_("Mailboxes"), "mailboxes:mailboxes", "settings.manage"),
    (_("Chat"), "widgets:widgets", "settings.manage"),
    (_("Web forms"), "web_forms:web_forms", "settings.manage"),
    (_("Text messages"), "texts:numbers", "settings.manage"),
    (_("Telephone"), "telephony:telephone", "settings.manage"),
    (_("Import"), "imports:imports", "settings.manage"),
    (_("Asking customers"), "feedback:surveys", "surveys.manage"),
    (_("Campaigns"), "campaigns:campaigns", "surveys.manage"),
    (_("Bonus rules"), "bonus:rules", "surveys.manage"),
    (_("Shared computers"), "stations", "workstations.manage"),
    (_("Recorded calls"), "recording", "settings.manage"),
    (_("How long we keep things"), "keeping", "settings.manage"),
    (_("Speech and pictures"), "reading", "settings.manage"),
    (_("API tokens"), "organisation:tokens", "settings.manage"),
    (_("Audit trail"), "organisation:audit", "audit.read"),
]


# Pages that show each person their part.
BY_OBJECT = {"routing:queues"}


def sections_for(actor: Actor) -> list[tuple[str, str]]:
    """The settings pages that a person may open."""
    return [
        (str(label), name)
        for label, name, permission in SECTIONS
        if actor.may(permission) or (name in BY_OBJECT and actor.may_somewhere(permission))
    ]
