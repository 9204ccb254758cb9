"""The basics of a site: what must be in order before a kindness counts as one, each with its dated check."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from barrymore.handling.models import Basic, BasicCheck
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.models import Site, Staff


@dataclass(frozen=True)
class Standing:
    """A basic and its newest check. `state` is green, red or old; old counts as not green."""

    basic: Basic
    check: BasicCheck | None
    state: str


def standings(site: Site | int) -> list[Standing]:
    """The basics of a site in use, each with how it stands, in two statements."""
    basics = list(Basic.objects.filter(site=site, is_active=True).select_related("site"))
    longest = max((one.every_days for one in basics), default=1)
    since = now() - timedelta(days=longest)
    checks = (
        BasicCheck.objects.filter(basic__in=basics, at__gt=since).select_related("staff").order_by("at", "id")
    )
    newest = {check.basic_id: check for check in checks}
    return [_standing(basic, newest.get(basic.pk)) for basic in basics]


def _standing(basic: Basic, check: BasicCheck | None) -> Standing:
    if check is None or check.at <= now() - timedelta(days=basic.every_days):
        return Standing(basic, check, "old")
    return Standing(basic, check, "green" if check.is_green else "red")


def basics_are_green(site_ref: int | None) -> bool:
    """Whether a site has basics, and all of them were found green lately enough."""
    found = standings(site_ref) if site_ref else []
    return bool(found) and all(one.state == "green" for one in found)


@transaction.atomic
def check_basic(basic: Basic, staff: Staff, *, is_green: bool, note: str = "") -> BasicCheck:
    """Write down how a basic was found."""
    check = BasicCheck.objects.create(
        basic=basic, staff=staff, at=now(), is_green=is_green, note=note.replace("\x00", "").strip()[:200]
    )
    values = {"basic": basic.pk, "green": is_green}
    record("basic.checked", f"basic-check:{check.pk}", site=basic.site_id, staff_ref=staff.pk, values=values)
    return check
