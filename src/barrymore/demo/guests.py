"""Invented guests with names, languages and bookings; the same seed gives the same people."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from barrymore.customers.models import Account, Customer
from barrymore.customers.services import Stay, record_booking, record_purchase
from barrymore.demo.company import GUEST_DOMAIN, Cast
from barrymore.journal.moment import now

# First names, then last names, by language.
NAMES = {
    "en": ("Lee,Grace,Oliver,Amelia,Noor,Henry,Isla,Arthur", "Anand,Whitfield,Okafor,Byrne,Hadley,Mensah"),
    "lt": ("Rūta,Jonas,Eglė,Mantas,Ieva,Andrius,Giedrė", "Žemaitytė-Kazlauskienė,Vaitkutė,Šimonis"),
    "ru": ("Ольга,Дмитрий,Инга,Светлана,Павел,Марина", "Вересова,Ольховский,Марцинкевич,Мирская"),
    "de": ("Maximilian,Anna,Katharina,Jürgen,Sophie", "von Hohenberg-Lindenau,Krüger,Weiß,Baumann"),
    "it": ("Giulia,Marco,Chiara,Paolo", "Marchetti,Fontana,De Angelis,Ricci"),
    "et": ("Anu,Jaan,Piret,Toomas", "Reinvald,Põder,Kivimägi,Õunapuu"),
    "fr": ("Camille,Fabienne,Étienne,Luc", "Aubertin,Rochat-Delacroix,Lefèvre,Morel"),
    "bg": ("Димитър,Елена,Георги,Радка", "Костадинов,Илиева,Стоянов,Маринова"),
}
WEIGHTS = {"en": 5, "lt": 5, "ru": 4, "de": 3, "it": 2, "et": 2, "fr": 2, "bg": 2}
ROLES = ["guest"] * 12 + ["travel agent", "event organiser", "company travel desk"]
FIRMS = [("Baltic Reisen", "agency"), ("Nordlicht Touren", "agency"), ("Šiaurės lankai", "company")]
PARTIES = ["1 adult", "2 adults", "2 adults, child of 3", "2 adults, 2 children"]
BOUGHT = [("Dinner, Malūnas", 84), ("Spa, two hours", 56), ("Parking, 3 nights", 36), ("Late breakfast", 18)]


@dataclass(frozen=True)
class Guest:
    """Who writes, from where, in which language, staying where."""

    name: str
    address: str
    language: str
    role: str
    site: int
    room: str


def invent_guests(cast: Cast, seed: random.Random, count: int) -> list[Guest]:
    """Make guests, most with a booking around today and some with purchases."""
    firms = [Account.objects.create(name=name, segment=segment) for name, segment in FIRMS]
    guests = []
    for number in range(count):
        language = seed.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        first, last = (seed.choice(part.split(",")) for part in NAMES[language])
        guest = Guest(
            name=f"{first} {last}",
            address=f"guest{number + 1}@{GUEST_DOMAIN}",
            language=language,
            role=seed.choice(ROLES),
            site=seed.randrange(len(cast.sites)),
            room=str(seed.randrange(1, 5) * 100 + seed.randrange(1, 25)),
        )
        guests.append(guest)
        _book(guest, cast, seed, firms, number)
    return guests


def _book(guest: Guest, cast: Cast, seed: random.Random, firms: list[Account], number: int) -> None:
    arrives = now().date() + timedelta(days=seed.randrange(-50, 12))
    nights = seed.randrange(1, 7)
    site = cast.sites[guest.site]
    booking = record_booking(
        Stay(
            source="PMS",
            source_ref=f"H{20000 + number}",
            starts_on=arrives,
            ends_on=arrives + timedelta(days=nights),
            email=guest.address,
            name=guest.name,
            language=guest.language,
            site=site.name,
            room=guest.room,
            status=_status(arrives, nights),
            party=seed.choice(PARTIES),
            amount=Decimal(nights * seed.randrange(90, 180)),
            currency="EUR",
        )
    )
    customer: Customer = booking.customer
    customer.role = guest.role
    customer.account = seed.choice(firms) if guest.role != "guest" else None
    customer.save(update_fields=["role", "account"])
    for what, price in seed.sample(BOUGHT, seed.randrange(0, 3)):
        record_purchase(
            customer,
            at=now() - timedelta(hours=seed.randrange(3, 72)),
            what=what,
            amount=Decimal(price),
            currency="EUR",
            source="till",
            source_ref=f"T{number}-{what}",
            site=site,
        )


def _status(arrives: date, nights: int) -> str:
    today = now().date()
    if arrives > today:
        return "booked"
    return "arrived" if today <= arrives + timedelta(days=nights) else "left"
