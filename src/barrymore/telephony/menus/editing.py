"""Change menus; a menu that would lead round in a circle, or nowhere, is refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from barrymore.organisation.models import Staff
from barrymore.organisation.services import audit
from barrymore.telephony.menu_models import Menu, MenuKey
from barrymore.telephony.menus.prompts import InUse

# Nobody listens through more, and the name of the place where one waits holds so many keys.
DEEPEST = 5


@dataclass(frozen=True)
class Aim:
    """Where a key leads, as one word: `queue:3`, `menu:2`, `voicemail`, `callback`, `again`."""

    spelt: str

    @classmethod
    def of(cls, key: MenuKey) -> "Aim":
        """The aim of a key that is kept."""
        ref = {MenuKey.Does.QUEUE: key.queue_id, MenuKey.Does.MENU: key.leads_to_id}.get(
            MenuKey.Does(key.does)
        )
        return cls(f"{key.does}:{ref}" if ref else key.does)

    @property
    def does(self) -> str:
        """The kind."""
        return self.spelt.partition(":")[0]

    @property
    def ref(self) -> int | None:
        """The row of the queue or menu."""
        told = self.spelt.partition(":")[2]
        return int(told) if told.isdigit() else None


@transaction.atomic
def save_menu(actor: Staff | None, menu: Menu, keys: Mapping[str, tuple[Aim, str, bool]]) -> Menu:
    """Keep a menu with its keys. Raises ValidationError for one that leads round, or too deep."""
    is_new = menu.pk is None
    menu.full_clean()
    menu.save()
    menu.keys.all().delete()
    MenuKey.objects.bulk_create(
        MenuKey(
            menu=menu,
            key=key,
            does=aim.does,
            queue_id=aim.ref if aim.does == MenuKey.Does.QUEUE else None,
            leads_to_id=aim.ref if aim.does == MenuKey.Does.MENU else None,
            language=language,
            at_any_hour=at_any_hour,
        )
        for key, (aim, language, at_any_hour) in keys.items()
    )
    if fault := fault_of_all():
        raise ValidationError(fault)
    audit(actor, "menu.added" if is_new else "menu.changed", menu.name, keys="".join(keys))
    return menu


@transaction.atomic
def delete_menu(actor: Staff | None, menu: Menu) -> None:
    """Take a menu away; keys that led to it lead to a person then. Raises InUse."""
    try:
        audit(actor, "menu.deleted", menu.name)
        menu.delete()
    except ProtectedError as error:
        raise InUse(_("A number begins with it: choose another there first.")) from error


def fault_of_all() -> str:
    """The first circle among the menus, or a way that is too long; empty where there is none."""
    menus = {one.pk: one for one in Menu.objects.all()}
    ways: dict[int, list[int]] = {}
    for key in MenuKey.objects.exclude(leads_to=None):
        ways.setdefault(key.menu_id, []).append(key.leads_to_id or 0)
    for start in menus:
        for way in _ways_from(start, ways):
            names = " → ".join(menus[one].name for one in way)
            if way[-1] in way[:-1]:
                return _("The menus lead round in a circle: %(names)s") % {"names": names}
            if len(way) > DEEPEST:
                return _("At most %(n)s menus in a row: %(names)s") % {"n": DEEPEST, "names": names}
    return ""


def _ways_from(start: int, ways: Mapping[int, list[int]]) -> Iterator[list[int]]:
    """Every way, until it ends, comes round, or is too long."""
    left = [[start]]
    while left:
        way = left.pop()
        following = ways.get(way[-1], [])
        if not following or len(way) > DEEPEST or way[-1] in way[:-1]:
            yield way
            continue
        left += [[*way, one] for one in following]


def warnings_of(menu: Menu) -> list[str]:
    """What works, and still is not what callers expect."""
    found = []
    if menu.greeting is None:
        found.append(_("Nothing is said: callers cannot know which keys there are."))
    for key in menu.keys.all():
        gone = {MenuKey.Does.QUEUE.value: key.queue, MenuKey.Does.MENU.value: key.leads_to}
        if key.does in gone and gone[key.does] is None:
            found.append(_("Key %(key)s leads to a person: what it led to is gone.") % {"key": key.key})
        elif key.queue is not None and not key.queue.members.exists():
            told = {"key": key.key, "queue": key.queue.name}
            found.append(_("Key %(key)s: nobody works in the queue %(queue)s.") % told)
    return found
