"""When each round last ran in this process, and how often it failed."""

import time
from dataclasses import dataclass, field

# A round may be busy for minutes with a slow mail server; one that is silent for longer hangs.
PATIENCE_SECONDS = 300.0


@dataclass
class Pulse:
    """One round; times are of this process's monotonic clock, in seconds."""

    every_seconds: float
    ran_at: float = field(default_factory=time.monotonic)
    failures: int = 0

    @property
    def silent_seconds(self) -> float:
        """How long ago it last came to its end, well or not."""
        return time.monotonic() - self.ran_at

    @property
    def hangs(self) -> bool:
        """Whether it should have come round again long ago."""
        return self.silent_seconds > max(PATIENCE_SECONDS, 3 * self.every_seconds)


pulses: dict[str, Pulse] = {}


def note_start(name: str, every_seconds: float) -> None:
    """The round is begun in this process."""
    pulses[name] = Pulse(every_seconds)


def note_end(name: str, *, failed: bool = False) -> None:
    """The round has come to its end once more."""
    if pulse := pulses.get(name):
        pulse.ran_at = time.monotonic()
        pulse.failures += failed
