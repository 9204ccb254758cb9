"""Both sides of a call as one WAV, any part of it at once: left the customer, right our side."""

import struct
from collections.abc import Iterator

import numpy as np

from barrymore.conversations.recording_models import CallRecording
from barrymore.conversations.recordings import WIDTH, side_of
from barrymore.conversations.sealed_files import SealedFile

HEAD = 44
FRAME = 2 * WIDTH
AT_ONCE = 16_384


class Stereo:
    """A file that is made while it is read."""

    def __init__(self, recording: CallRecording) -> None:
        self.rate = recording.rate
        self.sides = [side_of(recording, name) for name in ("customer", "agent")]
        self.frames = max(recording.customer_frames, recording.agent_frames)

    @property
    def size(self) -> int:
        """In bytes, with the head."""
        return HEAD + self.frames * FRAME

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from `start` to before `stop`. Raises FileBroken, FileNotFoundError."""
        stop = min(stop, self.size)
        if start < HEAD:
            yield self._head()[start:stop]
        at, end = max(start, HEAD) - HEAD, stop - HEAD
        while at < end:
            first = at // FRAME
            last = min(first + AT_ONCE, -(-end // FRAME))
            woven = self._woven(first, last)
            yield woven[at - first * FRAME : end - first * FRAME]
            at = last * FRAME

    def _woven(self, first: int, last: int) -> bytes:
        both = np.zeros((last - first, 2), "<i2")
        for channel, side in enumerate(self.sides):
            samples = _samples(side, first, last)
            both[: len(samples), channel] = samples
        return both.tobytes()

    def _head(self) -> bytes:
        data = self.frames * FRAME
        form = struct.pack("<IHHIIHH", 16, 1, 2, self.rate, self.rate * FRAME, FRAME, 8 * WIDTH)
        return (
            b"RIFF"
            + struct.pack("<I", HEAD - 8 + data)
            + b"WAVEfmt "
            + form
            + b"data"
            + struct.pack("<I", data)
        )


def _samples(side: SealedFile, first: int, last: int) -> np.ndarray:
    return np.frombuffer(b"".join(side.read(first * WIDTH, last * WIDTH)), "<i2")
