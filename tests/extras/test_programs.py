"""The programs of the extras: what they hear and see, what they refuse, and what can not bring us down."""

import ast
import os
import random
import signal
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from barrymore.extras import worker as workers
from barrymore.extras.catalog import EXTRAS, PROGRAM, NoSuchExtra, extra_named
from barrymore.extras.worker import Broke, NotThere, Unreadable, Worker
from tests.extras import real

NO_FACE = ["brick.png", "chelsea.png", "coffee.png", "gravel.png", "page.png", "rocket.jpg", "text.png"]


@pytest.fixture
def speech(monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    """faster-whisper with its smallest English model."""
    yield from running(monkeypatch, "speech")


@pytest.fixture
def presence(monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    """OpenCV's cascade."""
    yield from running(monkeypatch, "presence")


def running(monkeypatch: pytest.MonkeyPatch, name: str) -> Iterator[Worker]:
    real.point_at(monkeypatch)
    worker = Worker(extra_named(name))
    yield worker
    worker.rest(after=0)
    assert worker.process_id is None


def heard(worker: Worker, path: Path, language: str = "en", seconds: float = 60) -> dict[str, object]:
    return worker.ask("transcribe", seconds, path=str(path), language=language)


def test_it_hears_what_a_person_said(speech: Worker) -> None:
    told = heard(speech, real.BECKETT)
    # Held at one wrong word of twelve; none was measured.
    assert real.word_errors(real.SPOKEN, real.words_of(str(told["text"]))) <= 1
    assert 9.9 < float(str(told["seconds"])) < 10.1
    assert str(told["model"]).startswith("faster-whisper 1.2.1, tiny.en 1a5afae0")
    segments = told["segments"]
    assert isinstance(segments, list) and all(0 < one["confidence"] <= 1 for one in segments)


def test_it_hears_what_a_browser_records_even_where_it_was_cut(speech: Worker, tmp_path: Path) -> None:
    whole = real.as_webm(real.BECKETT, tmp_path / "said.webm")
    assert real.words_of(str(heard(speech, whole)["text"]))[:4] == real.SPOKEN[:4]
    cut = tmp_path / "cut.webm"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert real.words_of(str(heard(speech, cut)["text"]))[:4] == real.SPOKEN[:4]


def test_silence_and_noise_are_no_words(speech: Worker, tmp_path: Path) -> None:
    silence = real.sound(tmp_path / "silence.wav", bytes(5 * 32_000))
    drawn = random.Random(7)
    noise = b"".join(struct.pack("<h", drawn.randint(-9000, 9000)) for _ in range(5 * 16_000))
    for path in (silence, real.sound(tmp_path / "noise.wav", noise)):
        told = heard(speech, path)
        assert (told["text"], told["segments"]) == ("", [])


def test_what_is_no_sound_is_refused_with_its_reason(speech: Worker, tmp_path: Path) -> None:
    text = tmp_path / "text.wav"
    text.write_text("RIFF and then only words")
    empty = real.sound(tmp_path / "empty.wav", b"")
    for path, code in ((text, "unreadable"), (empty, "no_sound"), (tmp_path / "none.wav", "gone")):
        with pytest.raises(Unreadable) as refused:
            heard(speech, path)
        assert refused.value.code == code
    assert real.words_of(str(heard(speech, real.BECKETT)["text"]))[:2] == real.SPOKEN[:2]


def test_a_gigabyte_and_a_claim_of_one_unfold_to_ten_minutes_at_most(speech: Worker, tmp_path: Path) -> None:
    claim = real.sound(tmp_path / "claim.wav", bytes(32_000))
    data = bytearray(claim.read_bytes())
    data[4:8] = data[40:44] = struct.pack("<I", 2**30)
    claim.write_bytes(data)
    assert heard(speech, claim)["seconds"] == 1.0
    with claim.open("r+b") as file:
        file.truncate(2**30)
    began = time.monotonic()
    with pytest.raises(Unreadable) as refused:
        heard(speech, claim)
    assert (refused.value.code, time.monotonic() - began < 20) == ("too_long", True)


@pytest.mark.parametrize("language", ["lt", "ru", "xx", ""])
def test_an_english_model_guesses_at_no_other_language(speech: Worker, language: str) -> None:
    with pytest.raises(Unreadable, match="English only") as refused:
        heard(speech, real.BECKETT, language)
    assert refused.value.code == "language"


def test_a_face_is_found_upright_tilted_and_in_the_dark(presence: Worker, tmp_path: Path) -> None:
    with Image.open(real.FACE) as opened:
        face = opened.convert("RGB")
    pictures = [face, face.rotate(20, fillcolor="grey"), face.point(lambda value: value // 5)]
    for number, picture in enumerate(pictures):
        picture.save(tmp_path / f"{number}.jpg")
        told = presence.ask("faces", 20, path=str(tmp_path / f"{number}.jpg"))
        assert told["count"] == 1
        # Nothing but how many and how large: no place, no likeness.
        assert told.keys() == {"count", "sizes", "model", "cpu_seconds"}


@pytest.mark.parametrize("name", NO_FACE)
def test_no_face_is_seen_where_there_is_none(presence: Worker, name: str) -> None:
    assert presence.ask("faces", 20, path=str(real.PICTURES / name))["count"] == 0


def smiley(target: Path) -> Path:
    drawn = Image.new("RGB", (640, 480), "white")
    pen = ImageDraw.Draw(drawn)
    pen.ellipse((170, 90, 470, 390), fill=(255, 200, 0))
    pen.ellipse((252, 182, 288, 218), fill="black")
    pen.ellipse((352, 182, 388, 218), fill="black")
    pen.arc((240, 200, 400, 330), 20, 160, fill="black", width=8)
    drawn.save(target)
    return target


def test_a_drawn_smiley_is_no_face_and_a_photo_of_a_photo_is_one(presence: Worker, tmp_path: Path) -> None:
    assert presence.ask("faces", 20, path=str(smiley(tmp_path / "smiley.png")))["count"] == 0
    table = Image.new("RGB", (1000, 800), (120, 90, 60))
    with Image.open(real.FACE) as opened:
        table.paste(opened.convert("RGB").resize((700, 700)), (150, 50))
    table.save(tmp_path / "printed.jpg")
    # This is what it cannot do, and the documents say so.
    assert presence.ask("faces", 20, path=str(tmp_path / "printed.jpg"))["count"] == 1


def test_what_is_no_picture_is_refused_with_its_reason(presence: Worker, tmp_path: Path) -> None:
    text, empty = tmp_path / "text.jpg", tmp_path / "empty.jpg"
    text.write_text("a text")
    empty.touch()
    for path, code in ((text, "unreadable"), (empty, "unreadable"), (tmp_path / "none.jpg", "gone")):
        with pytest.raises(Unreadable) as refused:
            presence.ask("faces", 20, path=str(path))
        assert refused.value.code == code


def test_a_program_killed_in_the_middle_is_begun_anew(speech: Worker, tmp_path: Path) -> None:
    import wave

    with wave.open(str(real.BECKETT)) as file:
        frames, rate = file.readframes(file.getnframes()), file.getframerate()
    long = real.sound(tmp_path / "long.wav", frames * 40, rate)
    heard(speech, real.BECKETT)
    first = speech.process_id
    assert first
    threading.Timer(0.7, os.kill, (first, signal.SIGKILL)).start()
    with pytest.raises(Broke, match="ended"):
        heard(speech, long)
    assert speech.process_id is None
    assert heard(speech, real.BECKETT)["text"]
    assert speech.process_id not in (None, first)


def test_a_program_that_hangs_is_ended_in_time(presence: Worker) -> None:
    presence.ask("hello", 20)
    first = presence.process_id
    assert first
    os.kill(first, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(Broke, match="too long"):
        presence.ask("hello", 0.5)
    assert time.monotonic() - began < 5
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    assert presence.ask("hello", 20)["count"] == 0


def test_a_program_that_talks_too_much_or_nonsense_is_ended(
    presence: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "LONGEST_LINE", 1000)
    for said in ("'x' * 5000", "'no json'", "'[1]'"):
        program = tmp_path / "program.py"
        program.write_text(f"print({said}, flush=True)\ninput()\n")
        with pytest.raises(NotThere, match="does not begin"):
            Worker(EXTRAS["presence"], program=program).ask("hello", 5)


def test_it_has_no_network_and_writes_no_file(presence: Worker, speech: Worker, tmp_path: Path) -> None:
    for worker in (presence, speech):
        worker.ask("hello", 60)
        # Tried by the program itself: a socket that Python does not open.
        assert worker.hello["closed"] is True
        limits = Path(f"/proc/{worker.process_id}/limits").read_text()
        size = next(line for line in limits.splitlines() if line.startswith("Max file size"))
        assert size.split()[3:5] == ["0", "0"]
        surroundings = Path(f"/proc/{worker.process_id}/environ").read_bytes().split(b"\0")
        assert {one.partition(b"=")[0] for one in surroundings if one} == {b"PATH", b"HOME", b"LANG"}


def test_it_rests_when_nothing_is_asked_and_ends_with_us(presence: Worker) -> None:
    presence.ask("hello", 20)
    presence.rest(after=60)
    assert presence.process_id
    presence.rest(after=0)
    assert presence.process_id is None


def test_without_environment_or_model_it_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, speech: Worker
) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "SPEECH_MODEL", str(tmp_path))
    with pytest.raises(NotThere, match="no model"):
        speech.ask("hello", 5)
    monkeypatch.setattr(settings, "EXTRAS_ROOT", tmp_path)
    with pytest.raises(NotThere, match="not installed"):
        speech.ask("hello", 5)
    with pytest.raises(NoSuchExtra, match="speech, presence"):
        extra_named("telepathy")


def test_the_program_imports_nothing_of_the_product() -> None:
    tree = ast.parse(PROGRAM.read_text())
    named = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    named += [one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names]
    assert not [name for name in named if name and name.startswith(("barrymore", "django"))]
