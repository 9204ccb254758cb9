"""What is new in a mail, and what it only repeats."""

import re

BEGINS_QUOTE = re.compile(
    r"^(?:>|-{2,} ?(?:Original|Forwarded|Исходное|Ursprüngliche|Messaggio)|"
    r"(?:On|Am|Il|Le|El) .{4,200}(?:wrote|schrieb|ha scritto|a écrit) ?:$|"
    r".{4,160}(?:rašė|пишет|написал|написала|kirjutas|написа) ?:$|_{20,}$)",
    re.I,
)


def fresh_part(text: str) -> str:
    """The text above the first quoted line; the whole text where nothing stands above it."""
    fresh: list[str] = []
    for line in text.split("\n"):
        if BEGINS_QUOTE.match(line.strip()[:400]):
            break
        fresh.append(line)
    return "\n".join(fresh).strip() or text
