"""The keys of a keyboard by the numbers that Linux gives them (input-event-codes.h)."""

_ROWS: dict[int, list[str]] = {
    1: ["esc", *"1234567890", "minus", "equal", "backspace", "tab", *"qwertyuiop"],
    28: ["enter", "leftctrl", *"asdfghjkl"],
    42: ["leftshift"],
    44: [*"zxcvbnm", "comma", "dot", "slash", "rightshift", "kpasterisk", "leftalt", "space", "capslock"],
    59: [f"f{n}" for n in range(1, 11)],
    71: ["kp7", "kp8", "kp9", "kpminus", "kp4", "kp5", "kp6", "kpplus", "kp1", "kp2", "kp3", "kp0", "kpdot"],
    87: ["f11", "f12"],
    96: ["kpenter"],
    102: ["home", "up", "pageup", "left", "right", "end", "down", "pagedown", "insert", "delete"],
    113: ["mute", "volumedown", "volumeup"],
    163: ["nextsong", "playpause", "previoussong"],
    183: [f"f{n}" for n in range(13, 25)],
}
CODES = {name: first + at for first, names in _ROWS.items() for at, name in enumerate(names)}
NAMES = {code: name for name, code in CODES.items()}
HIGHEST = 0x2FF


def code_of(name: str) -> int | None:
    """The number of a key: `1`, `f1`, `KEY_F1`, `code:59`; None where there is none such."""
    plain = name.strip().lower().removeprefix("key_")
    if plain.startswith("code:"):
        number = plain[5:]
        is_one = number.isascii() and number.isdigit() and len(number) < 5 and int(number) <= HIGHEST
        return int(number) if is_one else None
    return CODES.get(plain)


def name_of(code: int) -> str:
    """How a key is written in the plan."""
    return NAMES.get(code, f"code:{code}")
