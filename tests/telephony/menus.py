"""Prompts for the tests."""

import numpy as np

from barrymore.telephony.menu_models import Prompt
from barrymore.telephony.menus import prompts, sounds


def tone(seconds: float, pitch: float = 440.0) -> bytes:
    """A WAV with a tone."""
    at = np.arange(int(sounds.RATE * seconds)) / sounds.RATE
    return sounds.as_wav((np.sin(2 * np.pi * pitch * at) * 9000).astype(np.int16))


def prompt(name: str, seconds: float = 0.5, language: str = "en", purpose: str = "") -> Prompt:
    """An uploaded prompt."""
    return prompts.save_prompt(
        None, None, name=name, language=language, purpose=purpose, text="", upload=tone(seconds)
    )
