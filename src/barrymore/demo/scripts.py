"""What the demo's guests write and its colleagues answer, without a database."""

import json
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ANSWERS = {
    "en": "Thank you for writing. We have taken care of it and will look in on you within the hour.",
    "lt": "Ačiū, kad parašėte. Pasirūpinome ir per valandą pas Jus užsuksime.",
    "ru": "Спасибо, что написали. Мы всё уладили и заглянем к вам в течение часа.",
    "de": "Danke für Ihre Nachricht. Wir haben uns darum gekümmert und schauen gleich vorbei.",
    "it": "Grazie per averci scritto. Ce ne siamo occupati e passeremo entro un'ora.",
    "et": "Aitäh, et kirjutasite. Hoolitsesime selle eest ja astume tunni jooksul läbi.",
    "fr": "Merci de votre message. Nous nous en sommes occupés et passerons dans l'heure.",
    "bg": "Благодарим, че ни писахте. Погрижихме се и ще наминем до час.",
}


@dataclass(frozen=True)
class Story:
    """A mail that a guest sends."""

    name: str
    language: str
    subject: str
    text: str
    queue: int
    answer: str


@cache
def scenes() -> list[dict[str, Any]]:
    """The stories that guests write about, with their answers, in several languages."""
    found: list[dict[str, Any]] = json.loads((Path(__file__).parent / "scenes.json").read_text("utf-8"))
    return found


def told_in(language: str, room: str, seed: random.Random, name: str) -> Story:
    """A story in a language."""
    told = [scene for scene in scenes() if language in scene["texts"]]
    scene = seed.choices(told, [scene["weight"] for scene in told])[0]
    subject, text, answer = (part.replace("{room}", room) for part in scene["texts"][language])
    return Story(name, language, subject, text, scene["queue"], answer)
