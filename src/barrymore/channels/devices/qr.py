"""A QR code as the path of an SVG: no image file, no inline style."""

from dataclasses import dataclass

import qrcode
from qrcode.constants import ERROR_CORRECT_M

QUIET = 4  # modules of white around it, as ISO/IEC 18004 asks


@dataclass(frozen=True)
class Code:
    """The path and how many modules the square has a side."""

    path: str
    side: int


def code_of(text: str) -> Code:
    """The code of a text, read even where 15 % of it is scratched."""
    drawn = qrcode.QRCode(border=QUIET, error_correction=ERROR_CORRECT_M)
    drawn.add_data(text)
    drawn.make(fit=True)
    rows = drawn.get_matrix()
    return Code("".join(_row(y, row) for y, row in enumerate(rows)), len(rows))


def _row(y: int, row: list[bool]) -> str:
    """Dark modules that stand side by side are one stroke."""
    parts, x = [], 0
    while x < len(row):
        n = 0
        while x + n < len(row) and row[x + n]:
            n += 1
        if n:
            parts.append(f"M{x} {y}h{n}v1h-{n}z")
        x += n or 1
    return "".join(parts)
