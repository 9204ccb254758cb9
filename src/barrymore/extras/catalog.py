"""The extras there are, and what each of them needs."""

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PROGRAM = HERE / "program.py"


@dataclass(frozen=True)
class Extra:
    """One extra; sizes are of its environment, without a model."""

    name: str
    about: str
    megabytes: int  # on the disk
    memory_megabytes: int  # more than its program may ever take
    needs_model: bool = False

    @property
    def requirements(self) -> Path:
        """What is installed, with hashes and without any address."""
        return HERE / "requirements" / f"{self.name}.txt"


EXTRAS = {
    one.name: one
    for one in (
        Extra("speech", "voice messages become words (faster-whisper)", 350, 6144, needs_model=True),
        Extra("presence", "whether a face is in a photo, nothing more (OpenCV)", 220, 2048),
    )
}


class NoSuchExtra(ValueError):
    """There is none of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is none of {', '.join(EXTRAS)}")


def extra_named(name: str) -> Extra:
    """One extra. Raises NoSuchExtra."""
    if name not in EXTRAS:
        raise NoSuchExtra(name)
    return EXTRAS[name]
