"""Sound that can be told apart, and whether a recording holds it."""

import wave
from pathlib import Path

import numpy as np

from barrymore.telephony.configuring.music import ulaw

RATE, SECONDS = 8000, 8
WINDOW = RATE  # compared at a time


def hiss(seed: int) -> np.ndarray:
    """Noise of the telephone's band, another for each seed, in samples of 16 bit."""
    raw = np.fft.rfft(np.random.default_rng(seed).normal(size=RATE * SECONDS))
    frequency = np.fft.rfftfreq(RATE * SECONDS, 1 / RATE)
    raw[(frequency < 400) | (frequency > 3000)] = 0
    sound = np.fft.irfft(raw)
    return np.asarray(sound / np.abs(sound).max() * 12_000, dtype=np.int16)


def write_played(path: Path, sound: np.ndarray) -> None:
    """As SIPp plays it."""
    path.write_bytes(bytes(ulaw(int(sample)) for sample in sound))


def likeness(recorded: Path, played: np.ndarray) -> float:
    """The best normalised correlation of a second from the middle with what was played in a loop."""
    with wave.open(str(recorded)) as file:
        heard = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(float)
    if len(heard) < WINDOW:
        return 0.0
    start = (len(heard) - WINDOW) // 2
    part = heard[start : start + WINDOW] - heard[start : start + WINDOW].mean()
    if not part.any():
        return 0.0
    loop = np.concatenate([played, played[:WINDOW]]).astype(float)
    size = 1 << int(np.ceil(np.log2(len(loop) + WINDOW)))
    product = np.fft.irfft(np.fft.rfft(loop, size) * np.conj(np.fft.rfft(part, size)), size)
    energy = np.cumsum(np.concatenate([[0.0], loop**2]))
    local = np.sqrt(energy[WINDOW:] - energy[:-WINDOW])
    return float(np.abs(product[: len(local)] / (local * np.linalg.norm(part) + 1e-9)).max())
