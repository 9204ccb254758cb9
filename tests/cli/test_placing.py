"""What a restore sets aside and puts in place, with mounted folders and with a disk that fails on the way."""

import shutil
from pathlib import Path

import pytest

from barrymore.cli.keeping import placing
from barrymore.cli.keeping.ways import Refused
from tests.cli.houses import everything_in

KEYED, KEYLESS = {"with_key": True}, {"with_key": False}


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """A folder with an old house in it."""
    return _house(tmp_path / "var", "old")


@pytest.fixture
def staging(var: Path) -> Path:
    """A proved house beside it."""
    return _house(var / ".restoring-x", "new", manifest="{}", about="{}")


def _house(folder: Path, word: str, **more: str) -> Path:
    (folder / "files" / "ab").mkdir(parents=True)
    (folder / "files" / "ab" / "abc").write_text(word)
    (folder / "barrymore.sqlite3").write_text(word)
    (folder / "secret_key").write_text(word)
    for name, text in more.items():
        (folder / f"{name}.json").write_text(text)
    return folder


def test_the_old_goes_aside_and_the_new_comes_in(var: Path, staging: Path) -> None:
    aside = Path(placing.put(staging, var, KEYED))
    assert set(everything_in(aside).values()) == {b"old"} and len(everything_in(aside)) == 3
    shutil.rmtree(aside)
    shutil.rmtree(staging)
    assert everything_in(var) == {"files/ab/abc": b"new", "barrymore.sqlite3": b"new", "secret_key": b"new"}


def test_without_a_key_the_key_of_before_stays(var: Path, staging: Path) -> None:
    placing.put(staging, var, KEYLESS)
    assert (var / "secret_key").read_text() == "old"
    assert (var / "barrymore.sqlite3").read_text() == "new"


def test_a_mounted_folder_is_emptied_and_not_renamed(
    var: Path, staging: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted, inode = var / "files", (var / "files").stat().st_ino
    monkeypatch.setattr(Path, "is_mount", lambda path: path == mounted)
    aside = Path(placing.put(staging, var, KEYED))
    assert mounted.stat().st_ino == inode
    assert (mounted / "ab" / "abc").read_text() == "new"
    assert (mounted / aside.name / "ab" / "abc").read_text() == "old"


def test_an_error_on_the_way_brings_everything_back(
    var: Path, staging: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, real = everything_in(var), shutil.move

    def move(source: Path, target: Path) -> None:
        if target == var / "barrymore.sqlite3" and source.parent == staging:
            raise OSError("No space left on device")
        real(source, target)

    monkeypatch.setattr(placing.shutil, "move", move)
    with pytest.raises(OSError, match="No space"):
        placing.put(staging, var, KEYED)
    assert everything_in(var) == before


def test_an_empty_folder_is_room(tmp_path: Path) -> None:
    for name in ("files", "backups", ".hidden"):
        (tmp_path / name).mkdir()
    (tmp_path / "backups" / "drills.jsonl").write_text("{}")
    placing.check_room(tmp_path, replace=False)
    (tmp_path / "files" / "x").write_text("x")
    with pytest.raises(Refused, match="files"):
        placing.check_room(tmp_path, replace=False)
    placing.check_room(tmp_path, replace=True)
