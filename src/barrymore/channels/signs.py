"""Texts from outside as the database takes them."""

import re

SURROGATE = re.compile(r"[\ud800-\udfff]")


def storable(text: str) -> str:
    """Without NUL and halves of surrogate pairs, which PostgreSQL does not take."""
    return SURROGATE.sub("\ufffd", text.replace("\x00", ""))
