"""`simulate` and `detect` by the command line: end to end, and what they say about files that are wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from barrymore.cli.main import main

EVENTS = "device,desk,boot_id,seq,t_device,t_server,button\n"
PRESS = "b1,D1,b,1,2026-01-05T08:00:00Z,2026-01-05T08:00:01Z,green\n"
SERVED = "desk,staff,seq,t\nD1,P1,1,2026-01-05T07:59:50Z\n"
EXTERNAL = "desk,start,end,count\nD1,2026-01-05T07:00:00Z,2026-01-05T15:00:00Z,2\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("simulated") / "out"
    words = ["simulate", "feedback", "--seed", "7", "--desks", "8", "--days", "14", "--prevalence", "0.3"]
    assert main([*words, "--out", str(out)]) == 0
    return out


def files(folder: Path, *names: str) -> list[str]:
    return [str(folder / f"{name}.csv") for name in names]


def options(folder: Path, *names: str) -> list[str]:
    return [word for name in names for word in (f"--{name}", str(folder / f"{name}.csv"))]


def written(
    folder: Path, events: str = EVENTS + PRESS, served: str = SERVED, external: str = EXTERNAL
) -> list[str]:
    for name, text in (("events", events), ("served", served), ("external", external)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return files(folder, "events", "served", "external")


def test_what_is_simulated_is_found(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = options(folder, "roster", "heartbeats", "invitations", "labels")
    assert main(["detect", *files(folder, "events", "served", "external"), *more, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["shifts"], told["limits"]) == (112, [])
    assert told["score"]["core_recall"]["x"] >= 10
    assert told["score"]["precision"]["share"] >= 0.9
    assert {"kind", "desk", "shift", "staff", "from", "to", "p", "evidence", "text"} <= told["flags"][
        0
    ].keys()


def test_people_read_a_table_and_what_is_missing(folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    assert main(["detect", *files(folder, "events", "served"), "--output", str(report)]) == 0
    said = report.read_text()
    assert "None of them is a verdict." in said
    assert "undercount and cherry-picking are not identifiable" in said.replace("\n  ", " ")
    assert "Without a roster" in said


def test_no_database_and_no_settings_are_needed(folder: Path, tmp_path: Path) -> None:
    words = ["-m", "barrymore", "detect", *files(folder, "events", "served", "external"), "--json"]
    environment = {"PYTHONPATH": "src", "BARRYMORE_VAR": str(tmp_path / "var"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, *words], env=environment, capture_output=True, text=True)
    assert (done.returncode, json.loads(done.stdout)["shifts"] > 0) == (0, True)
    assert not (tmp_path / "var").exists()


def test_nothing_is_overwritten(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (folder / "events.csv").read_bytes()
    assert main(["simulate", "feedback", "--out", str(folder)]) == 2
    assert "not empty" in capsys.readouterr().err
    assert (folder / "events.csv").read_bytes() == before


def test_an_impossible_wish_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "feedback", "--prevalence", "7", "--out", str(tmp_path / "new")]) == 2
    assert "between 0 and 1" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ({"events": "device,desk,time\nb1,D1,9\n"}, "line 1: the column button is missing"),
        (
            {"events": EVENTS + PRESS.replace("2026-01-05T08:00:00Z", "yesterday")},
            "line 2: t_device 'yesterday'",
        ),
        ({"events": EVENTS + PRESS.replace("green", "purple")}, "write green, yellow or red"),
        ({"events": EVENTS + PRESS + "b1,D1\n"}, "line 3: has 2 cells where the header has 7"),
        ({"events": EVENTS + PRESS.replace("b1", "b\0")}, "NUL"),
        ({"events": EVENTS + PRESS.replace("b1", "x" * 9000)}, "more than 500 characters"),
        ({"events": EVENTS + PRESS.replace("b1", "x" * 200_000)}, "line 2: field larger"),
        ({"events": EVENTS + '"' + PRESS}, "check its quotes"),
        ({"events": EVENTS + "b1,D1,b,1,,,green\n"}, "neither t_device nor t_server"),
        ({"events": ""}, "is empty; the first line must name the columns"),
        ({"events": "desk,desk,device,button\nD1,D1,b,green\n"}, "there twice"),
        ({"served": SERVED.replace("2026-01-05T07:59:50Z", "1970-01-01T00:00:09Z")}, "between 2000 and 2100"),
        ({"served": "desk,staff,seq,t\n,P1,1,2026-01-05T07:59:50Z\n"}, "desk '' is empty"),
        ({"external": EXTERNAL.replace(",2\n", ",-2\n")}, "no whole number"),
        (
            {"external": EXTERNAL + "D1,2026-01-05T07:00:00Z,2026-01-05T15:00:00Z,9\n"},
            "line 3: counts a window",
        ),
        ({"external": "desk,start,end,count\nD1,2026-01-05T09:00Z,2026-01-05T08:00Z,9\n"}, "ends before it"),
    ],
)
def test_a_wrong_file_is_named_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoilt: dict[str, str], said: str
) -> None:
    assert main(["detect", *written(tmp_path, **spoilt), "--output", str(tmp_path / "out.json")]) == 1
    told = capsys.readouterr().err
    assert said in told
    assert f"{next(iter(spoilt))}.csv" in told
    assert not (tmp_path / "out.json").exists()


def test_a_hundred_faults_are_not_a_hundred_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["detect", *written(tmp_path, events=EVENTS + PRESS.replace("green", "x") * 100)]) == 1
    told = capsys.readouterr().err
    assert "and 80 more." in told and told.count("\n") < 25


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = written(tmp_path)
    assert main(["detect", str(tmp_path / "none.csv"), *paths[1:]]) == 1
    (tmp_path / "events.csv").write_bytes(b"\xff\xfe\x00")
    assert main(["detect", *paths]) == 1
    told = capsys.readouterr().err
    assert "there is no file" in told and "not UTF-8" in told


def judged(paths: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    assert main(["detect", *paths, "--json"]) == 0
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return told


def test_headers_alone_are_an_empty_company(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = written(tmp_path, EVENTS, "desk,staff,seq,t\n", "desk,start,end,count\n")
    told = judged(paths, capsys)
    assert (told["flags"], told["shifts"]) == ([], 0)


def test_other_spellings_mean_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = judged(written(tmp_path), capsys)
    spelt = written(
        tmp_path,
        "\ufeffPoint;Device;Boot;Number;Time;Received_at;Colour\nD1;b1;b;1;1767600000;1767600001000;Good\n",
        "desk\temployee\tnumber\ttime\nD1\tP1\t1\t2026-01-05T09:59:50+02:00\n",
        EXTERNAL.replace("Z", "").replace("count", "receipts"),
    )
    assert judged(spelt, capsys) == plain


@pytest.mark.parametrize(
    ("rows", "missing"),
    [
        ("D1,2026-01-05T07:00Z,1\nD1,2026-01-05T08:00Z,1\n", 0),
        ("D1,2026-01-04T15:00Z,5\nD1,2026-01-05T05:00Z,2\n", 0),
        ("D1,2026-01-05,2\n", 0),
        ("D1,2026-01-07,2\n", 1),
    ],
)
def test_a_count_without_an_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: str, missing: int
) -> None:
    told = judged(written(tmp_path, external="desk,start,count\n" + rows), capsys)
    limits = told["limits"]
    assert isinstance(limits, list)
    assert sum("Without an external count" in said for said in limits) == missing


def test_repeated_rows_count_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    once = judged(written(tmp_path), capsys)
    again = judged(
        written(tmp_path, EVENTS + PRESS * 3, SERVED + SERVED.splitlines()[1], EXTERNAL * 1), capsys
    )
    assert again["served"] == once["served"] == 1
    assert again["presses"] == {**once["presses"], "repeated_rows": 2}  # type: ignore[dict-item]


def test_labels_of_others_are_found_by_any_question(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (
        (folder / "labels.csv")
        .read_text()
        .replace(",burst,", ",our own name,")
        .replace(",stuck,", ",honest,")
    )
    (tmp_path / "labels.csv").write_text(lines)
    told = judged([*files(folder, "events", "served", "external"), *options(tmp_path, "labels")], capsys)
    score = told["score"]["per_scenario"]  # type: ignore[index]
    assert score["our own name"]["x"] == score["our own name"]["n"] > 0
    assert "honest" not in score and "stuck" not in score
