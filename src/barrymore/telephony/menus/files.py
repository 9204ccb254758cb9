"""The sounds as files beside the configuration, in the codecs of the trunks: no call converts any."""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from barrymore.telephony.configuring.music import alaw, ulaw
from barrymore.telephony.menus.phrases import Sounds

FOLDER = "prompts"


@cache
def _tables() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    every = range(-32768, 32768)
    return np.array([ulaw(one) for one in every], np.uint8), np.array([alaw(one) for one in every], np.uint8)


def write_sounds(folder: Path, sounds: Sounds) -> int:
    """Write each file whole or not at all, take away what is no longer said; returns how many there are."""
    folder.mkdir(exist_ok=True)
    wanted = set()
    for name, samples in sounds.files.items():
        places = samples.astype(np.int32) + 32768
        for ending, table in zip(("ulaw", "alaw"), _tables(), strict=True):
            wanted.add(f"{name}.{ending}")
            _write(folder / f"{name}.{ending}", table[places].tobytes())
        wanted.add(f"{name}.sln")
        _write(folder / f"{name}.sln", samples.astype("<i2").tobytes())
    for path in folder.iterdir():
        if path.is_file() and path.name not in wanted:
            path.unlink()
    return len(sounds.files)


def _write(path: Path, data: bytes) -> None:
    if path.exists() and path.stat().st_size == len(data) and path.read_bytes() == data:
        return
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(data)
    fresh.replace(path)
