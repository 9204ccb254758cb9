"""What a caller hears, step by step, as a tree for the page."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from barrymore.telephony.menu_models import Menu, MenuKey, Prompt
from barrymore.telephony.menus.editing import DEEPEST

Does = MenuKey.Does
KEYS = "123456789*#0"  # as on a telephone


@dataclass
class Heard:
    """One menu: what is said, and what each key does. `key`: which one led here, empty at the top."""

    menu: Menu
    key: str = ""
    language: str = ""
    steps: list["Step"] = field(default_factory=list)

    @property
    def greeting(self) -> Prompt | None:
        """What is said first."""
        return self.menu.greeting


@dataclass
class Step:
    """A key and what it does; `inside` is the menu that follows."""

    key: str
    told: str
    at_any_hour: bool = False
    inside: Heard | None = None


def heard_in(menu: Menu, key: str = "", language: str = "", depth: int = 0) -> Heard:
    """The tree from a menu on; it ends where the way is too long to be kept."""
    found = Heard(menu, key, language)
    keys = menu.keys.select_related("queue", "leads_to__greeting")
    for one in sorted(keys, key=lambda one: KEYS.index(one.key)):
        step = Step(one.key, _told(one), one.at_any_hour)
        if one.does == Does.MENU and one.leads_to is not None and depth < DEEPEST:
            step.inside = heard_in(one.leads_to, one.key, one.language, depth + 1)
        found.steps.append(step)
    person = menu.queue.name if menu.queue else _("the queue of the number")
    found.steps.append(Step("0", _("a person: %(queue)s") % {"queue": person}))
    return found


def _told(key: MenuKey) -> str:
    match key.does:
        case Does.QUEUE:
            return _("waits in %(queue)s") % {
                "queue": key.queue.name if key.queue else _("the queue of the number")
            }
        case Does.MENU:
            return key.leads_to.name if key.leads_to else _("a person")
    return str(key.get_does_display())
