"""What is told of a call that lasts: who speaks, what is under way, whether it is recorded."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q

from barrymore.conversations.models import CallRecording
from barrymore.journal.moment import now
from barrymore.organisation.models import Staff
from barrymore.routing.models import Presence, Queue
from barrymore.telephony.models import Call, Extension, Listening
from barrymore.telephony.selectors import call_told
from barrymore.telephony.talks import listening
from barrymore.telephony.talks.keeping import running
from barrymore.telephony.talks.models import Order, Passing, Talk
from barrymore.telephony.talks.passing import TAKES, CannotPass, open_passing

FAULTS_SHOWN = timedelta(seconds=20)
MOST_NAMES = 200
IN_BRACKETS = re.compile(r"\(([0-9]{2,6})\)\s*$")


@dataclass(frozen=True)
class Standing:
    """A call that lasts, for the person who looks."""

    call: Call
    passing: Passing | None
    recording: CallRecording | None
    talks: list[Talk]
    listenings: list[Listening]
    is_mine: bool
    fault: str

    @property
    def mark(self) -> str:
        """Another one as soon as something else is to be shown; until then whatever is typed stays."""
        passing, recording = self.passing, self.recording
        parts = [
            self.call.pk,
            self.call.state,
            self.call.staff_id,
            f"{passing.pk}{passing.state}" if passing else "",
            recording.state if recording else "",
            *(one.pk for one in self.listenings),
            len(self.talks),
            self.fault,
        ]
        return "-".join(map(str, parts))

    @property
    def can_pass(self) -> bool:
        """Whether the person may pass the caller on now."""
        return self.is_mine and self.passing is None and self.call.state == Call.State.TALKING


def live_call(**of: object) -> Call | None:
    """The newest call of these that lasts."""
    found = Call.objects.filter(**of).exclude(state=Call.State.ENDED)
    return found.select_related("conversation__placement__queue", "staff", "number").order_by("-pk").first()


def own_call(staff: Staff) -> Call | None:
    """The call that rings or speaks at a person, or into which they were asked."""
    at_them = Q(staff=staff, state__in=[Call.State.RINGING, Call.State.TALKING])
    asked = Q(passings__to=staff, passings__ended_at=None)
    found = Call.objects.filter(at_them | asked).exclude(state=Call.State.ENDED)
    return found.select_related("conversation__placement__queue", "staff", "number").order_by("-pk").first()


def standing_of(call: Call, staff: Staff) -> Standing:
    """Everything that a card shows."""
    late = Order.objects.filter(call=call, staff=staff, made_at__gt=now() - FAULTS_SHOWN)
    last = late.order_by("-pk").first()
    return Standing(
        call=call,
        passing=open_passing(call.pk),
        recording=running(call),
        talks=list(Talk.objects.filter(call=call).select_related("staff")),
        listenings=list(listening.open_listenings(call)),
        is_mine=call.staff_id == staff.pk and call.state == Call.State.TALKING,
        fault=last.fault if last else "",
    )


def who_can_be_asked(but: Staff) -> list[tuple[str, str]]:
    """Names with extensions of those whose telephone is there and free, as they are typed."""
    free = Presence.objects.filter(state__in=TAKES, engaged_since=None).values("staff")
    found = Extension.objects.filter(
        staff__in=free, is_active=True, registrations__isnull=False, staff__is_active=True
    ).exclude(staff=but)
    names = {one.number: one.staff.name for one in found.select_related("staff")[:MOST_NAMES]}
    return sorted(((f"{name} ({number})", name) for number, name in names.items()), key=lambda pair: pair[1])


def queues_to_pass_to() -> list[Queue]:
    """The queues that are in use."""
    return list(Queue.objects.filter(is_active=True).order_by("name")[:MOST_NAMES])


def whom(text: str) -> dict[str, Any]:
    """Who or what was typed: a name, `Name (202)`, an extension, or a queue. Raises CannotPass."""
    typed = text.strip()
    bracketed = IN_BRACKETS.search(typed)
    digits = bracketed[1] if bracketed else typed
    if digits.isascii() and digits.isdigit():
        extension = Extension.objects.filter(number=digits, is_active=True).select_related("staff").first()
        if extension is not None:
            return {"to": extension.staff}
        raise CannotPass("nobody")
    queue = Queue.objects.filter(name__iexact=typed, is_active=True).first()
    if queue is not None:
        return {"queue": queue}
    people = Staff.objects.filter(name__iexact=typed, is_active=True, extensions__is_active=True).distinct()
    found = list(people[:2])
    if len(found) != 1:
        raise CannotPass("several" if found else "nobody")
    return {"to": found[0]}


def told(call: Call, staff: Staff) -> dict[str, Any]:
    """A call for programs, with who spoke and what is under way."""
    found = standing_of(call, staff)
    return {
        **call_told(call),
        "consent": call.recording,
        "recording": found.recording.state if found.recording else "",
        "passing": _passing_told(found.passing) if found.passing else None,
        "talks": [
            {
                "staff": one.staff_id,
                "number": one.number,
                "with": one.kind,
                "began_at": one.began_at.isoformat(),
                "ended_at": one.ended_at.isoformat() if one.ended_at else None,
            }
            for one in found.talks
        ],
        "refused": found.fault,
    }


def _passing_told(passing: Passing) -> dict[str, Any]:
    return {
        "kind": passing.kind,
        "state": passing.state,
        "by": passing.by_id,
        "to": passing.to_id,
        "since": passing.asked_at.isoformat(),
    }
