"""Suggest a contact reason and a product area from the words of an arrival."""

import re
from collections.abc import Iterable
from typing import TypeVar

from barrymore.conversations.models import ProductArea, Reason

T = TypeVar("T", Reason, ProductArea)
WORD = re.compile(r"\w+", re.UNICODE)


def suggest(text: str) -> tuple[Reason | None, ProductArea | None]:
    """The active reason and area whose listed words (or beginnings of words) occur most often."""
    words = [word.casefold() for word in WORD.findall(text[:4000])]
    reasons = list(Reason.objects.filter(is_active=True))
    areas = list(ProductArea.objects.filter(is_active=True))
    return _best(reasons, words), _best(areas, words)


def _best(choices: Iterable[T], words: list[str]) -> T | None:
    scored = [(_hits(choice.words, words), -choice.pk, choice) for choice in choices]
    best = max(scored, key=lambda item: item[:2], default=None)
    return best[2] if best and best[0] else None


def _hits(listed: str, words: list[str]) -> int:
    beginnings = tuple(line.strip().casefold() for line in listed.splitlines() if line.strip())
    return sum(word.startswith(beginnings) for word in words) if beginnings else 0
