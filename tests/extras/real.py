"""The real extras that `make test` installs (scripts/test-extras), and what they hear and see."""

import os
import re
import subprocess
import wave
from pathlib import Path

import pytest
from django.conf import settings

from barrymore.extras.catalog import EXTRAS
from barrymore.extras.environment import is_current, python_of

HERE = Path(os.environ.get("BARRYMORE_EXTRAS", Path(__file__).parents[2] / "var" / "extras")).resolve()
SAMPLES = HERE / "samples"
# Ten seconds, read aloud by a person.
BECKETT = SAMPLES / "moonshine_onnx" / "assets" / "beckett.wav"
SPOKEN = "ever tried ever failed no matter try again fail again fail better".split()
PICTURES = SAMPLES / "skimage" / "data"
FACE = PICTURES / "astronaut.png"


def point_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the product use the real extras."""
    monkeypatch.setattr(settings, "EXTRAS_ROOT", HERE)
    monkeypatch.setattr(settings, "SPEECH_MODEL", "tiny.en")
    if not (all(map(is_current, EXTRAS.values())) and (SAMPLES / "lock").exists()):
        pytest.fail("`make test` (scripts/test-extras) installs what this test needs")


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def word_errors(said: list[str], heard: list[str]) -> int:
    """Insertions, deletions and substitutions between two lists of words (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for i, one in enumerate(said, 1):
        above, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (one != other))
    return row[-1]


def sound(target: Path, frames: bytes, rate: int = 16_000) -> Path:
    """A WAV of one channel with 16 bits."""
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(frames)
    return target


TO_WEBM = """
import av, sys
with av.open(sys.argv[1]) as told, av.open(sys.argv[2], "w", format="webm") as kept:
    stream = kept.add_stream("libopus", rate=48000)
    resampler = av.AudioResampler(format="s16", layout="mono", rate=48000)
    for frame in [*told.decode(audio=0), None]:
        for part in resampler.resample(frame):
            kept.mux(stream.encode(part))
    kept.mux(stream.encode(None))
"""


def as_webm(source: Path, target: Path) -> Path:
    """The same sound as browsers record it: Opus in WebM."""
    subprocess.run([python_of(EXTRAS["speech"]), "-c", TO_WEBM, source, target], check=True)
    return target
