"""The machine that records at one node: started on the caller's line, paused, stopped."""

from typing import TYPE_CHECKING

from barrymore.conversations import recordings
from barrymore.conversations.models import CallRecording
from barrymore.telephony.models import Call
from barrymore.telephony.talks.keeping import record_talk, running
from barrymore.telephony.talks.models import Talk

if TYPE_CHECKING:
    from barrymore.telephony.hand import Hand

# From its folder `monitor` to the one of which ARI hands out files.
FOLDER = "../recording"


def file_of(recording: CallRecording) -> str:
    """The name of both files on the node, without their `-rx` (the customer) and `-tx` (our side)."""
    return "bm-" + recording.key.replace(":", "-")


def start(hand: "Hand", call: Call, talk: Talk) -> None:
    """Record the talk, where that is allowed."""
    made = record_talk(call, talk)
    if made is None:
        return
    base = f"{FOLDER}/{file_of(made)}"
    # In step (S): without it a side that is silent would be shorter.
    hand.say("MixMonitor", Channel=call.channel, File="", options=f"Sr({base}-rx.wav)t({base}-tx.wav)")


def stop(hand: "Hand", call: Call) -> None:
    """Nothing more is recorded of the caller for now; the files are closed."""
    hand.say("StopMixMonitor", Channel=call.channel)


def pause(hand: "Hand", call: Call, *, on: bool) -> bool:
    """Silence instead of sound on both sides, as while card data are said. False where that is so already."""
    found = running(call)
    if found is None:
        return False
    hand.say("MixMonitorMute", Channel=call.channel, Direction="both", State="1" if on else "0")
    return recordings.pause(found) if on else recordings.resume(found)
