"""What an agent is told: which key of which device says what, read from a small TOML file and the command."""

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from barrymore.cli.agent.signs import code_of

FIELDS = {"server", "device", "store", "ca", "scale", "keys"}
# The same words and steps as every device may tell (docs/devices.md).
BUTTONS = ("great", "good", "meh", "bad", "green", "red")
SERVED = "served"
SCALES = {"smile4": (1, 4), "colour2": (1, 2), "five": (1, 5), "eleven": (0, 10)}
EXAMPLE = '[keys]\n1 = "great"\n2 = "good"\n3 = "meh"\n4 = "bad"'


class Wrong(ValueError):
    """The plan cannot be followed; the text says what to mend."""


@dataclass(frozen=True)
class Plan:
    """What to follow; `said` are the events by the code of their key."""

    said: Mapping[int, Mapping[str, Any]]
    store: Path
    device: str = ""
    server: str = ""
    ca: str = ""


def read_plan(file: Path | None, keys: Iterable[str], **told: str) -> Plan:
    """The plan of a file, with what the command says instead of it. Raises Wrong."""
    kept = _of_file(file) if file else {}
    texts = {
        name: told.get(name) or _text(kept, name) for name in ("server", "device", "store", "ca", "scale")
    }
    scale = texts["scale"] or "smile4"
    if scale not in SCALES:
        raise Wrong(f"scale: {scale!r} is none of {', '.join(SCALES)}.")
    if texts["ca"] and not Path(texts["ca"]).is_file():
        raise Wrong(f"ca: {texts['ca']} is not there. Name the file with the certificate to trust.")
    said = kept.get("keys", {})
    if not isinstance(said, dict):
        raise Wrong(f"keys: name them as a table:\n{EXAMPLE}")
    pairs = {**said, **dict(_pair(one) for one in keys)}
    return Plan(
        said={_code(name): event_of(name, value, scale) for name, value in pairs.items()},
        store=Path(texts["store"]) if texts["store"] else default_store(),
        device=texts["device"],
        server=texts["server"].rstrip("/"),
        ca=texts["ca"],
    )


def default_store() -> Path:
    """The folder that systemd gives, else one of the person who runs it."""
    given = os.environ.get("STATE_DIRECTORY", "").partition(":")[0]
    return Path(given) if given else Path.home() / ".local" / "state" / "barrymore-buttons"


def _of_file(file: Path) -> dict[str, Any]:
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Wrong(f"{file} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise Wrong(f"{file} is no TOML: {error}. It looks like this:\n{EXAMPLE}") from None
    if unknown := sorted(set(told) - FIELDS):
        raise Wrong(f"{file}: {', '.join(unknown)} is unknown; there are {', '.join(sorted(FIELDS))}.")
    return told


def _text(kept: Mapping[str, Any], name: str) -> str:
    value = kept.get(name, "")
    if not isinstance(value, str):
        raise Wrong(f"{name}: write it as text in quotes.")
    return value


def _pair(told: str) -> tuple[str, str]:
    name, sign, value = told.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise Wrong(f"--key {told}: write the key, =, and what it says, such as 1=great.")
    return name.strip(), value.strip()


def _code(name: str) -> int:
    code = code_of(name)
    if code is None:
        raise Wrong(
            f"keys: {name!r} is no key we know. `barrymore button-agent --show-keys --device …` tells the "
            "number of each key that you press; write it as code:30."
        )
    return code


def event_of(name: str, value: Any, scale: str) -> dict[str, Any]:
    """What a key says, as the event that is told. Raises Wrong."""
    if value == SERVED:
        return {"kind": "served"}
    if value in BUTTONS:
        return {"kind": "press", "button": value}
    least, most = SCALES[scale]
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:4])
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        words = ", ".join((*BUTTONS, SERVED))
        raise Wrong(f"keys: {name} = {value!r} is none of {words}, nor {least} to {most} of {scale}.")
    return {"kind": "press", "score": value, "scale": scale}
