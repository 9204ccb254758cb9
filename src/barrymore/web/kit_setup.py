"""Put a recommended kit at a place: the point, what is asked there, devices that wait for their code."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from barrymore.channels.devices import screens, services
from barrymore.channels.devices.models import Device
from barrymore.channels.devices.screen_models import Screen
from barrymore.feedback.campaigns import make_questionnaire, save_campaign
from barrymore.feedback.models import Campaign
from barrymore.feedback.trades import TRADES, definition_of
from barrymore.formulas.kits import Kit
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point, Site
from barrymore.organisation.points import save_point

KEYS = "1 2 3 4"
SCREENS = {"kiosk": Screen.Mode.ASK, "post": Screen.Mode.POST, "cheer": Screen.Mode.CHEER}


@dataclass(frozen=True)
class Wanted:
    """Where the kit is put, and the template of what is asked."""

    site: Site
    point: str
    trade: str


@transaction.atomic
def set_up(actor: Actor, kit: Kit, wanted: Wanted) -> Point:
    """The point with all that belongs to it. Raises NotAllowed, ValueError for a name left out."""
    trade = TRADES[wanted.trade]
    point = save_point(
        actor, None, site=wanted.site, room="", name=wanted.point, step=str(trade.step), is_active=True
    )
    if set(kit.devices) & {"kiosk", "post"}:
        save_campaign(
            actor,
            None,
            [point],
            name=f"{trade.name}, {point.name}",
            questionnaire=make_questionnaire(actor, str(trade.name), definition_of(wanted.trade)),
            step=str(trade.step),
            prompt=str(trade.prompt),
            mode=Campaign.Mode.SURVEY if kit.is_survey else Campaign.Mode.FEEDBACK,
            served_source=kit.served_by or Campaign.Served.NONE,
        )
    for kind in kit.devices:
        _put(actor, point, kind)
    return point


def _put(actor: Actor, point: Point, kind: str) -> None:
    if kind == "poster":
        services.add_device(actor, point, Device.Kind.POSTER, _("Poster"), [])
        return
    name = {"kiosk": _("Screen"), "post": _("Quality post"), "cheer": _("Smiles")}[kind]
    device = services.add_device(actor, point, Device.Kind.KIOSK, name, [])
    screens.set_screen(actor, device, SCREENS[kind], KEYS)
