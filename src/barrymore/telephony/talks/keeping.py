"""Who speaks with whom, kept as it begins and ends; and whether it is recorded."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from barrymore.conversations import recordings
from barrymore.conversations.models import CallRecording
from barrymore.conversations.recordings import NotRecorded
from barrymore.conversations.services import refs_of
from barrymore.journal.moment import now
from barrymore.journal.services import record
from barrymore.organisation.models import Staff
from barrymore.routing.selectors import queue_ref_of
from barrymore.telephony.models import Call
from barrymore.telephony.talks.models import Talk

Consent, Kind = Call.Consent, Talk.Kind
ANSWERS = {Consent.TOLD: "", Consent.AGREED: "yes", Consent.DECLINED: "no"}
WITH_CUSTOMER = (Kind.CUSTOMER, Kind.TOGETHER)


def begin_talk(
    call: Call, staff: Staff | None, leg: str, at: datetime, *, kind: str = Kind.CUSTOMER, number: str = ""
) -> Talk:
    """From now on this person is on the line; what they did on it before has ended."""
    end_talks(call, at, leg=leg)
    return Talk.objects.create(call=call, staff=staff, leg=leg, kind=kind, number=number, began_at=at)


def end_talks(call: Call, at: datetime, **of: object) -> int:
    """All that lasts of a call, or that of one leg, has ended; each with its fact."""
    count = 0
    for talk in open_talks(call, **of):
        # A clock that was set back makes no talk negative.
        talk.ended_at = max(at, talk.began_at)
        if not Talk.objects.filter(pk=talk.pk, ended_at=None).update(ended_at=talk.ended_at):
            continue
        count += 1
        if call.conversation is not None:
            refs = refs_of(call.conversation, queue=queue_ref_of(call.conversation), staff_ref=talk.staff_id)
            refs["values"] = {"talk_seconds": round(talk.seconds, 3)}
            refs["dims"] = {"with": talk.kind}
            record("call.talked", f"talk:{talk.pk}:talked", **refs)
    return count


def open_talks(call: Call, **of: object) -> QuerySet[Talk]:
    """Those that last."""
    return Talk.objects.filter(call=call, ended_at=None, **of).select_related("staff", "recording")


def talked_seconds(call: Call) -> float:
    """How long the customer was spoken with, each moment once however many spoke."""
    spans = sorted(
        (talk.began_at, talk.ended_at)
        for talk in Talk.objects.filter(call=call, kind__in=WITH_CUSTOMER)
        if talk.ended_at
    )
    if not spans:
        return call.talk_seconds
    total, reached = 0.0, spans[0][0]
    for began, ended in spans:
        if ended > reached:
            total += (ended - max(began, reached)).total_seconds()
            reached = ended
    return total


def record_talk(call: Call, talk: Talk) -> CallRecording | None:
    """The recording of this talk, begun where the rule and the caller allow it; else None.

    Without having been told nobody is recorded. Who declined is counted, once a call.
    """
    conversation = call.conversation
    if call.recording == Consent.NOT_TOLD or conversation is None:
        return None
    is_first = not Talk.objects.filter(call=call, pk__lt=talk.pk, kind__in=WITH_CUSTOMER).exists()
    before = Talk.objects.filter(call=call, recording__isnull=False).exists()
    key = f"call:{call.pk}" if call.recording == Consent.DECLINED else f"call:{call.pk}:{talk.pk}"
    with transaction.atomic():
        try:
            made = recordings.begin(
                conversation,
                key,
                queue=queue_ref_of(conversation),
                staff=talk.staff,
                answer=ANSWERS[Consent(call.recording)],
                is_drawn=None if is_first else before,
            )
        except (NotRecorded, IntegrityError):
            # A second `declined` of one call is refused by its key.
            return None
        Talk.objects.filter(pk=talk.pk).update(recording=made)
    return made


def running(call: Call) -> CallRecording | None:
    """The recording that runs or is paused on a call at this moment."""
    states = [CallRecording.State.RUNNING, CallRecording.State.PAUSED]
    talk = open_talks(call, recording__state__in=states).first()
    return talk.recording if talk else None


def unfetched(node_ref: int) -> QuerySet[Talk]:
    """Talks whose sound lies on the node still."""
    states = [CallRecording.State.RUNNING, CallRecording.State.PAUSED]
    found = Talk.objects.filter(recording__state__in=states, ended_at__lte=now(), call__node=node_ref)
    return found.select_related("recording__conversation").order_by("ended_at")
