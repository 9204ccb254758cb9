"""Music that belongs to nobody: a slow arpeggio, made here, in both codecs of the trunks."""

import math
import struct
from functools import cache

RATE = 8000
CHORDS = ((220.0, 261.63, 329.63, 440.0), (174.61, 220.0, 261.63, 349.23), (196.0, 246.94, 293.66, 392.0))
ORDER = (0, 1, 2, 3, 2, 1)
NOTE_SECONDS = 0.55
ROUNDS = 2
LOUDNESS = 0.11
BIAS, CLIP = 0x84, 32635


@cache
def files() -> dict[str, bytes]:
    """File name to bytes; who puts other music into the folder hears that instead."""
    samples = _melody()
    return {
        "waiting.ulaw": bytes(map(ulaw, samples)),
        "waiting.alaw": bytes(map(alaw, samples)),
        "waiting.sln": struct.pack(f"<{len(samples)}h", *samples),
    }


def _melody() -> list[int]:
    length = int(RATE * NOTE_SECONDS)
    notes = [chord[step] for _ in range(ROUNDS) for chord in CHORDS for step in ORDER]
    samples: list[int] = []
    before = 0.0
    for frequency in notes:
        for place in range(length):
            at = place / RATE
            # The note before dies away under the new one, so that nothing clicks.
            tone = math.sin(2 * math.pi * frequency * at) * math.exp(-2.2 * at) * min(1.0, at * 60)
            tail = math.sin(2 * math.pi * before * (at + NOTE_SECONDS)) * math.exp(-2.2 * (at + NOTE_SECONDS))
            samples.append(int(32767 * LOUDNESS * (tone + tail * max(0.0, 1 - at * 4))))
        before = frequency
    return samples


def ulaw(sample: int) -> int:
    """One sample of 16 bit as ITU-T G.711 mu-law."""
    sign = 0x80 if sample < 0 else 0
    value = min(abs(sample), CLIP) + BIAS
    exponent = value.bit_length() - 8
    return ~(sign | (exponent << 4) | ((value >> (exponent + 3)) & 0x0F)) & 0xFF


def alaw(sample: int) -> int:
    """One sample of 16 bit as ITU-T G.711 A-law."""
    sign = 0x80 if sample >= 0 else 0
    value = min(sample if sample >= 0 else -sample - 1, CLIP) >> 3
    exponent = max(value.bit_length() - 5, 0)
    mantissa = (value >> max(exponent, 1)) & 0x0F
    return (sign | (exponent << 4) | mantissa) ^ 0x55
