"""How a text is cut into messages and how many parts each costs (3GPP TS 23.038)."""

import re

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# These take two places each.
GSM_EXTENDED = frozenset("^{}\\[~]|€\f")
SINGLE_GSM, PART_GSM = 160, 153
SINGLE_UNICODE, PART_UNICODE = 70, 67
# Gateways join at most ten parts to one message.
MOST_PARTS = 10


def is_gsm(text: str) -> bool:
    """Whether every sign stands in the short alphabet."""
    return all(sign in GSM or sign in GSM_EXTENDED for sign in text)


def places(text: str) -> int:
    """How many places a text takes in its alphabet; beyond the short one, signs of UTF-16."""
    if is_gsm(text):
        return sum(2 if sign in GSM_EXTENDED else 1 for sign in text)
    return len(text.encode("utf-16-be")) // 2


def parts(text: str) -> int:
    """Of how many parts one message consists."""
    single, part = (SINGLE_GSM, PART_GSM) if is_gsm(text) else (SINGLE_UNICODE, PART_UNICODE)
    taken = places(text)
    return 1 if taken <= single else -(-taken // part)


def messages(text: str) -> list[str]:
    """A text as one message, or as several of at most MOST_PARTS parts, broken between words."""
    most = MOST_PARTS * (PART_GSM if is_gsm(text) else PART_UNICODE)
    if places(text) <= most:
        return [text]
    found, rest = [""], re.findall(r"\S+\s*|\s+", text)
    for word in rest:
        for piece in _pieces(word, most):
            if places(found[-1] + piece) > most:
                found.append("")
            found[-1] += piece
    return [one.strip() for one in found if one.strip()]


def _pieces(word: str, most: int) -> list[str]:
    """A word longer than a message has no border between words to be broken at."""
    step = most // 2
    return [word[at : at + step] for at in range(0, len(word), step)] if places(word) > most else [word]
