"""Suggest a contact reason and a product area from the words of an arrival."""

import re
from collections.abc import Iterable
from typing import TypeVar

from barrymore.conversations.models import ProductArea, Reason
from barrymore.organisation.kept import Kept

T = TypeVar("T", Reason, ProductArea)
active_reasons: Kept[list[Reason]] = Kept(lambda: list(Reason.objects.filter(is_active=True)))
active_areas: Kept[list[ProductArea]] = Kept(lambda: list(ProductArea.objects.filter(is_active=True)))
WORD = re.compile(r"\w+", re.UNICODE)


def suggest(text: str) -> tuple[Reason | None, ProductArea | None]:
    """The active reason and area whose listed words (or beginnings of words) occur most often."""
    words = [word.casefold() for word in WORD.findall(text[:4000])]
    return _best(active_reasons(), words), _best(active_areas(), words)


def _best(choices: Iterable[T], words: list[str]) -> T | None:
    scored = [(_hits(choice.words, words), -choice.pk, choice) for choice in choices]
    best = max(scored, key=lambda item: item[:2], default=None)
    return best[2] if best and best[0] else None


def _hits(listed: str, words: list[str]) -> int:
    beginnings = tuple(line.strip().casefold() for line in listed.splitlines() if line.strip())
    return sum(word.startswith(beginnings) for word in words) if beginnings else 0
