"""The plan of an agent, the keys of a keyboard, and a store that survives what disks do."""

import os
import sqlite3
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from barrymore.cli.agent.plan import Wrong, read_plan
from barrymore.cli.agent.presses import EVENT, of_device, pressed
from barrymore.cli.agent.signs import code_of, name_of
from barrymore.cli.agent.store import Store, lock
from tests.cli.agents import agent, enrolled


def told(kind: int, code: int, value: int) -> bytes:
    """One record as Linux writes it."""
    return EVENT.pack(1_700_000_000, 5, kind, code, value)


# A key 1 held and let go, as a keyboard tells it: scan code, down, sync, repetition, up; then F1.
RECORDED = b"".join(
    told(*one)
    for one in [(4, 4, 30), (1, 2, 1), (0, 0, 0), (1, 2, 2), (1, 2, 2), (1, 2, 0), (0, 0, 0), (1, 59, 1)]
)


def test_the_record_is_that_of_linux() -> None:
    assert EVENT.size == 2 * struct.calcsize("l") + 8


@pytest.mark.parametrize("piece", [1, 7, 24, 1000])
def test_only_keys_that_go_down_count_however_the_records_are_cut(piece: int) -> None:
    parts = [RECORDED[at : at + piece] for at in range(0, len(RECORDED), piece)]
    assert list(pressed(lambda size: parts.pop(0) if parts else b"")) == [2, 59]


def test_a_device_that_is_not_there_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("barrymore.cli.agent.presses.AGAIN_SECONDS", 0.01)
    path, said = tmp_path / "event3", []

    def say(text: str) -> None:
        said.append(text)
        if "not there" in text:
            path.write_bytes(RECORDED)

    codes = of_device(str(path), say, lambda: len(said) > 5)
    assert [next(codes), next(codes), next(codes)] == [2, 59, 2]
    assert ("not there" in said[0], said[1]) == (True, f"Listening to {path}.")


def test_a_pipe_in_the_place_of_a_device(tmp_path: Path) -> None:
    path = tmp_path / "event4"
    os.mkfifo(path)
    holding = os.open(path, os.O_RDWR)
    os.write(holding, RECORDED)
    codes = of_device(str(path), print, lambda: False)
    assert [next(codes), next(codes)] == [2, 59]
    codes.close()
    os.close(holding)


@pytest.mark.parametrize(
    ("name", "code"),
    [("1", 2), ("0", 11), ("KEY_A", 30), ("F1", 59), ("f12", 88), ("Space", 57), ("kp1", 79), ("kpenter", 96),
     ("m", 50), ("code:300", 300), ("code:99999", None), ("code:x", None), ("", None), ("ö", None)],
)  # fmt: skip
def test_keys_by_name(name: str, code: int | None) -> None:
    assert code_of(name) == code
    assert code is None or code_of(name_of(code)) == code


def test_a_plan_from_a_file_and_the_command(tmp_path: Path) -> None:
    file = tmp_path / "buttons.toml"
    file.write_text(
        'device = "/dev/input/event3"\nscale = "five"\n[keys]\n1 = 5\nf1 = "bad"\n"code:300" = "served"'
    )
    plan = read_plan(file, ["2=3", "1=4"], store=str(tmp_path))
    assert (plan.device, plan.store) == ("/dev/input/event3", tmp_path)
    assert plan.said == {
        2: {"kind": "press", "score": 4, "scale": "five"},
        59: {"kind": "press", "button": "bad"},
        300: {"kind": "served"},
        3: {"kind": "press", "score": 3, "scale": "five"},
    }


@pytest.mark.parametrize(
    ("text", "keys", "why"),
    [
        ("[keys", [], "is no TOML"),
        ("colour = 1", [], "colour is unknown"),
        ("keys = 3", [], "as a table"),
        ('scale = "stars"', [], "is none of smile4"),
        ("device = 3", [], "text in quotes"),
        ("[keys]\nhyper = 1", [], "--show-keys"),
        ("[keys]\n1 = 9", [], "1 to 4 of smile4"),
        ("[keys]\n1 = true", [], "none of great"),
        ("", ["1"], "such as 1=great"),
        ("", ["1=wonderful"], "none of great"),
    ],
)
def test_a_wrong_plan_is_told_with_what_to_mend(tmp_path: Path, text: str, keys: list[str], why: str) -> None:
    file = tmp_path / "buttons.toml"
    file.write_text(text)
    words = [part for key in keys for part in ("--key", key)]
    done = agent("--config", str(file), "--store", str(tmp_path), "--stdin", *words)
    assert (done.returncode, why in done.stderr.decode()) == (2, True)
    assert b"Traceback" not in done.stderr
    with pytest.raises(Wrong):
        read_plan(file, keys)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--stdin"], "no key says anything"),
        (["--stdin", "--key", "1=1"], "--enrol"),
        (["--config", "/nowhere/x.toml"], "cannot be read"),
        (["--status"], "Nothing was kept"),
        (["--show-keys"], "--device"),
        (["--stdin", "--key", "1=1", "--ca", "/nowhere.pem"], "ca: /nowhere.pem is not there"),
        (["--enrol", "abc"], "name the address"),
        (["--enrol", "abc", "--server", "house.example"], "is no address"),
        (["--enrol", "abc", "--server", "http://127.0.0.1:1"], "The code still works"),
    ],
)
def test_what_is_missing_is_said(tmp_path: Path, words: list[str], why: str) -> None:
    done = agent(*words, "--store", str(tmp_path / "s"))
    assert (done.returncode, why in done.stderr.decode()) == (2, True)
    assert b"Traceback" not in done.stderr and not (tmp_path / "s" / "place.json").exists()


def test_keys_are_shown(tmp_path: Path) -> None:
    done = agent("--show-keys", "--stdin", "--store", str(tmp_path), feed=b"1\ncode:300\n")
    assert done.stdout.decode() == "1 (code:2)\ncode:300 (code:300)\n"


def test_two_agents_do_not_share_a_store(tmp_path: Path) -> None:
    with lock(tmp_path):
        done = agent("--stdin", "--key", "1=1", "--store", str(enrolled(tmp_path, 1, 1, "k")))
    assert (done.returncode, b"Another button-agent" in done.stderr) == (2, True)


def test_a_damaged_store_is_put_aside_and_the_buttons_go_on(tmp_path: Path) -> None:
    (tmp_path / "presses.sqlite3").write_bytes(b"power cut" * 1000)
    said: list[str] = []
    store = Store(tmp_path, say=said.append)
    assert store.put({"kind": "press", "button": "bad"}) is not None
    assert "was damaged" in said[0] and len(list(tmp_path.glob("presses.damaged-*"))) == 1


def test_a_press_is_on_the_disk_before_it_is_called_kept(tmp_path: Path) -> None:
    store = Store(tmp_path, say=print)
    assert store._db.execute("pragma synchronous").fetchone() == (2,)
    number = store.put({"kind": "press", "button": "bad"})
    with sqlite3.connect(tmp_path / "presses.sqlite3") as beside:
        assert beside.execute("select boot, seq from events").fetchall() == [number]


def test_a_store_of_another_device_is_numbered_anew(tmp_path: Path) -> None:
    store = Store(tmp_path, say=print)
    store.belongs_to(1)
    for _ in range(3):
        store.put({"kind": "press", "button": "bad"})
    first = store.first(10)
    store.remove(first[:1])
    store.belongs_to(1)
    assert [one.event["seq"] for one in store.first(10)] == [2, 3]
    store.belongs_to(2)
    again = store.first(10)
    assert [one.event["seq"] for one in again] == [1, 2]
    assert again[0].boot != first[0].boot and store.put({"kind": "press", "button": "bad"}) == (
        again[0].boot,
        3,
    )


def test_an_agent_needs_nothing_but_python(tmp_path: Path) -> None:
    """No package of others is there (-S, -I), as on a small computer."""
    code = (
        "import sys; sys.path.insert(0, 'src'); from barrymore.cli.main import main; "
        f"code = main(['button-agent', '--stdin', '--show-keys', '--store', {str(tmp_path)!r}]); "
        "print(code, [name for name in ('django', 'numpy', 'httpx') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], input=b"1\n", capture_output=True, timeout=20
    )
    assert (done.stdout, done.stderr) == (b"1 (code:2)\n0 []\n", b"")


def test_a_certificate_that_is_none_and_a_key_that_is_none_stop_nothing(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    store = enrolled(tmp_path / "s", 1, 1, "bmd_\n" + "x" * 30)
    words = ["--stdin", "--key", "1=1", "--store", str(store)]
    for more in (["--ca", str(tmp_path / "ca.pem")], []):
        done = agent(*words, *more, feed=b"1\n")
        assert (done.returncode, b"Not sent" in done.stderr, b"Traceback" in done.stderr) == (1, True, False)
    assert b"waiting 3" in agent("--status", "--store", str(store)).stdout
