"""What a recommended kit is, can tell and cannot, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

GOALS: list[tuple[str, Promise]] = [
    ("hear", _("Hear of discontent at once and put it right before the customer leaves")),
    ("measure", _("Know how satisfied customers are, with how sure we are")),
    ("whom", _("Know it for each person or service")),
    ("cheer", _("Cheer people up while they wait")),
]
NETWORKS: list[tuple[str, Promise]] = [
    ("always", _("Always")),
    ("sometimes", _("It fails now and then")),
    ("never", _("None: a device is brought to one now and then")),
]
COUNTERS: list[tuple[str, Promise]] = [
    ("register", _("A till or register")),
    ("tickets", _("Queue tickets")),
    ("door", _("A counter at the door")),
    ("staff", _("The staff: one tap a customer")),
    ("nobody", _("Nobody")),
]
# Name and what it is.
DEVICES: dict[str, tuple[Promise, Promise]] = {
    "kiosk": (
        _("A kiosk"),
        _("Any tablet, telephone or computer with a browser. It keeps answers without a network."),
    ),
    "poster": (
        _("A printed poster"),
        _("A sheet of paper with a code that guests scan with their own telephone."),
    ),
    "post": (
        _("A quality post"),
        _("A kiosk on which guests first choose the person or service, by search or picture."),
    ),
    "cheer": (_("A cheering screen"), _("A kiosk with a face to touch. It makes people smile.")),
}
REPORTS: dict[str, Promise] = {
    "satisfaction": _("The share of satisfied customers, with its interval and grade"),
    "zones": _("Satisfied, silent and dissatisfied, of all who were served"),
    "response_rate": _("How many of those served answered"),
    "counts": _("How many said what; no share, since nobody knows who stayed silent"),
    "whom": _("The same for each person or service with thirty answers or more"),
    "words": _("What customers wrote and said"),
    "recovery": _("What was put right, and what the guest says of it"),
    "smiles": _("How many smiles; nothing about quality"),
}
WARNINGS: dict[str, Promise] = {
    "NO_DENOMINATOR": _(
        "Without a count of those served no share can be told: a few loud voices would pass for everybody. "
        "Let a till, tickets, a door or the staff count."
    ),
    "COUNTED_BY_THE_JUDGED": _(
        "The staff counts its own customers. A second count, even a rough one of a till or door, shows "
        "whether everybody was counted, and is needed for the best grade."
    ),
    "NOBODY_TO_TAP": _("Where nobody works nobody can tap: a door counter suits this place."),
    "LATE_WITHOUT_NETWORK": _(
        "While the network is away nobody can be alerted; answers come later, none is lost."
    ),
    "CARRIED_BY_HAND": _(
        "Bring each device to a network at least every three days: what is older is dated by its arrival."
    ),
    "FEW_CUSTOMERS": _("With so few customers a day a talk with each tells you more than any figure."),
    "POSTER_IS_FEEDBACK": _("Who scans a poster comes by themselves: that is feedback, and never a share."),
    "CHEER_MEASURES_NOTHING": _("The cheering screen enters no figure."),
    "NAMES_ARE_PEOPLE": _(
        "Tell the staff before their names stand there. Below thirty answers a person sees the counts alone."
    ),
}
