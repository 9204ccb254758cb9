"""Sounds that cannot be taken for one another, and whether one is in another."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
Samples = NDArray[np.float64]


def noise(seed: int, seconds: float) -> NDArray[np.int16]:
    """Noise of its own for each seed, as loud as speech, without what PCMU would distort."""
    made = np.random.default_rng(seed).normal(0, 1, int(RATE * seconds))
    smooth = np.convolve(made, np.ones(4) / 4, "same")
    return (smooth / np.abs(smooth).max() * 12000).astype(np.int16)


def as_pcmu(samples: NDArray[np.int16], target: Path) -> Path:
    """Raw PCMU (G.711 µ-law), as SIPp streams it."""
    value = samples.astype(np.int32)
    sign = np.where(value < 0, 0x80, 0)
    size = np.minimum(np.abs(value), 32635) + 132
    exponent = np.floor(np.log2(size)).astype(np.int32) - 7
    mantissa = (size >> (exponent + 3)) & 0x0F
    target.write_bytes((~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8).tobytes())
    return target


def likeness(heard: NDArray[np.int16], played: NDArray[np.int16]) -> float:
    """The best correlation of half a second of what was played with any place of what was heard."""
    piece: Samples = played[RATE : RATE + RATE // 2].astype(np.float64)
    whole: Samples = heard.astype(np.float64)
    if len(whole) < len(piece):
        return 0.0
    piece = piece - piece.mean()
    size = 1 << int(np.ceil(np.log2(len(whole) + len(piece))))
    products = np.fft.irfft(np.fft.rfft(whole, size) * np.conj(np.fft.rfft(piece, size)), size)
    lags = len(whole) - len(piece) + 1
    squares = np.cumsum(np.concatenate([[0.0], whole**2]))
    energy = squares[len(piece) :] - squares[: -len(piece)]
    loud = np.sqrt(np.maximum(energy[:lags], 1e6)) * np.sqrt((piece**2).sum())
    return float(np.max(products[:lags] / loud))


def anywhere(heard: NDArray[np.int16], played: NDArray[np.int16]) -> float:
    """As `likeness`, where it is not known which second of what was played was heard."""
    seconds = range(len(played) // RATE - 1)
    return max(likeness(heard, played[one * RATE :]) for one in seconds if len(played) > (one + 2) * RATE)


def sides_of(path: Path) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Left and right of a WAV."""
    with wave.open(str(path), "rb") as file:
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    return both[:, 0], both[:, 1]
