"""Invented content for the page of components: one afternoon in a hotel, 21 November 2026, 14:40."""

from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2026, 11, 21, 14, 40, tzinfo=UTC)
LAYOUTS = ("desk", "sign-in", "guest", "welcome", "report")


def minutes(n: int) -> datetime:
    """The moment `n` minutes from the invented now."""
    return NOW + timedelta(minutes=n)


def row(who: str, what: str, whose: str = "Ilse", channel: str = "mail", **more: Any) -> dict[str, Any]:
    """A list row; without a promise of its own it shows 17:00."""
    more.setdefault("when", "" if "due" in more or more.get("paused") else "17:00")
    return {"who": who, "what": what, "whose": whose, "channel": channel, "url": "#", "now": NOW, **more}


ACTS = [
    {"icon": "user-plus", "label": "Assign"},
    {"icon": "alarm-clock", "label": "Snooze"},
    {"icon": "check", "label": "Close"},
]
STATES = [
    row("Kadri Põldmets", "rest"),
    row("Kadri Põldmets", "unread", unread=True),
    row("Kadri Põldmets", "hover: the quick acts take the clock's place", extra="is-hover", acts=ACTS),
    row("Kadri Põldmets", "open", open=True),
    row("Kadri Põldmets", "keyboard is here", extra="is-focus"),
    row("Kadri Põldmets", "picked, with 3 others", picked=True, pick_name="pick", id=3),
    row("Дмитрий Ольховский", "late", "Tomas", "missed_call", due=minutes(-8), unread=True),
    row("Lee Anand", "paused: we wait for the guest", paused=True),
    row("Giulia Marchetti", "free: nobody has it", "", "chat", due=minutes(18), free=True),
    row(
        "Maximilian von Hohenberg-Lindenau zu Wartenstein",
        "long names end in an ellipsis, words too",
        "Margarita",
    ),
]
LANGUAGES = [
    row(
        "Светлана Мирская-Голенищева",
        "Поздний выезд в воскресенье и счёт на имя фирмы",
        "Тамара",
        due=minutes(31),
    ),
    row("Rūta Žemaitytė-Kazlauskienė", "Nuo ryto nėra karšto vandens, 412 kambarys", "you", due=minutes(12)),
    row("Димитър Костадинов", "Фактура на името на фирмата", "Tomas", "form", when="18:00"),
]
FIGURES = [
    {
        "grade": "A",
        "sentence": "Of 412 guests served, 281 said good, 35 bad, 96 did not say.",
        "verdict": "Enough to act and to rank.",
    },
    {
        "grade": "B",
        "sentence": "Of 100 guests served, 62 said good, 5 bad, 33 did not say.",
        "verdict": "Enough to act, not to rank.",
        "mode": "survey",
        "served": 100,
        "invited": 100,
        "responded": 67,
        "estimate": 0.925,
        "interval": (0.837, 0.968),
        "bounds": (0.62, 0.95),
        "definition_version": 3,
        "reasons": ["67 answers, A asks for 100"],
    },
    {
        "grade": "C",
        "sentence": "Eight of the 9 who answered said good; 31 were served.",
        "verdict": "Too few for a share.",
    },
    {
        "grade": "F",
        "sentence": "41 presses, 12 of them red.",
        "verdict": "Nobody was asked, so no share.",
    },
]
WITHHELD = {
    "grade": "C",
    "sentence": "Eight of the 9 who answered said good; 31 were served. "
    "That leaves anything between 8 and 30.",
    "verdict": "At this pace by 12 December.",
}
THREAD = [
    {"kind": "event", "text": "Today, 09:04. Told at the desk"},
    {
        "kind": "theirs",
        "who": "Ilse Vatne",
        "detail": "for room 412",
        "when": "09:04",
        "text": "No hot water in 412. Told her the fitter comes before noon.",
    },
    {"kind": "event", "text": "14:22. Mail, joined to the above. Offered to you: Lithuanian, fewest open"},
    {
        "kind": "theirs",
        "who": "Rūta Žemaitytė-Kazlauskienė",
        "when": "14:22",
        "language": "lt",
        "translate_url": "#",
        "text": "Laba diena, 412 kambaryje nuo ryto nėra karšto vandens. Skambinau į registratūrą 9 valandą, "
        "pažadėjo atsiųsti meistrą iki pietų, bet niekas neatėjo.\n\n"
        "Su mumis trejų metų vaikas, vakare "
        "laukia vakarienė. Prašau sutvarkyti arba pasiūlyti kitą kambarį.",
        "files": [{"url": "#", "name": "vonia.jpg", "size": 348160}],
    },
    {
        "kind": "ours",
        "who": "You",
        "when": "14:30",
        "state": "delivered",
        "language": "ru",
        "text": "Ольга, водитель будет ждать. Уточняю машину побольше и напишу до 15:00.",
    },
    {
        "kind": "note",
        "who": "Tomas Gailius",
        "when": "14:34",
        "text": "Valve on floor 4 is being changed, hot water by about 15:10. "
        "Room 418, same kind, is free until the 23rd.",
    },
]
QUEUES = [
    {"name": "In-house guests", "count": 14, "late": 1, "url": "#", "current": True},
    {"name": "Reservations", "count": 22, "soon": 3, "url": "#"},
    {"name": "Complaints, recovery", "count": 3, "url": "#"},
    {"name": "Претензии и возмещение ущерба гостям", "count": 1200, "url": "#"},
]
MINE = [
    {"name": "Open", "count": 7, "soon": 2, "url": "#"},
    {"name": "Mentions", "count": 1, "url": "#"},
    {"name": "Drafts", "count": 2, "url": "#"},
    {"name": "Snoozed", "count": 4, "url": "#"},
]
CANNED = [
    {
        "name": "kitas kambarys",
        "about": "Apology, the other room, help with the bags",
        "text": "Atsiprašome.",
    },
    {"name": "vakarienė", "about": "A dinner from us, up to €60 by your own word", "text": "Vakarienė."},
]
POINT_FIELDS = ("name", "served", "good", "silent", "bad", "bounds", "grade", "why", "current")
POINTS = [
    dict(zip(POINT_FIELDS, values, strict=True))
    for values in (
        ("Reception", 100, 62, 33, 5, "62–95", "B", "67 answers, A asks for 100", True),
        ("Breakfast room", 412, 281, 96, 35, "281–377", "A", "served agrees with the till within 2 %", False),
        ("Dviračių nuoma", 19, 6, 12, 1, "6–18", "C", "7 answers: counts only", False),
    )
]
GROUPS = [
    (
        "Late",
        1,
        [
            row(
                "Дмитрий Ольховский",
                "Сейф в номере 207 не открывается",
                "Tomas",
                "missed_call",
                due=minutes(-8),
                unread=True,
                acts=ACTS,
            )
        ],
    ),
    (
        "Within the hour",
        4,
        [
            row(
                "Rūta Žemaitytė-Kazlauskienė",
                "Nuo ryto nėra karšto vandens, 412",
                "you",
                due=minutes(12),
                open=True,
            ),
            row(
                "Giulia Marchetti",
                "Taxi for four to the airport at 5:15",
                "",
                "chat",
                due=minutes(18),
                free=True,
            ),
            row(
                "Maximilian von Hohenberg-Lindenau",
                "Zweites Kissen, bitte ohne Daunen",
                "you",
                "chat",
                due=minutes(31),
            ),
            row(
                "Walk-up, room 305",
                "Told at the desk: TV shows no picture",
                "Ilse",
                "walk_up",
                due=minutes(46),
            ),
        ],
    ),
    (
        "Later today",
        5,
        [
            row("Инга Марцинкевич", "Поздний выезд в воскресенье, до 15:00", "you", when="16:30"),
            row("Kadri Põldmets", "Laste menüü õhtusöögiks, pähkliallergia", "Ilse", "phone", when="17:00"),
            row("Jan-Erik Tveitdal", "Birthday on Sunday, flowers to the room", "nobody", when="18:00"),
            row("Димитър Костадинов", "Фактура на името на фирмата", "Tomas", "form", when="18:00"),
            row("Camille Aubertin", "Table calme pour deux, samedi 20 h", "you", "chat", when="19:15"),
        ],
    ),
    ("Waiting for the guest", 4, [row("Lee Anand", "Which adapter fits the room?", paused=True)]),
]
NAVIGATION = ["Desk", "Live", "Quality", "Reports", "Planning", "Knowledge", "Customers"]
PAPERS = ["paper", "sunk", "raised", "selected", "hover", "note", "line", "control"]
INKS = ["ink", "ink2", "ink3", "brass", "risk", "broken", "good", "live"]
ICONS = [
    "mail",
    "phone",
    "message-circle",
    "globe",
    "store",
    "lock",
    "clock",
    "alarm-clock",
    "user-plus",
    "paperclip",
    "languages",
    "search",
]


def shell(current: str) -> dict[str, Any]:
    """What the signed-in shell needs."""
    return {
        "navigation": [{"label": word, "url": "#", "current": word == current} for word in NAVIGATION],
        "find_url": "#",
        "account": {
            "name": "Amina Sarr",
            "detail": "Available, 5 of 8",
            "links": [{"label": "You", "url": "#"}],
        },
        "live_stream": "",
    }


def gallery() -> dict[str, Any]:
    """Everything the page of components shows."""
    return {
        **shell(""),
        "find_url": "",
        "states": STATES,
        "languages": LANGUAGES,
        "queues": QUEUES,
        "figures": FIGURES,
        "withheld": WITHHELD,
        "thread": THREAD,
        "canned": CANNED,
        "points": POINTS,
        "papers": PAPERS,
        "inks": INKS,
        "icons": ICONS,
        "kinds": [("list", "List"), ("board", "Board"), ("days", "Days")],
        "clocks": clocks(),
        "retry": [{"url": "#", "label": "Try now"}, {"url": "#", "label": "Change the address"}],
    }


def clocks() -> dict[str, Any]:
    """A calm, a soon and a late promise with their start."""
    return {"now": NOW, "start": minutes(-18), "calm": minutes(46), "soon": minutes(12), "late": minutes(-8)}


def layout(name: str) -> dict[str, Any]:
    """The context of one sample layout."""
    if name == "guest":
        return {"fixed_theme": "light"}
    current = {"desk": "Desk", "report": "Quality"}.get(name, "")
    extra = {"mine": MINE, "groups": GROUPS, "queue_list": QUEUES} if name == "desk" else {}
    return {**gallery(), **shell(current), **extra, "take_back_seconds": 10}
