"""Sound for callers: 8 kHz, one channel, 16 bits; from a file that somebody has uploaded, or spoken here.

Files from outside are read by us where they are plain WAV. Anything else goes to ffmpeg or sox, where one is
installed, in a process of its own with a limit of time, told what format to expect so that it guesses none.
"""

import io
import math
import shutil
import subprocess
import tempfile
import wave
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray
from scipy.signal import resample_poly

RATE = 8000
LARGEST = 10 * 1024 * 1024
LONGEST_SECONDS, SHORTEST_SECONDS = 180.0, 0.2
PROCESS_SECONDS = 30.0
WIDTHS = {1: "u1", 2: "<i2", 4: "<i4"}
# First bytes, and what ffmpeg and sox call it.
FORMATS = {
    b"RIFF": "wav",
    b"ID3": "mp3",
    b"\xff\xfb": "mp3",
    b"\xff\xf3": "mp3",
    b"OggS": "ogg",
    b"fLaC": "flac",
}
LOUDEST = 20000
Samples: TypeAlias = NDArray[np.int16]


class NoSound(ValueError):
    """It cannot be said to a caller; the text says what to do."""


def read_sound(data: bytes) -> Samples:
    """The samples of an uploaded file. Raises NoSound."""
    if len(data) > LARGEST:
        raise NoSound(_("At most %(n)s MB: send a shorter one.") % {"n": LARGEST // 1024 // 1024})
    kind = next((name for start, name in FORMATS.items() if data.startswith(start)), "")
    if not kind:
        raise NoSound(_("This is no sound that we know: send WAV or MP3."))
    found = _plain_wav(data) if kind == "wav" else None
    return checked(_by_program(data, kind) if found is None else found)


def checked(samples: Samples) -> Samples:
    """Neither nothing nor a lecture. Raises NoSound."""
    seconds = len(samples) / RATE
    if seconds < SHORTEST_SECONDS:
        raise NoSound(_("There is no sound in it."))
    if seconds > LONGEST_SECONDS:
        raise NoSound(
            _("Longer than %(n)s minutes: nobody listens so long.") % {"n": int(LONGEST_SECONDS // 60)}
        )
    return samples


def _plain_wav(data: bytes) -> Samples | None:
    """None where it is a WAV of a kind that others must read."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            if not (1 <= channels <= 2 and width in WIDTHS and RATE <= rate <= 192_000):
                return None
            # One second more than may be, so that too long a one is told.
            raw = file.readframes(int((LONGEST_SECONDS + 1) * rate))
    except (wave.Error, EOFError, ValueError, ZeroDivisionError):
        return None
    whole = len(raw) // (width * channels) * width * channels
    values = np.frombuffer(raw[:whole], WIDTHS[width]).astype(np.float64)
    values = (values - 128) * 256 if width == 1 else values / 2.0 ** (8 * (width - 2))
    return resampled(values.reshape(-1, channels).mean(axis=1), rate)


def resampled(values: NDArray[Any], rate: int) -> Samples:
    """At 8,000 samples a second."""
    if not len(values):
        return np.zeros(0, np.int16)
    if rate != RATE:
        shared = math.gcd(rate, RATE)
        values = resample_poly(values, RATE // shared, rate // shared)
    return np.clip(np.round(values), -32768, 32767).astype(np.int16)


def _by_program(data: bytes, kind: str) -> Samples:
    with tempfile.TemporaryDirectory(prefix="sound") as folder:
        path = Path(folder) / "in"
        path.write_bytes(data)
        for command in _commands(path, kind):
            told = run(command)
            if told:
                return np.frombuffer(told[: len(told) // 2 * 2], "<i2").astype(np.int16)
    if not any(map(shutil.which, ("ffmpeg", "sox"))):
        raise NoSound(_("Only plain WAV can be read here: install ffmpeg or sox for others, or send a WAV."))
    raise NoSound(_("This sound cannot be read: send a plain WAV of 16 bits."))


def _commands(path: Path, kind: str) -> list[list[str]]:
    limit = str(int(LONGEST_SECONDS) + 1)
    return [
        ["ffmpeg", "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe", "-f", kind, "-i", str(path),
         "-t", limit, "-vn", "-ar", str(RATE), "-ac", "1", "-f", "s16le", "-"],
        ["sox", "-t", kind, str(path), "-t", "raw", "-r", str(RATE), "-c", "1", "-b", "16", "-e", "signed",
         "-L", "-", "trim", "0", limit],
    ]  # fmt: skip


def run(command: list[str], told: bytes = b"") -> bytes:
    """What a program gives; nothing where it is not installed, fails, or takes too long."""
    if shutil.which(command[0]) is None:
        return b""
    try:
        done = subprocess.run(command, input=told, capture_output=True, timeout=PROCESS_SECONDS, check=True)
    except (subprocess.SubprocessError, OSError):
        return b""
    return done.stdout


def can_speak() -> bool:
    """Whether a voice is installed."""
    return shutil.which("espeak-ng") is not None


@lru_cache(maxsize=1)
def voices() -> frozenset[str]:
    """The languages that the voice knows; empty without a voice."""
    told = run(["espeak-ng", "--voices"]).decode("utf-8", "replace").splitlines()[1:]
    return frozenset(line.split()[1].partition("-")[0] for line in told if len(line.split()) > 1)


def speak(text: str, language: str) -> Samples:
    """Words as sound, by espeak-ng on this machine. Raises NoSound."""
    spoken = " ".join(text.split())
    if not spoken:
        raise NoSound(_("Write what shall be said."))
    if not can_speak():
        raise NoSound(_("No voice is installed: install espeak-ng, or upload a sound."))
    if language not in voices():
        raise NoSound(
            _("The voice does not know the language %(code)s: upload a sound.") % {"code": language}
        )
    return checked(_spoken(spoken, language))


@lru_cache(maxsize=512)
def _spoken(text: str, language: str) -> Samples:
    with tempfile.TemporaryDirectory(prefix="voice") as folder:
        path = Path(folder) / "out.wav"
        # The words go in by standard input: none of them is ever taken for an option.
        run(["espeak-ng", "-v", language, "-s", "150", "-w", str(path), "--stdin"], text.encode())
        found = _plain_wav(path.read_bytes()) if path.exists() else None
    if found is None or not len(found):
        raise NoSound(_("The voice could not say it."))
    peak = max(int(np.abs(found.astype(np.int32)).max()), 1)
    return np.clip(found.astype(np.float64) * (LOUDEST / peak), -32768, 32767).astype(np.int16)


def as_wav(samples: Samples) -> bytes:
    """A file that every browser plays."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()


def beep() -> Samples:
    """The tone after which one speaks."""
    at = np.arange(int(RATE * 0.25)) / RATE
    return (np.sin(2 * np.pi * 880 * at) * 8000 * np.minimum(1.0, (0.25 - at) * 40)).astype(np.int16)
