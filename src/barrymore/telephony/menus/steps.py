"""What a caller pressed before the queue, on the timeline of the conversation and as facts."""

from django.utils.translation import gettext as _

from barrymore.conversations.models import Conversation
from barrymore.conversations.services import add_event, refs_of
from barrymore.journal.services import record
from barrymore.telephony.menu_models import Menu, MenuKey
from barrymore.telephony.menus.chosen import Chosen

MOST_STEPS = 12


def note_choice(conversation: Conversation, chosen: Chosen) -> None:
    """One line for each key, with what it led to; whoever was only put through leaves none."""
    menus = Menu.objects.in_bulk([menu for menu, _key in chosen.steps])
    keys = {
        (one.menu_id, one.key): one for one in MenuKey.objects.filter(menu__in=menus).select_related("queue")
    }
    for place, (ref, key) in enumerate(chosen.steps[:MOST_STEPS]):
        menu, does = menus.get(ref), keys.get((ref, key))
        event = add_event(
            conversation, "menu_key", by=f"{key}", to=menu.name if menu else "", what=_does(does, key)
        )
        refs = refs_of(conversation, values={"menu": ref, "key": key, "step": place + 1})
        record("call.chose", f"message:{event.pk}:chose", **refs)
    if chosen.recording:
        add_event(conversation, f"recording_{chosen.recording}")


def _does(key: MenuKey | None, pressed: str) -> str:
    """What the key leads to now; it may have led elsewhere when it was pressed."""
    if pressed == "0":
        return _("to a person")
    if key is None:
        return ""
    return key.queue.name if key.queue else str(key.get_does_display())
