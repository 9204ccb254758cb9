"""A backup restores to the same house; whatever is wrong with one is told before anything is touched."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from barrymore.cli.lock import alone
from tests.cli.houses import barrymore, environment, everything_in, found, members, packed, python, told

pytestmark = pytest.mark.xdist_group("backups")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small house that nobody serves."""
    var = tmp_path_factory.mktemp("house")
    found(var)
    return var


@pytest.fixture(scope="module")
def archive(house: Path) -> Path:
    """Its backup."""
    done = barrymore(house, "backup", "--json")
    assert done.returncode == 0, done.stderr
    return Path(told(done)["archive"])


def changed(archive: Path, target: Path, **changes: Callable[[bytes], bytes]) -> Path:
    """The archive with some members changed, and a manifest that proves them."""
    content = members(archive)
    for name, change in changes.items():
        real = next(known for known in content if known.replace(".", "_") == name)
        content[real] = change(content[real])
    return packed(target, content)


def told_otherwise(**fields: object) -> Callable[[bytes], bytes]:
    return lambda data: json.dumps({**json.loads(data), **fields}).encode()


def test_a_backup_restores_to_the_same_house(house: Path, archive: Path, tmp_path: Path) -> None:
    assert archive.stat().st_mode & 0o077 == 0
    target = tmp_path / "new"
    done = barrymore(house, "restore", archive, "--into", target, "--json")
    assert (done.returncode, told(done)["findings"]) == (0, [])
    assert (target / "secret_key").read_text() == (house / "secret_key").read_text().strip()
    files = {name: data for name, data in everything_in(house).items() if name.startswith("files/")}
    assert len(files) == 3
    assert {name: data for name, data in everything_in(target).items() if name.startswith("files/")} == files
    with (
        sqlite3.connect(house / "barrymore.sqlite3") as one,
        sqlite3.connect(target / "barrymore.sqlite3") as two,
    ):
        assert list(one.iterdump()) == list(two.iterdump())
    unseal = "import django; django.setup(); from barrymore.channels.models import Mailbox; "
    unseal += "from barrymore.organisation.secrets import unseal; print(unseal(Mailbox.objects.get().secret))"
    assert python(target, unseal).strip() == "letter-opener"


def test_the_drill_leaves_nothing_but_its_line(house: Path, archive: Path) -> None:
    before = everything_in(house)
    done = barrymore(house, "restore", archive, "--check")
    assert done.returncode == 0 and "every check is right" in done.stdout
    after = everything_in(house)
    lines = after.pop("backups/drills.jsonl").decode().splitlines()
    before.pop("backups/drills.jsonl")
    assert after == before
    line = json.loads(lines[-1])
    assert (line["what"], line["ok"], line["archive"]) == ("drill", True, str(archive))
    assert "drill 0.0 days ago" in barrymore(house, "doctor", "backups").stdout


def test_a_full_folder_is_not_written_over(house: Path, archive: Path, tmp_path: Path) -> None:
    (tmp_path / "barrymore.sqlite3").write_text("something dear")
    done = barrymore(tmp_path, "restore", archive)
    assert done.returncode == 2 and "not empty: barrymore.sqlite3" in done.stderr
    assert (tmp_path / "barrymore.sqlite3").read_text() == "something dear"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["barrymore.sqlite3", "lock"]
    done = barrymore(tmp_path, "restore", archive, "--replace-everything", "--json")
    assert done.returncode == 0
    assert (Path(told(done)["aside"]) / "barrymore.sqlite3").read_text() == "something dear"


def test_nothing_is_restored_under_a_server(archive: Path, tmp_path: Path) -> None:
    lock = alone(tmp_path)
    done = barrymore(tmp_path, "restore", archive, "--replace-everything")
    lock.close()
    assert done.returncode == 3 and "already serves" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


@pytest.mark.parametrize("share", [0.02, 0.999])
def test_a_truncated_archive_is_told(archive: Path, tmp_path: Path, share: float) -> None:
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(archive.read_bytes()[: int(archive.stat().st_size * share)])
    refused(cut, tmp_path, 1, "cut short")


def test_a_damaged_archive_is_told(archive: Path, tmp_path: Path) -> None:
    content = members(archive)
    name = next(name for name in content if name.startswith("files/"))
    content[name] = b"X" + content[name][1:]
    refused(packed(tmp_path / "torn.tar.gz", content, proved=False), tmp_path, 1, name)
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 0xFF
    (tmp_path / "bit.tar.gz").write_bytes(data)
    refused(tmp_path / "bit.tar.gz", tmp_path, 1, "damaged")


def test_a_foreign_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear desk, " * 2000)
    refused(tmp_path / "letter.txt", tmp_path, 1, "no backup of Barrymore")
    with tarfile.open(tmp_path / "other.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "letter.txt", "letter.txt")
    refused(tmp_path / "other.tar.gz", tmp_path, 2, "not a backup of Barrymore")
    refused(tmp_path / "none.tar.gz", tmp_path, 2, "There is no")


@pytest.mark.parametrize("name", ["../evil", "/tmp/barrymore-evil", "files/../../evil", "evil"])
def test_an_archive_that_writes_elsewhere_is_refused(archive: Path, tmp_path: Path, name: str) -> None:
    content = members(archive)
    target = packed(
        tmp_path / "evil.tar.gz", {"about.json": content["about.json"], name: b"evil"}, proved=False
    )
    refused(target, tmp_path, 1, "archive")
    assert not [path for path in (tmp_path / "evil", Path("/tmp/barrymore-evil")) if path.exists()]


def test_a_link_in_an_archive_is_refused(archive: Path, tmp_path: Path) -> None:
    target = packed(tmp_path / "link.tar.gz", {"about.json": members(archive)["about.json"]}, proved=False)
    with tarfile.open(target, "w:gz") as tar:
        about = tmp_path / "about.json"
        about.write_bytes(members(archive)["about.json"])
        tar.add(about, "about.json")
        link = tarfile.TarInfo("files/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    refused(target, tmp_path, 1, "link")


def test_a_newer_archive_is_refused(archive: Path, tmp_path: Path) -> None:
    migrations = [*json.loads(members(archive)["about.json"])["migrations"], "journal.9999_tomorrow"]
    newer = changed(
        archive, tmp_path / "n.tar.gz", about_json=told_otherwise(migrations=migrations, version="9.9")
    )
    refused(newer, tmp_path, 1, "newer Barrymore (9.9)")
    refused(
        changed(archive, tmp_path / "f.tar.gz", about_json=told_otherwise(format=2)), tmp_path, 2, "format 2"
    )


def test_a_row_too_few_is_found(archive: Path, tmp_path: Path) -> None:
    def lose_a_row(data: bytes) -> bytes:
        (tmp_path / "db").write_bytes(data)
        with sqlite3.connect(tmp_path / "db") as database:
            database.execute("DELETE FROM journal_fact WHERE id = 1")
        database.close()
        return (tmp_path / "db").read_bytes()

    lost = changed(archive, tmp_path / "lost.tar.gz", barrymore_sqlite3=lose_a_row)
    refused(lost, tmp_path, 1, "tables journal_fact")


def test_the_wrong_engine_is_told(archive: Path, tmp_path: Path) -> None:
    elsewhere = {"BARRYMORE_DATABASE": "postgres://nobody@127.0.0.1:1/none"}
    done = barrymore(tmp_path / "new", "restore", archive, **elsewhere)
    assert done.returncode == 2 and "Unset it" in done.stderr
    other = changed(archive, tmp_path / "pg.tar.gz", about_json=told_otherwise(engine="postgresql"))
    refused(other, tmp_path, 2, "--database")
    assert not (tmp_path / "new").exists()


def test_what_was_wrong_already_is_told_by_backup_and_restore(archive: Path, tmp_path: Path) -> None:
    var = tmp_path / "var"
    assert barrymore(var, "restore", archive).returncode == 0
    next(path for path in (var / "files").rglob("*") if path.is_file()).unlink()
    with sqlite3.connect(var / "barrymore.sqlite3") as database:
        database.execute("DELETE FROM routing_placement WHERE conversation_id = 2")
    database.close()
    done = barrymore(var, "backup", "--json")
    assert (done.returncode, len(told(done)["missing"])) == (1, 1)
    drilled = barrymore(var, "restore", told(done)["archive"], "--check", "--json")
    assert drilled.returncode == 1
    findings = told(drilled)["findings"]
    assert len(findings) == 2
    assert "is missing" in findings[0] and "conversation 2 is open" in findings[1]


def test_only_the_oldest_of_our_own_are_removed(house: Path, tmp_path: Path, archive: Path) -> None:
    old = tmp_path / "barrymore-20200101T000000Z.tar.gz"
    old.write_bytes(archive.read_bytes())
    foreign = changed(
        archive, tmp_path / "barrymore-20190101T000000Z.tar.gz", about_json=told_otherwise(house="x")
    )
    (tmp_path / "barrymore-20180101T000000Z.tar.gz").write_text("not an archive")
    done = barrymore(house, "backup", "--to", tmp_path, "--keep", 1, "--without-key", "--json")
    assert told(done)["removed"] == [str(old)]
    newest = Path(told(done)["archive"])
    assert foreign.exists() and newest.exists() and len(list(tmp_path.iterdir())) == 3
    assert not {"secret_key", "tls", "demo.json"} & set(members(newest))
    restored = barrymore(tmp_path / "new", "restore", newest)
    assert restored.returncode == 0 and "held no key" in restored.stdout
    assert not (tmp_path / "new" / "secret_key").exists()


def test_a_backup_that_is_stopped_leaves_nothing(house: Path, tmp_path: Path) -> None:
    large = house / "files" / "large"
    large.write_bytes(os.urandom(40_000_000))
    try:
        command = [sys.executable, "-m", "barrymore", "backup", "--to", str(tmp_path)]
        with subprocess.Popen(command, env=environment(house), stderr=subprocess.PIPE) as process:
            while not any(part.stat().st_size > 1_000_000 for part in tmp_path.glob(".*.part")):
                assert process.poll() is None
                time.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            assert process.stderr and b"nothing was left behind" in process.stderr.read()
            assert process.wait(timeout=60) == 130
    finally:
        large.unlink()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"), [(["--keep", "0"], "from 1"), (["--output", "/none/x.tar.gz"], "no folder")]
)
def test_a_wrong_wish_is_refused(house: Path, words: list[str], said: str) -> None:
    before = everything_in(house)
    done = barrymore(house, "backup", *words)
    assert done.returncode == 2 and said in done.stderr
    assert everything_in(house) == before


def refused(archive: Path, tmp_path: Path, code: int, said: str) -> None:
    """The restore ends with the code and the words, and leaves no trace of itself."""
    target = tmp_path / "target"
    done = barrymore(tmp_path / "elsewhere", "restore", archive, "--into", target)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
    assert not target.exists()
    assert not list(tmp_path.glob(".restoring-*"))
