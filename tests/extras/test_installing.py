"""Installing an extra: whole or not at all, from hashes, with words that say what to do."""

import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from barrymore.extras import environment
from barrymore.extras.catalog import EXTRAS
from tests.extras import real

ROOT = Path(__file__).parents[2]


def command(*words: str, root: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    ours = {"PYTHONPATH": str(ROOT / "src"), "BARRYMORE_EXTRAS": str(root)}
    surroundings = {**os.environ, **ours, "BARRYMORE_SPEECH_MODEL": "tiny.en"}
    return subprocess.run(
        [sys.executable, "-m", "barrymore", "extras", *words],
        capture_output=True, text=True, env=surroundings, cwd=ROOT, check=False, **more,
    )  # fmt: skip


def test_list_and_check_tell_what_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real.point_at(monkeypatch)
    told = json.loads(command("list", "--json", root=real.HERE).stdout)
    assert [(one["name"], one["state"]) for one in told] == [("speech", "current"), ("presence", "current")]
    checked = command("check", root=real.HERE)
    assert checked.returncode == 0
    assert checked.stdout.count("network closed by the kernel") == 2
    nothing = command("check", root=tmp_path)
    assert (nothing.returncode, nothing.stdout.count("not installed")) == (0, 2)
    again = command("install", "presence", root=real.HERE)
    assert (again.returncode, "is there already" in again.stderr) == (0, True)


def test_a_broken_environment_is_named_by_check(tmp_path: Path) -> None:
    stand_in(tmp_path)
    (tmp_path / "presence" / "bin" / "python").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "presence" / "bin" / "python").chmod(0o755)
    checked = command("check", "presence", root=tmp_path)
    assert (checked.returncode, "does not work" in checked.stdout) == (1, True)


def stand_in(root: Path, lock: str = "earlier") -> None:
    """An environment of an earlier version."""
    (root / "presence" / "bin").mkdir(parents=True)
    (root / "presence" / "bin" / "python").touch()
    (root / "presence" / "installed.json").write_text(json.dumps({"lock": lock}))


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    stand_in(tmp_path)

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    tried = command("install", "presence", root=tmp_path, preexec_fn=no_room)
    assert tried.returncode == 1
    assert "presence is not installed: " in tried.stderr and "Nothing was changed." in tried.stderr
    assert "File too large" in tried.stderr
    assert sorted(one.name for one in tmp_path.iterdir()) == ["presence"]
    assert (tmp_path / "presence" / "installed.json").exists()


def test_a_package_that_is_not_what_its_hash_says_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "EXTRAS_ROOT", tmp_path / "extras")
    extra = EXTRAS["presence"]
    wrong = tmp_path / "presence.txt"
    wrong.write_text(re.sub(r"sha256:[0-9a-f]{64}", "sha256:" + "0" * 64, extra.requirements.read_text()))
    monkeypatch.setattr(type(extra), "requirements", property(lambda self: wrong))
    with pytest.raises(environment.NotInstalled, match="presence is not installed"):
        environment.install(extra, lambda words: None)
    assert not environment.is_installed(extra) and list((tmp_path / "extras").iterdir()) == []


def test_removing_takes_the_environment_and_leaves_models(tmp_path: Path) -> None:
    stand_in(tmp_path)
    (tmp_path / "models" / "tiny.en").mkdir(parents=True)
    assert command("remove", "presence", root=tmp_path).returncode == 0
    assert "was not there" in command("remove", "presence", root=tmp_path).stderr
    assert [one.name for one in tmp_path.iterdir()] == ["models"]
    assert command("install", root=tmp_path).returncode == 2


@pytest.mark.parametrize("name", list(EXTRAS))
def test_every_package_has_its_hash_and_no_address(name: str) -> None:
    text = EXTRAS[name].requirements.read_text()
    assert "://" not in text
    named = re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE)
    blocks = re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:]
    assert named and all("--hash=sha256:" in block for block in blocks)


def test_what_tells_its_makers_of_its_use_is_not_taken() -> None:
    found = re.search(r"^onnxruntime==1\.(\d+)", EXTRAS["speech"].requirements.read_text(), re.MULTILINE)
    assert found and int(found[1]) < 31
