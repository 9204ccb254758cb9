"""A house of each trade for who asks for it: its template at a point of its own, with weeks of guests."""

import random
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from barrymore.channels.devices.models import Device
from barrymore.demo.company import Cast
from barrymore.demo.points import KEYS, SMILES, WEIGHTS, campaign_of, moments_of, point_of
from barrymore.feedback.answers import Origin
from barrymore.feedback.campaign_answers import Catalog, Told, receive_answer
from barrymore.feedback.models import Campaign
from barrymore.feedback.presses import Place
from barrymore.feedback.served import Served, Source, count_served
from barrymore.formulas.questionnaires import (
    CHOICES,
    SCALES,
    WORDS,
    Question,
    Questionnaire,
    applicable,
    options_of,
)
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.journal.services import in_one_insert
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point, Role, Site, Staff

# Trade, site, room, point, served a day, of ten who answer.
HOUSES = [
    ("clinic", "Halden Clinic", "Ground floor", "Way out", 30, 6),
    ("shop", "Halden Corner Shop", "", "Door", 40, 4),
    ("fitness", "Halden Gym", "Changing rooms", "Turnstile", 25, 5),
    ("till", "Halden Market", "Till hall", "Till 1", 60, 7),
    ("bank", "Halden Savings", "Counter hall", "Counter", 20, 6),
]
OFTEN = 0.6  # who answers a question that may be left out


def found_trades(cast: Cast, seed: random.Random, days: int) -> None:
    """Five sites, each with the template of its trade, and the weeks behind it."""
    actor = Actor(next(one for one in cast.people.values() if one.role == Role.ADMINISTRATOR))
    staff = [one for one in cast.people.values() if one.role == Role.FRONT_DESK]
    for trade, name, room, point, served, of_ten in HOUSES:
        cast.sites.append(Site.objects.create(name=name, city="Halden", timezone=cast.sites[0].timezone))
        place = point_of(actor, cast, (len(cast.sites) - 1, room, point, trade, True, served, of_ten))
        since = now() - timedelta(days=days)
        campaign = campaign_of(actor, [place], since, name, trade)
        for back in range(days, -1, -1):
            with transaction.atomic(), in_one_insert():
                _play(place, campaign, back, served, of_ten, staff, seed)
    Fact.objects.filter(key__startswith=KEYS).update(recorded_at=F("at"))


def _play(
    point: Point,
    campaign: Campaign,
    back: int,
    served: int,
    of_ten: int,
    staff: list[Staff],
    seed: random.Random,
) -> None:
    """One day at one point, up to this moment."""
    device = Device.objects.get(point=point)
    place = Place(point=point.pk, device=device.pk, site=point.site_id, step=campaign.step)
    person = seed.choice(staff)
    for at in moments_of(point, back, served, seed):
        key = f"{KEYS}{point.pk}:{at:%Y%m%d%H%M%S}"
        count_served(place, Served(f"{key}:served", at, 1, Source.EMPLOYEE, person.pk))
        count_served(place, Served(f"{key}:receipt", at, 1, Source.REGISTER))
        if seed.random() * 10 < of_ten:
            _answer(place, campaign, key, at, seed)


def _answer(place: Place, campaign: Campaign, key: str, at: datetime, seed: random.Random) -> None:
    answers = said_to(campaign.questionnaire.form, seed)
    told = Told(campaign.pk, campaign.questionnaire_id, answers, {}, "en")
    origin = Origin(
        key=f"{key}:answer", mode="survey", channel="kiosk", at=min(at + timedelta(seconds=40), now()),
        site=place.site, point=place.point, device=place.device, step=place.step,
    )  # fmt: skip
    receive_answer(origin, told, Catalog.of([vars(told)]))


def said_to(form: Questionnaire, seed: random.Random) -> dict[str, Any]:
    """Answers that a guest could have given, walking the questions as the screen does."""
    answers: dict[str, Any] = {}
    for one in form.questions:
        if one.key not in applicable(form, answers) or one.kind in WORDS:
            # Nothing is invented in words, and nobody leaves a contact that leads to nobody.
            continue
        if one.key != form.primary and not one.required and seed.random() > OFTEN:
            continue
        answers[one.key] = _said(form, one, answers, seed)
    return answers


def _said(form: Questionnaire, one: Question, answers: dict[str, Any], seed: random.Random) -> Any:
    if one.kind == "smile4":
        return seed.choices(SMILES, WEIGHTS)[0]
    if one.kind in SCALES:
        least, most = SCALES[one.kind]
        return min(most, max(least, round(seed.gauss(most * 0.8, most * 0.15))))
    assert one.kind in CHOICES
    chosen = seed.choice(options_of(form, one, answers)).key
    return [chosen] if one.kind == "choices" else chosen
