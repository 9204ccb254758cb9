"""What an event line of a thread says, in the language that is active."""

from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language_info, gettext, gettext_lazy

from barrymore.conversations.models import Message
from barrymore.routing.models import Priority
from barrymore.ui.times import when_words

# With a person's name where one is known, else the second wording.
EVENTS = {
    "queued": (gettext_lazy("To %(to)s"), ""),
    "taken": (gettext_lazy("%(by)s took it"), ""),
    "assigned": (gettext_lazy("Given to %(to)s by %(by)s"), gettext_lazy("Given to %(to)s")),
    "returned": (gettext_lazy("%(by)s gave it back to the queue"), gettext_lazy("Back to the queue")),
    "offer_expired": (gettext_lazy("%(to)s did not answer the offer"), ""),
    "offer_declined": (gettext_lazy("%(to)s said: not now"), ""),
    "closed": (gettext_lazy("Closed by %(by)s"), gettext_lazy("Closed")),
    "reopened": (gettext_lazy("Reopened by %(by)s"), gettext_lazy("Open again: the customer wrote")),
    "spam": (gettext_lazy("%(by)s moved it to spam"), gettext_lazy("Moved to spam")),
    "not_spam": (gettext_lazy("%(by)s took it out of spam"), gettext_lazy("Not spam")),
    "prioritised": (gettext_lazy("%(by)s set the priority: %(to)s"), ""),
    "told": (gettext_lazy("Told to %(by)s"), ""),
    "asked_for": (gettext_lazy("The customer asks: %(what)s"), ""),
    "imported": (gettext_lazy("Imported from %(by)s"), ""),
    "forwarded": (gettext_lazy("%(by)s forwarded it to %(to)s"), ""),
    "claimed": (gettext_lazy("%(by)s says it is put right: %(what)s"), ""),
    "asked_at_desk": (gettext_lazy("%(by)s asks the guest on a screen"), ""),
    "confirmed": (gettext_lazy("The guest says: it is put right"), ""),
    "contradicted": (gettext_lazy("The guest says: it is not put right"), ""),
    "red_again": (gettext_lazy("Red was pressed there once more. %(what)s"), ""),
    "call_answered": (gettext_lazy("%(by)s answered the call after %(wait)s"), ""),
    "call_ended": (gettext_lazy("The call has ended after %(wait)s"), ""),
    "call_abandoned": (gettext_lazy("The caller hung up after waiting %(wait)s"), ""),
    "call_lost": (gettext_lazy("The call was lost by our fault after %(wait)s of waiting"), ""),
    "call_cut": (
        gettext_lazy("The line to %(to)s broke; the caller is still ours"),
        gettext_lazy("The line broke by our fault"),
    ),
    "call_cold": (gettext_lazy("%(by)s passed the caller on to %(to)s"), ""),
    "call_back": (gettext_lazy("Nobody took the call; it rings at %(to)s again"), ""),
    "call_consult": (gettext_lazy("%(by)s asked %(to)s while the caller waited"), ""),
    "call_park": (gettext_lazy("%(by)s put the call aside"), ""),
    "call_take": (gettext_lazy("%(to)s takes the call that was put aside"), ""),
    "call_joined": (gettext_lazy("All three spoke together, asked by %(by)s"), ""),
    "menu_key": (gettext_lazy("Pressed %(by)s in “%(to)s”: %(what)s"), ""),
    "recording_told": (gettext_lazy("Was told that the call is recorded"), ""),
    "recording_agreed": (gettext_lazy("Agreed to be recorded"), ""),
    "recording_declined": (gettext_lazy("Did not want to be recorded"), ""),
    "voicemail": (gettext_lazy("Left a voice message of %(wait)s"), ""),
    "voicemail_empty": (gettext_lazy("Hung up without leaving a message"), ""),
    "voicemail_failed": (gettext_lazy("The message could not be kept by our fault"), ""),
    "callback_wished": (gettext_lazy("Wishes to be called back and keeps the place"), ""),
    "call_found": (gettext_lazy("The caller is still on the line"), ""),
    "person": (gettext_lazy("This is %(to)s, said %(by)s"), gettext_lazy("Nobody is named as the writer")),
}
REASONS = {
    "fewest_open": gettext_lazy("fewest open"),
    "longest_idle": gettext_lazy("longest without an offer"),
    "only_one": gettext_lazy("the only one free"),
    "last_spoke": gettext_lazy("answered this customer last"),
    "overflow": gettext_lazy("helps out: it has waited long"),
}


def language_name(code: str) -> str:
    """The name of a language in the viewer's language; the code where it is unknown."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def reasons_text(reasons: list[str]) -> str:
    """Why a conversation is offered to just this person: `Lithuanian, fewest open`."""
    return ", ".join(filter(None, map(_reason, reasons)))


def _reason(reason: str) -> str:
    kind, _, language = reason.partition(":")
    if kind == "language":
        return language_name(language) if language else ""
    if kind == "language_fallback":
        if not language:
            return ""
        return gettext("nobody who speaks %(language)s is free") % {"language": language_name(language)}
    if kind == "skill":
        return language
    if kind == "skill_fallback":
        return gettext("nobody with %(skill)s is free") % {"skill": language}
    return str(REASONS.get(kind, ""))


def event_text(message: Message, now: datetime) -> str:
    """One event as a phrase."""
    detail: dict[str, Any] = message.detail
    names = {"to": detail.get("to", ""), "by": detail.get("by") or _author(message)}
    names["what"] = detail.get("what", "")
    names["wait"] = _spoken(detail.get("seconds", 0))
    if message.event == "prioritised":
        names["to"] = str(Priority(detail["to"]).label)
    if message.event == "offered":
        return _offered(names["to"], detail.get("reasons", []))
    if message.event in {"next_step", "came_back"}:
        return _step(message.event, detail, now)
    if message.event == "promise_broken":
        return _broken(detail.get("promise", ""))
    told, bare = EVENTS.get(message.event, (message.event, ""))
    wanted = "to" if message.event in {"person", "call_cut"} else "by"
    missing = bare and not (names[wanted] if "%(by)" in str(told) or wanted == "to" else True)
    text = str(bare or told) if missing else str(told)
    text = text % names
    if detail.get("not_asking"):
        reason = detail["not_asking"]
        return gettext("%(event)s. Not to be asked: %(reason)s") % {"event": text, "reason": reason}
    return text


def _spoken(seconds: float) -> str:
    """A wait or a talk, as minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _author(message: Message) -> str:
    return message.author.name if message.author else ""


def _offered(name: str, reasons: list[str]) -> str:
    if why := reasons_text(reasons):
        return gettext("Offered to %(to)s: %(why)s") % {"to": name, "why": why}
    return gettext("Offered to %(to)s") % {"to": name}


def _step(event: str, detail: dict[str, Any], now: datetime) -> str:
    what = detail.get("what", "")
    at = parse_datetime(detail.get("at", "")) if detail.get("at") else None
    if event == "came_back":
        return gettext("Back again: %(what)s") % {"what": what} if what else gettext("Back again")
    when = when_words(at, now) if at else ""
    if what:
        return gettext("Comes back %(when)s: %(what)s") % {"when": when, "what": what}
    return gettext("Comes back %(when)s") % {"when": when}


def _broken(promise: str) -> str:
    if promise == "resolution":
        return gettext("The promised solution is late")
    if promise == "next_response":
        return gettext("The promised next answer is late")
    return gettext("The promised first answer is late")
