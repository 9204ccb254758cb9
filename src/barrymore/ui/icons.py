"""Icons as inline SVG, from the file that the frontend build writes."""

import json
from functools import lru_cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

BUILT = Path(__file__).parent / "static" / "ui"
SIZES = (16, 18, 24)


@lru_cache(maxsize=1)
def shapes() -> dict[str, str]:
    """Name to the inner SVG; empty when the frontend has not been built (check ui.W001 says so)."""
    try:
        found: dict[str, str] = json.loads(BUILT.joinpath("icons.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


@lru_cache(maxsize=1024)
def svg(name: str, size: int = 16, extra: str = "", label: str = "") -> SafeString:
    """One icon. Without a label it is hidden from screen readers, since a word stands beside it."""
    if size not in SIZES:
        raise ValueError(f"an icon is 16, 18 or 24 px, not {size}")
    if shapes() and name not in shapes():
        raise ValueError(f"no icon named {name!r}: add it to frontend/icons.json and build")
    role = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="{}" width="{}" height="{}" viewBox="0 0 24 24" {}>{}</svg>',
        " ".join(filter(None, ("icon", f"icon-{size}" if size != 16 else "", extra))),
        size,
        size,
        role,
        mark_safe(shapes().get(name, "")),  # noqa: S308 - our own build output, never a user's text
    )
