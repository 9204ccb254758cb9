"""The part of the dialplan that a caller goes through before the queue: hours, greeting, menu, message.

Asterisk evaluates all of it by itself. What was chosen travels in the name of the place where the caller then
waits (`spelling_of`), so that it is known even when nobody listened while it was chosen.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from barrymore.conversations.recordings import asks_first
from barrymore.routing.models import Queue
from barrymore.telephony.menu_models import Menu, MenuKey, Prompt
from barrymore.telephony.menus.asking import after_plan, questions_of
from barrymore.telephony.menus.contexts import FIXED, PLACE
from barrymore.telephony.menus.phrases import PLACES, WAITS, Sounds, code_of, prepared
from barrymore.telephony.models import Number
from barrymore.telephony.spelling import CannotWrite

PATH = re.compile(r"/[A-Za-z0-9/_.-]{0,200}")
TRIES = 3
KEYS = "0123456789*#"
# In names of places and files: no sign that a dialplan or a file system reads as more than itself.
SPELT = {"*": "s", "#": "h"}
P = Prompt.Purpose
Does = MenuKey.Does


@dataclass
class Plan:
    """All that is needed to write it. `default` is the number of the default queue."""

    numbers: list[Number]
    menus: dict[int, Menu]
    sounds: Sounds
    default: int
    notices: dict[int, str] = field(default_factory=dict)  # queue to the phrase that is said before it
    asked: dict[int, int] = field(default_factory=dict)  # number to what its callers are asked after the talk

    def queue_of(self, number: Number) -> int:
        """Where the calls of a number go."""
        return number.queue_id or self.default


def is_plain(number: Number, notices: dict[int, str], queue: int) -> bool:
    """Nothing is said and nothing may be pressed: straight into the queue."""
    asks = number.hours_id or number.greeting_id or number.menu_id or number.asks_id
    return not (asks or number.offers_callback or number.tells_place or notices.get(queue))


def planned(numbers: Iterable[Number]) -> Plan:
    """Read the menus, and make the sounds that these numbers need."""
    found = list(numbers)
    default = Queue.objects.filter(is_default=True).values_list("pk", flat=True).first() or 0
    menus = _menus_from(found)
    queues = {one.queue_id or default for one in found}
    queues |= {key.queue_id for menu in menus.values() for key in menu.keys.all() if key.queue_id}
    queues |= {menu.queue_id for menu in menus.values() if menu.queue_id}
    notices = {queue: notice for queue in queues if (notice := notice_of(queue))}
    keys = [key for menu in menus.values() for key in menu.keys.all()]
    languages = [_language(one) for one in found] + [one.language for one in keys if one.language]
    refs = [one.greeting_id for one in found if one.greeting_id]
    refs += [one.greeting_id for one in menus.values() if one.greeting_id]
    names = _phrases(found, keys, bool(menus)) | set(notices.values())
    sounds = prepared(languages, Prompt.objects.filter(pk__in=refs), names)
    # What could not be said was not heard: nobody is then taken for told.
    said = {queue: notice for queue, notice in notices.items() if sounds.in_all(notice)}
    return Plan(found, menus, sounds, default, said, questions_of(found, sounds))


def _menus_from(numbers: list[Number]) -> dict[int, Menu]:
    every = {one.pk: one for one in Menu.objects.prefetch_related("keys")}
    found: dict[int, Menu] = {}
    left = [one.menu_id for one in numbers if one.menu_id]
    while left:
        menu = every.get(left.pop())
        if menu is not None and menu.pk not in found:
            found[menu.pk] = menu
            left += [key.leads_to_id for key in menu.keys.all() if key.leads_to_id]
    return found


def notice_of(queue: int) -> str:
    """The phrase that is due before waiting in a queue; empty where none is."""
    held = asks_first(queue)
    if held is None:
        return ""
    return P.CONSENT.value if held.basis == held.Basis.CONSENT else P.NOTICE.value


def _language(number: Number) -> str:
    return code_of(number.language or (number.site.language if number.site else ""))


def _phrases(numbers: list[Number], keys: list[MenuKey], has_menus: bool) -> set[str]:
    """Which phrases may be needed."""
    wanted: set[str] = {P.WRONG.value} if has_menus else set()
    if any(one.hours_id for one in numbers):
        wanted.add(P.CLOSED.value)
    does = {one.does for one in keys} | {one.closed_then for one in numbers if one.hours_id}
    if does & {Does.VOICEMAIL.value, Does.CALLBACK.value}:
        wanted |= {P.VOICEMAIL.value, P.THANKS.value}
    if Does.CALLBACK.value in does or any(one.offers_callback for one in numbers):
        wanted |= {P.CALLBACK.value, P.NO_NUMBER.value}
    if any(one.offers_callback for one in numbers):
        wanted.add(P.OFFER.value)
    if any(one.tells_place for one in numbers):
        wanted |= _numbered()
    if any(one.asks_id for one in numbers):
        wanted.add(P.RATED.value)
    return wanted


def is_needed(plan: Plan) -> bool:
    """Whether any number does more than leading into its queue."""
    return not all(is_plain(one, plan.notices, plan.queue_of(one)) for one in plan.numbers)


def leads(plan: Plan, number: Number) -> str:
    """Where the dialplan sends whoever dials a number."""
    if is_plain(number, plan.notices, plan.queue_of(number)):
        return f"barrymore-wait,q{number.pk},1"
    return f"barrymore-number,n{number.pk},1"


def menu_plan(plan: Plan, sounds_at: str, spool_at: str) -> str:
    """The contexts before the queue. Only constants, our row numbers, and paths that were checked."""
    for path in (sounds_at, spool_at):
        if not PATH.fullmatch(path):
            raise CannotWrite(f"{path[:60]!r} cannot stand in a dialplan")
    lines = ["", "[barrymore-number]"]
    for number in plan.numbers:
        if not is_plain(number, plan.notices, plan.queue_of(number)):
            lines += _number(plan, number, sounds_at)
    for number in plan.numbers:
        if number.hours_id:
            lines += _closed(plan, number, sounds_at)
    for menu in plan.menus.values():
        lines += _menu(plan, menu, sounds_at)
    lines += _enter(plan, sounds_at) + after_plan(plan.asked, plan.sounds, sounds_at)
    fixed = FIXED.replace("@spool@", spool_at)
    return "\n".join(lines) + _without_unsaid(fixed, plan.sounds).replace("@sounds@", sounds_at)


def _without_unsaid(text: str, sounds: Sounds) -> str:
    """Leave out the lines that would play what could not be made: Asterisk would complain of each."""
    kept = []
    for line in text.split("\n"):
        named = re.search(r"@sounds@/([a-z]+)-\$\{BM_LANGUAGE\}", line)
        if named is None or sounds.in_all(named[1]):
            kept.append(line)
    return "\n".join(kept)


def _say(sounds: Sounds, name: str, sounds_at: str, app: str = "Playback") -> list[str]:
    """Play a file, where it is there."""
    return [f"{app}({sounds_at}/{name})"] if name in sounds else []


def _phrase(sounds: Sounds, name: str, sounds_at: str, app: str = "Playback") -> list[str]:
    return [f"{app}({sounds_at}/{name}-${{BM_LANGUAGE}})"] if sounds.in_all(name) else []


def _extension(name: str, steps: Iterable[str]) -> list[str]:
    lines: list[str] = []
    for step in steps:
        label, _mark, act = step.rpartition("> ")
        number = "1" if not lines else "n"
        where = f"exten => {name},{number}" if not lines else f" same => n{f'({label})' if label else ''}"
        lines.append(f"{where},{act}")
    return lines


def _number(plan: Plan, number: Number, at: str) -> list[str]:
    steps = [
        "Answer()",
        f"Set(BM_NUMBER={number.pk})",
        f"Set(BM_QUEUE={plan.queue_of(number)})",
        f"Set(BM_LANGUAGE={_language(number)})",
        "Set(BM_SAID=n)",
        f"Set(BM_SOUNDS={at})",
        f"Set(BM_OFFERS={int(number.offers_callback and can_offer(plan.sounds))})",
        f"Set(BM_TELLS={int(number.tells_place and can_tell(plan.sounds))})",
    ]
    if number.pk in plan.asked:
        steps.append(f"Set(BM_CANASK={plan.asked[number.pk]})")
    if number.hours_id:
        steps += [
            f"Gosub(barrymore-hours,c{number.hours_id},1)",
            f'GotoIf($["${{GOSUB_RETVAL}}" = "closed"]?barrymore-closed-{number.pk},s,1)',
        ]
    if number.greeting_id:
        steps += _say(plan.sounds, f"p{number.greeting_id}", at)
    if number.menu_id in plan.menus:
        steps.append(f"Goto(barrymore-menu-{number.menu_id},s,1)")
    else:
        steps.append("Goto(barrymore-enter,e${BM_QUEUE},1)")
    return _extension(f"n{number.pk}", steps)


def can_offer(sounds: Sounds) -> bool:
    """A key that nobody is told of is no offer."""
    return sounds.in_all(P.OFFER.value) and sounds.in_all(P.CALLBACK.value)


def can_tell(sounds: Sounds) -> bool:
    """Every place and wait in every language: a number in the middle of silence says nothing."""
    return all(sounds.in_all(name) for name in _numbered())


def _numbered() -> set[str]:
    return {f"place-{n}" for n in PLACES} | {f"wait-{low}-{high}" for low, high in WAITS}


AFTER = {
    Number.Closed.WAIT.value: "Goto(barrymore-enter,e${BM_QUEUE},1)",
    Number.Closed.VOICEMAIL.value: "Goto(barrymore-voicemail,s,1)",
    Number.Closed.CALLBACK.value: "Goto(barrymore-callback,s,1)",
}


def _closed(plan: Plan, number: Number, at: str) -> list[str]:
    after = AFTER[number.closed_then]
    lines = ["", f"[barrymore-closed-{number.pk}]"]
    said = _phrase(plan.sounds, P.CLOSED.value, at, "Background")
    if number.menu_id in plan.menus:
        keys = [one for one in plan.menus[number.menu_id].keys.all() if one.at_any_hour]
    else:
        keys = []
    lines += _extension("s", [*said, *(["WaitExten(3)"] if keys else []), after])
    for key in keys:
        queue = key.queue_id or plan.queue_of(number)
        step = f"Set(BM_PATH=.c{key.menu_id}k{spelt(key.key)})"
        lines += _extension(key.key, [step, f"Goto(barrymore-enter,e{queue},1)"])
    # Whatever else is pressed leads on: no key ends in a wall.
    for name in ("i", "t"):
        lines += _extension(name, [after])
    return lines


def _menu(plan: Plan, menu: Menu, at: str) -> list[str]:
    context = f"barrymore-menu-{menu.pk}"
    person = f"Goto(barrymore-enter,e{menu.queue_id or '${BM_QUEUE}'},1)"
    said = _say(plan.sounds, f"p{menu.greeting_id}", at, "Background")
    hear = said or ["NoOp()"]
    again = ["Set(BM_TRIES=$[${BM_TRIES} + 1])", f"GotoIf($[${{BM_TRIES}} < {TRIES}]?s,say)", person]
    lines = ["", f"[{context}]"]
    lines += _extension(
        "s", ["Set(BM_TRIES=0)", f"say> {hear[0]}", f"WaitExten({menu.wait_seconds})", "Goto(t,1)"]
    )
    lines += _extension("t", again)
    lines += _extension("i", [*_phrase(plan.sounds, P.WRONG.value, at), "Goto(t,1)"])
    for key in menu.keys.all():
        if key.key in KEYS and key.key != "0":
            lines += _extension(key.key, _pressed(plan, menu, key, again, person))
    return lines + _extension("0", [_noted(menu, "0"), person])


def _noted(menu: Menu, key: str) -> str:
    return f"Set(BM_PATH=${{BM_PATH}}.{menu.pk}k{spelt(key)})"


def _pressed(plan: Plan, menu: Menu, key: MenuKey, again: list[str], person: str) -> list[str]:
    steps = [_noted(menu, key.key)]
    if key.language:
        steps.append(f"Set(BM_LANGUAGE={code_of(key.language)})")
    match key.does:
        case Does.AGAIN:
            return again
        case Does.QUEUE:
            queue = key.queue_id or menu.queue_id or "${BM_QUEUE}"
            return [*steps, f"Goto(barrymore-enter,e{queue},1)"]
        case Does.VOICEMAIL | Does.CALLBACK:
            return [*steps, f"Goto(barrymore-{key.does},s,1)"]
    # A key whose menu was taken away leads to a person.
    there = key.leads_to_id in plan.menus
    return [*steps, f"Goto(barrymore-menu-{key.leads_to_id},s,1)" if there else person]


def spelt(key: str) -> str:
    """A key as it stands in the name of a place."""
    return SPELT.get(key, key)


def _enter(plan: Plan, at: str) -> list[str]:
    lines = ["", "[barrymore-enter]"]
    # Each announcement is heard once, whatever way leads to the queue.
    for queue, notice in sorted(plan.notices.items()):
        asked = f"Read(BM_KEY,{at}/{notice}-${{BM_LANGUAGE}},1,,1,3)"
        says = '"${BM_KEY}" = "1"]?a:d' if notice == P.CONSENT else '"${BM_KEY}" = "9"]?d:t'
        steps = [f"Set(BM_QUEUE={queue})", asked, f"Set(BM_SAID=${{IF($[{says})}})"]
        lines += _extension(f"e{queue}", [*steps, f"Goto(barrymore-wait,{PLACE},1)"])
    return lines + _extension("_e.", ["Set(BM_QUEUE=${EXTEN:1})", f"Goto(barrymore-wait,{PLACE},1)"])
