"""What the settings page tells of each extra: whether it is there, what it does and not, how much waits."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext as _

from barrymore.extras.catalog import EXTRAS
from barrymore.extras.environment import is_current, is_installed, model_of
from barrymore.feedback.faces import Faces
from barrymore.feedback.models import FaceLook, MachineReading, Transcript
from barrymore.feedback.voices import Voices


@dataclass(frozen=True)
class Told:
    """One extra as a person reads it."""

    name: str
    title: str
    is_on: bool
    is_ready: bool  # installed, with its model
    state: str
    model: str  # the folder of the model, or the last model that has read something
    command: str  # to install it; empty where nothing is to be done
    does: str
    does_not: str
    waiting: int
    done: int
    not_read: int
    error: str
    error_at: datetime | None


def told_of(kept: MachineReading) -> list[Told]:
    """Both."""
    return [_speech(kept), _presence(kept)]


def _state(name: str) -> str:
    extra = EXTRAS[name]
    if not is_installed(extra):
        return _("not installed")
    if model_of(extra) is None:
        return _("installed, without a model")
    return _("installed") if is_current(extra) else _("installed by an earlier version")


def _is_ready(name: str) -> bool:
    return is_installed(EXTRAS[name]) and model_of(EXTRAS[name]) is not None


def _command(name: str) -> str:
    return "" if is_current(EXTRAS[name]) else f"barrymore extras install {name}"


def _speech(kept: MachineReading) -> Told:
    rows = Transcript.objects.values("state").annotate(n=Count("pk")).order_by()
    counts = {row["state"]: row["n"] for row in rows}
    folder = model_of(EXTRAS["speech"])
    return Told(
        name="speech",
        title=_("Voice messages"),
        is_on=kept.speech_on,
        is_ready=_is_ready("speech"),
        state=_state("speech"),
        model=folder.name if folder else "",
        command=_command("speech"),
        does=_("Writes down what was said, on this machine, with the name of the model and how sure it was."),
        does_not=_(
            "It mishears: names, dialects and noise most of all. It does not know who speaks, "
            "and guesses no feelings."
        ),
        waiting=Voices().waiting().count(),
        done=counts.get("done", 0),
        not_read=counts.get("unreadable", 0),
        error=kept.speech_error,
        error_at=kept.speech_error_at,
    )


def _presence(kept: MachineReading) -> Told:
    rows = FaceLook.objects.values("found").annotate(n=Count("pk")).order_by()
    counts = {row["found"]: row["n"] for row in rows}
    last = FaceLook.objects.exclude(model="").order_by("-pk").values_list("model", flat=True).first()
    return Told(
        name="presence",
        title=_("Photos"),
        is_on=kept.presence_on,
        is_ready=_is_ready("presence"),
        state=_state("presence"),
        model=last or "",
        command=_command("presence"),
        does=_(
            "Says whether a face is in a photo that was sent as it is: yes or no, and nothing else is kept."
        ),
        does_not=_(
            "A printed photo of a face passes. It knows nobody, guesses neither age nor feelings, "
            "does not look at blurred photos, and never makes an answer invalid."
        ),
        waiting=Faces().waiting().count(),
        done=counts.get("yes", 0) + counts.get("no", 0),
        not_read=counts.get("not", 0),
        error=kept.presence_error,
        error_at=kept.presence_error_at,
    )
