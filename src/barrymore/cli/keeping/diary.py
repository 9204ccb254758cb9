"""What was kept and when: one line for each backup, drill and restore, in var/backups/drills.jsonl."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILE = "drills.jsonl"


def note(var: Path, what: str, archive: Path, result: dict[str, Any]) -> None:
    """Add a line; `result` has at least `ok`."""
    folder = var / "backups"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    moment = datetime.now(UTC)
    line = {
        "at": moment.isoformat(timespec="seconds"),
        "epoch": round(time.time()),
        "what": what,
        "archive": str(archive.resolve()),
        **result,
    }
    with (folder / FILE).open("a") as file:
        file.write(json.dumps(line) + "\n")
