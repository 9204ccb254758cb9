"""Points of the demo: people served, guests who answer at a screen, guests who press by themselves."""

import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.utils import translation

from barrymore.channels.devices.models import Device
from barrymore.channels.devices.screen_models import Screen, Target
from barrymore.channels.devices.screens import add_target, set_screen
from barrymore.channels.devices.services import add_device
from barrymore.demo.company import Cast
from barrymore.feedback.answers import Origin
from barrymore.feedback.campaign_answers import Catalog, Told, receive_answer
from barrymore.feedback.campaigns import field, make_questionnaire, save_campaign
from barrymore.feedback.models import Campaign
from barrymore.feedback.presses import Place, Press, count_press
from barrymore.feedback.served import Served, Source, count_served
from barrymore.feedback.trades import TRADES, definition_of
from barrymore.journal.models import Fact
from barrymore.journal.moment import now
from barrymore.journal.services import in_one_insert
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point, Role, Staff
from barrymore.organisation.points import save_point

# Site, room, name, step; whether a screen asks there; how many are served a day and how many of ten answer.
POINTS = [
    (0, "Lobby", "Reception", "check-out", True, 22, 5),
    (0, "", "Breakfast room", "breakfast", True, 18, 4),
    (0, "Lobby", "Bar", "paying", False, 0, 0),
    (1, "Lobby", "Reception", "check-out", True, 20, 5),
]
# A quality post: whoever was advised chooses who advised them, so these answers name somebody.
ADVICE = (0, "Lobby", "Concierge", "advice", True, 14, 6)
PRESSES_A_DAY = 3
KEYS = "demo:"
SMILES, WEIGHTS = (4, 3, 2, 1), (46, 36, 12, 6)
# Breakfast is where this house is weaker, so that points compared do not all stand alike.
WEIGHTS_OF = {"Breakfast room": (22, 30, 28, 20)}
FIRST_HOUR, HOURS = 7, 14
REASONS = ("room", "noise", "people", "food")


def found_points(cast: Cast, seed: random.Random, days: int) -> None:
    """Four points with their devices, a campaign in the hotel's words, and the weeks behind it."""
    actor = Actor(next(one for one in cast.people.values() if one.role == Role.ADMINISTRATOR))
    points = [point_of(actor, cast, row) for row in POINTS]
    asking = [point for point, row in zip(points, POINTS, strict=True) if row[4]]
    since = now() - timedelta(days=days)
    campaign = campaign_of(actor, asking, since, "Your stay", "hotel")
    concierge = point_of(actor, cast, ADVICE)
    advice = campaign_of(actor, [concierge], since, "After the advice", "substance")
    front_desk = [one for one in cast.people.values() if one.role == Role.FRONT_DESK]
    screen = Device.objects.get(point=concierge)
    set_screen(actor, screen, Screen.Mode.POST, "1 2 3 4")
    targets = {
        one.pk: add_target(actor, screen, one.name.split()[0], Target.Kind.PERSON, one).pk
        for one in front_desk
    }
    for back in range(days, -1, -1):
        with transaction.atomic(), in_one_insert():
            for point, row in zip(points, POINTS, strict=True):
                _play(point, row, back, campaign, front_desk, seed)
            _advise(concierge, back, advice, targets, seed)
    # The history is played in a minute; nothing of it came late.
    Fact.objects.filter(key__startswith=KEYS).update(recorded_at=F("at"))


def point_of(actor: Actor, cast: Cast, row: tuple[int, str, str, str, bool, int, int]) -> Point:
    """A point with its screen or poster."""
    site, room, name, step, asks, *_ = row
    point = save_point(actor, None, site=cast.sites[site], room=room, name=name, step=step, is_active=True)
    kind = Device.Kind.KIOSK if asks else Device.Kind.POSTER
    add_device(actor, point, kind, name, ["en", "de", "ru"])
    return point


def campaign_of(actor: Actor, points: list[Point], since: datetime, name: str, template: str) -> Campaign:
    """A template of a trade, in use at some points."""
    with translation.override("en"):
        questionnaire = make_questionnaire(actor, name, definition_of(template))
        trade = TRADES[template]
        told = {"step": str(trade.step), "prompt": str(trade.prompt)}
    field(questionnaire)
    return save_campaign(
        actor, None, points, name=name, questionnaire=questionnaire, mode="survey",
        served_source="employee", since=since.date(), **told,
    )  # fmt: skip


def _play(
    point: Point,
    row: tuple[int, str, str, str, bool, int, int],
    back: int,
    campaign: Campaign,
    front_desk: list[Staff],
    seed: random.Random,
) -> None:
    """One day at one point, up to this moment."""
    *_, asks, served, answer_of_ten = row
    device = Device.objects.get(point=point)
    place = Place(point=point.pk, device=device.pk, site=point.site_id, step=point.step)
    if not asks:
        for at in moments_of(point, back, PRESSES_A_DAY, seed):
            score = seed.choices(SMILES, WEIGHTS)[0]
            count_press(place, Press(f"{KEYS}press:{point.pk}:{at:%Y%m%d%H%M%S}", at, score, "smile4", ""))
        return
    staff = seed.choice(front_desk)
    for at in moments_of(point, back, served, seed):
        key = f"{KEYS}{point.pk}:{at:%Y%m%d%H%M%S}"
        count_served(place, Served(f"{key}:served", at, 1, Source.EMPLOYEE, staff.pk))
        if seed.random() > 0.04:
            count_served(place, Served(f"{key}:receipt", at, 1, Source.REGISTER))
        if seed.random() * 10 < answer_of_ten:
            smile = seed.choices(SMILES, WEIGHTS_OF.get(point.name, WEIGHTS))[0]
            _answer(place, campaign, key, at + timedelta(seconds=seed.randint(15, 90)), smile, seed)


def _answer(
    place: Place, campaign: Campaign, key: str, at: datetime, smile: int, seed: random.Random
) -> None:
    answers: dict[str, object] = {"smile": smile}
    for name in ("room", "people", "breakfast"):
        answers[name] = min(5, max(1, smile + seed.randint(0, 2)))
    if smile <= 2:
        answers["why"] = [seed.choice(REASONS)]
    told = Told(campaign.pk, campaign.questionnaire_id, answers, {"smile": seed.uniform(1, 4)}, "en")
    origin = Origin(
        key=f"{key}:answer", mode="survey", channel="kiosk", at=min(at, now()), site=place.site,
        point=place.point, device=place.device, step=place.step,
    )  # fmt: skip
    receive_answer(origin, told, Catalog.of([vars(told)]))


def _advise(
    point: Point, back: int, campaign: Campaign, targets: Mapping[int, int], seed: random.Random
) -> None:
    """One day of advice, by everybody at the front desk in turn."""
    place = Place(
        point=point.pk, device=Device.objects.get(point=point).pk, site=point.site_id, step=point.step
    )
    for number, at in enumerate(moments_of(point, back, ADVICE[5], seed)):
        staff, target = list(targets.items())[number % len(targets)]
        key = f"{KEYS}{point.pk}:{at:%Y%m%d%H%M%S}"
        count_served(place, Served(f"{key}:served", at, 1, Source.EMPLOYEE, staff))
        if seed.random() * 10 >= ADVICE[6]:
            continue
        smile = seed.choices(SMILES, WEIGHTS)[0]
        sold = ("best", "best", "fair") if smile > 2 else ("fair", "sold", "sold")
        answers: dict[str, object] = {
            "smile": smile,
            "polite": "yes" if seed.random() < 0.95 else "no",
            "solution": "yes" if smile > 2 or seed.random() < 0.4 else "no",
            "best": seed.choice(sold),
        }
        told = Told(campaign.pk, campaign.questionnaire_id, answers, {"smile": seed.uniform(1, 4)}, "en")
        origin = Origin(
            key=f"{key}:answer", mode="survey", channel="kiosk", at=min(at + timedelta(seconds=40), now()),
            site=place.site, point=place.point, device=place.device, staff=staff, step=place.step,
            target=target,
        )  # fmt: skip
        receive_answer(origin, told, Catalog.of([vars(told)]))


def moments_of(point: Point, back: int, mean: int, seed: random.Random) -> Iterator[datetime]:
    """About so many moments of a day between seven and nine in the evening, none in the future."""
    zone = ZoneInfo(point.site.timezone)
    day = now().astimezone(zone).replace(hour=FIRST_HOUR, minute=0, second=0, microsecond=0)
    day -= timedelta(days=back)
    count = round(mean * seed.uniform(0.7, 1.3))
    for second in sorted(seed.sample(range(HOURS * 3600), count)):
        at = day + timedelta(seconds=second)
        if at < now():
            yield at
