"""Halden Hotels: sites, people, queues, promises and mailboxes of the demo company. All invented."""

from dataclasses import dataclass, field

from barrymore.channels.chat.models import Widget
from barrymore.channels.chat.services import give_keys
from barrymore.channels.form.models import WebForm
from barrymore.channels.models import Mailbox
from barrymore.conversations.models import ProductArea, Reason
from barrymore.feedback.models import Survey
from barrymore.organisation.models import Company, Role, Site, Staff
from barrymore.organisation.secrets import seal
from barrymore.routing.models import Presence, Queue
from barrymore.routing.services import UNSEEN, set_presence
from barrymore.sla.calendars import set_hours
from barrymore.sla.models import Calendar, Policy

DOMAIN = "haldenhotels.example"
GUEST_DOMAIN = "guests.example"
LANGUAGES = ("en", "lt", "ru", "de", "it", "et", "fr", "bg")

SITES = [
    ("Halden Old Mill", "Vilnius", "Europe/Vilnius", "lt", "oldmill"),
    ("Halden Harbour", "Tallinn", "Europe/Tallinn", "et", "harbour"),
    ("Halden Garden", "Sofia", "Europe/Sofia", "bg", "garden"),
]
QUEUES = [
    "In-house guests",
    "Reservations",
    "Complaints, recovery",
    "Billing and invoices",
    "Groups, conferences",
]
# Name, role, languages with level, queues by position; the first of each role signs in with one click.
PEOPLE: list[tuple[str, str, str, list[int]]] = [
    ("Amina Sarr", Role.AGENT, "en3 fr3 lt2 ru2 de2 it1", [0, 1, 2, 3, 4]),
    ("Sam Okonjo", Role.SUPERVISOR, "en3 de2", [0, 1, 2, 3, 4]),
    ("Milda Kairytė", Role.QUALITY, "lt3 en3 ru2", []),
    ("Ilse Vatne", Role.FRONT_DESK, "en3 de3 et1", [0]),
    ("Viktor Lindqvist", Role.PLANNER, "en3 ru3", []),
    ("Dora Kovač", Role.ADMINISTRATOR, "en3 bg2", [0, 1, 2, 3, 4]),
    ("Nils Haldorsen", Role.OWNER, "en3", []),
    ("Petya Stoyanova", Role.SUCCESS, "bg3 en3", []),
    ("Rasmus Tedre", Role.DEVELOPER, "et3 en3", []),
    ("Tomas Gailius", Role.AGENT, "lt3 en3 ru3", [0, 1, 2]),
    ("Ольга Миронова", Role.AGENT, "ru3 en2 de1", [0, 1]),
    ("Kadri Põldmets", Role.AGENT, "et3 en3 ru2", [0, 1, 3]),
    ("Jonas Reimann", Role.AGENT, "de3 en3", [1, 3, 4]),
    ("Giulia Ferrante", Role.AGENT, "it3 en3 fr2", [0, 1, 4]),
    ("Camille Roussel", Role.AGENT, "fr3 en3", [1, 4]),
    ("Димитър Вълков", Role.AGENT, "bg3 en3 ru2", [0, 1, 3]),
    ("Rūta Žemaitaitienė", Role.AGENT, "lt3 en2", [0, 2]),
    ("Mark Tamberg", Role.AGENT, "et3 en3 de1", [0, 2]),
    ("Erika Šimkutė", Role.AGENT, "lt3 en3 de2", [1, 3]),
    ("Stefan Petkov", Role.FRONT_DESK, "bg3 en3", [0]),
    ("Liis Kask", Role.FRONT_DESK, "et3 en3", [0]),
    ("Henrik Aas", Role.AGENT, "en3 de2", [3, 4]),
    ("Anna Sokolova", Role.AGENT, "ru3 en3 lt1", [0, 1, 2]),
    ("Yusuf Demir", Role.SUPERVISOR, "en3 de3", [0, 1, 2, 3, 4]),
]
REASONS = [
    (
        "Something does not work",
        "w",
        "hot water karšt gor hei klima heating neveikia broken kaputt не работает",
    ),
    (
        "Change of booking",
        "c",
        "change late early pakeis измен ändern verläng cambiare modifier muuta промен",
    ),
    ("Question before arrival", "q", "transfer parking airport adapter oro parkav парков flughafen parken"),
    ("Invoice", "i", "invoice receipt sąskait счёт счет rechnung fattura facture arve фактур"),
    ("Lost property", "l", "left forgot lost pamirš забыл vergessen dimenticato oublié unust забрав"),
    ("Complaint", "x", "noise dirty rude triukšm шум laut sporco sale müra шумно"),
]
AREAS = [
    ("Rooms", "r", "room kambar номер zimmer camera chambre tuba стая"),
    ("Restaurant", "f", "breakfast dinner pusryč завтрак frühstück colazione dîner hommik вечеря"),
    ("Spa and pool", "s", "spa pool sauna baseino сауна"),
    ("Arrival and transfer", "t", "transfer airport taxi oro такси flughafen aeroporto"),
    ("Payment", "p", "invoice card payment sąskait счёт rechnung fattura facture arve фактура"),
]


@dataclass
class Cast:
    """What the simulator works with."""

    sites: list[Site] = field(default_factory=list)
    queues: list[Queue] = field(default_factory=list)
    people: dict[str, Staff] = field(default_factory=dict)
    mailboxes: list[Mailbox] = field(default_factory=list)


def address_of(name: str) -> str:
    """The house address of a member of staff, in plain letters."""
    plain = {"Ольга Миронова": "olga", "Димитър Вълков": "dimitar"}
    first = plain.get(name) or name.split()[0].lower()
    letters = first.translate(str.maketrans("ūžėįšų", "uzeisu"))
    taken = {"Rūta Žemaitaitienė": "ruta", "Stefan Petkov": "stefan"}
    return f"{taken.get(name, letters)}@{DOMAIN}"


def found_company(password: str, imap_port: int, smtp_port: int) -> Cast:
    """Make the whole company; called once on an empty database."""
    Company.objects.update_or_create(
        pk=1,
        defaults={
            "name": "Halden Hotels",
            "timezone": "Europe/Vilnius",
            "language": "en",
            "privacy_profile": "eu",
            "is_demo": True,
        },
    )
    cast = Cast()
    cast.sites = [
        Site.objects.create(name=name, city=city, timezone=zone, language=language)
        for name, city, zone, language, _ in SITES
    ]
    cast.queues = [
        Queue.objects.create(name=name, position=position, is_default=position == 0, offer_seconds=90)
        for position, name in enumerate(QUEUES)
    ]
    _hire(cast, password)
    _promise(cast)
    _open_mailboxes(cast, password, imap_port, smtp_port)
    _open_web_site(cast)
    for name, key, words in REASONS:
        Reason.objects.create(name=name, key=key, words="\n".join(words.split()))
    for name, key, words in AREAS:
        ProductArea.objects.create(name=name, key=key, words="\n".join(words.split()))
    Survey.objects.create(name="After a conversation", probability=0.5, cap_days=7, delay_seconds=30)
    return cast


def _hire(cast: Cast, password: str) -> None:
    for name, role, spoken, queues in PEOPLE:
        person = Staff.objects.create_user(
            address_of(name),
            password,
            name=name,
            role=role,
            languages={word[:2]: int(word[2]) for word in spoken.split()},
            timezone="Europe/Vilnius",
        )
        for position in queues:
            cast.queues[position].members.add(person)
        # Whoever opens the desk is there from that moment on.
        set_presence(person, Presence.State.AWAY, UNSEEN)
        cast.people[name] = person


def _promise(cast: Cast) -> None:
    always = Calendar.objects.create(name="Day and night", timezone="Europe/Vilnius")
    set_hours(None, always, [(day, 0, 1440) for day in range(7)], [])
    office = Calendar.objects.create(name="Office hours, pause at noon", timezone="Europe/Vilnius")
    blocks = [
        (day, starts, ends) for day in range(5) for starts, ends in ((8 * 60, 12 * 60), (13 * 60, 18 * 60))
    ]
    set_hours(None, office, [*blocks, (5, 10 * 60, 15 * 60)], [])
    promises = [(0, always, 30, 8 * 60), (1, always, 120, 24 * 60), (2, always, 60, 24 * 60)]
    for position, calendar, first, whole in [*promises, (3, office, 240, 1080), (4, office, 240, 1080)]:
        Policy.objects.create(
            name=cast.queues[position].name,
            calendar=calendar,
            queue_ref=cast.queues[position].pk,
            first_response_minutes=first,
            next_response_minutes=first * 2,
            resolution_minutes=whole,
        )


def _open_web_site(cast: Cast) -> None:
    words = "Good day, this is the Old Mill. How may we help?"
    widget = Widget(name="Old Mill, web site", site=cast.sites[0], queue=cast.queues[0], greeting=words)
    give_keys(widget).save()
    WebForm.objects.create(
        name="Enquiry",
        key="enquiry",
        site=cast.sites[0],
        queue=cast.queues[1],
        intro="We answer within two hours.",
    )


def _open_mailboxes(cast: Cast, password: str, imap_port: int, smtp_port: int) -> None:
    for site, (name, _city, _zone, _language, local) in zip(cast.sites, SITES, strict=True):
        cast.mailboxes.append(
            Mailbox.objects.create(
                address=f"{local}@{DOMAIN}",
                name=name,
                site=site,
                signature=f"{name}\nHalden Hotels",
                imap_host="127.0.0.1",
                imap_port=imap_port,
                imap_security=Mailbox.Security.PLAIN,
                imap_user=f"{local}@{DOMAIN}",
                smtp_host="127.0.0.1",
                smtp_port=smtp_port,
                smtp_security=Mailbox.Security.PLAIN,
                secret=seal(password),
            )
        )
