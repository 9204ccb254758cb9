"""The environment of an extra: a folder of its own under var/extras, whole or not there at all."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from barrymore.extras.catalog import Extra

MARK = "installed.json"
LONGEST_INSTALL = 1800
MODEL_FILES = ("model.bin", "config.json", "tokenizer.json")


class NotInstalled(RuntimeError):
    """It could not be installed; the text says why and what to do."""


def folder_of(extra: Extra) -> Path:
    """Where its environment stands, or would stand."""
    return Path(settings.EXTRAS_ROOT) / extra.name


def python_of(extra: Extra) -> Path:
    """The Python that runs its program."""
    return folder_of(extra) / "bin" / "python"


def lock_of(extra: Extra) -> str:
    """A mark of what has to be installed."""
    return hashlib.sha256(extra.requirements.read_bytes()).hexdigest()[:16]


def installed_lock(extra: Extra) -> str:
    """The mark of what is installed, empty where nothing is whole."""
    try:
        told = json.loads((folder_of(extra) / MARK).read_text())
    except (OSError, ValueError):
        return ""
    return str(told.get("lock", "")) if python_of(extra).exists() else ""


def is_installed(extra: Extra) -> bool:
    """Whether it stands whole, be it of an earlier version of the product."""
    return bool(installed_lock(extra))


def is_current(extra: Extra) -> bool:
    """Whether it is what this version of the product names."""
    return installed_lock(extra) == lock_of(extra)


def model_of(extra: Extra) -> Path | None:
    """The folder of its model; None where there is none, or not all of its files."""
    if not extra.needs_model:
        return folder_of(extra)
    told = Path(settings.SPEECH_MODEL)
    folder = told if told.is_absolute() else Path(settings.EXTRAS_ROOT) / "models" / told
    return folder if all((folder / name).is_file() for name in MODEL_FILES) else None


def install(extra: Extra, say: Callable[[str], None]) -> None:
    """Make the environment beside the old one and put it in its place once whole. Raises NotInstalled."""
    target = folder_of(extra)
    made = target.with_name(f"{extra.name}.new")
    try:
        shutil.rmtree(made, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        say(f"Making {target}")
        venv.create(made, symlinks=True, with_pip=not _uv(), clear=True)
        say(f"Installing {_count(extra)} packages, about {extra.megabytes} MB, each checked by its hash")
        _fetch(extra, made)
        (made / MARK).write_text(json.dumps({"lock": lock_of(extra)}))
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)
    except (OSError, subprocess.SubprocessError) as error:
        raise NotInstalled(f"{extra.name} is not installed: {_why(error)}") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _why(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        lines = [line for line in (error.stderr or "").splitlines() if line.strip()]
        return " · ".join(lines[-3:]) or f"the installer ended with {error.returncode}"
    return str(error)


def _count(extra: Extra) -> int:
    return sum("==" in line for line in extra.requirements.read_text().splitlines())


def _uv() -> str | None:
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.exists() else shutil.which("uv")


def _fetch(extra: Extra, made: Path) -> None:
    """Wheels only: no code of a package runs while it is installed."""
    python, uv = made / "bin" / "python", _uv()
    way = [uv, "pip", "install", "-q", "--python", str(python)] if uv else []
    way = way or [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    chosen = ["--require-hashes", "--only-binary", ":all:", "-r", str(extra.requirements)]
    surroundings = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")
    }
    subprocess.run(
        [*way, *chosen], check=True, capture_output=True, text=True, timeout=LONGEST_INSTALL, env=surroundings
    )


def remove(extra: Extra) -> bool:
    """Take the environment away; False where there was none. Models stay."""
    there = folder_of(extra).exists()
    shutil.rmtree(folder_of(extra), ignore_errors=True)
    return there
