"""An empty house is founded by whoever reads its code: where it was started, or in the folder of its data."""

import secrets
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path

from django.conf import settings
from django.db import transaction

from barrymore.organisation.access import Actor
from barrymore.organisation.kept import forget_settings
from barrymore.organisation.models import Company, Role, Site, Staff
from barrymore.organisation.services import audit
from barrymore.routing.models import Queue


class AlreadyFounded(Exception):
    """Somebody works here already; only they let others in."""


@dataclass(frozen=True)
class Founder:
    """The first administrator."""

    name: str
    email: str
    password: str


@dataclass(frozen=True)
class House:
    """The company and the first place where it meets customers."""

    company: str
    site: str
    timezone: str
    language: str
    queue: str


def is_empty() -> bool:
    """Whether nobody works here yet."""
    return not Staff.objects.exists()


def code_of_empty_house() -> str:
    """The code that founds an empty house, made when it is asked for first; empty where somebody works."""
    if not is_empty():
        _file().unlink(missing_ok=True)
        return ""
    if not _file().exists():
        _file().parent.mkdir(parents=True, exist_ok=True)
        made = _file().with_suffix(".new")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(16))
        made.replace(_file())
    return _file().read_text().strip()


def is_the_code(code: str) -> bool:
    """Whether this is the code of the empty house."""
    return is_empty() and compare_digest(code.encode(), code_of_empty_house().encode())


@transaction.atomic
def found(founder: Founder, house: House) -> Staff:
    """The first administrator with their company. Raises AlreadyFounded."""
    Company.objects.get_or_create(pk=1)
    Company.objects.select_for_update().get(pk=1)
    if not is_empty():
        raise AlreadyFounded
    staff = Staff.objects.create_user(
        founder.email,
        founder.password,
        name=founder.name,
        role=Role.ADMINISTRATOR,
        language=house.language,
    )
    settle(Actor(staff), house)
    transaction.on_commit(lambda: _file().unlink(missing_ok=True))
    return staff


def needs_a_company() -> bool:
    """Whether somebody works here for a company that has no name and no place yet."""
    return not Company.objects.exclude(name="").exists() and not Site.objects.exists()


@transaction.atomic
def settle(actor: Actor, house: House) -> None:
    """Name the company, its first site and the queue in which every contact is seen by somebody."""
    actor.need("settings.manage")
    Company.objects.update_or_create(
        pk=1, defaults={"name": house.company, "timezone": house.timezone, "language": house.language}
    )
    site = Site.objects.create(name=house.site, timezone=house.timezone, language=house.language)
    queue, _made = Queue.objects.get_or_create(is_default=True, defaults={"name": house.queue})
    queue.members.add(actor.staff)
    forget_settings()
    audit(actor.staff, "company.founded", house.company, site=site.pk, queue=queue.pk)


def _file() -> Path:
    return Path(settings.VAR) / "found.txt"
