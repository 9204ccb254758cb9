"""Sounds for callers: what is taken, what is refused, and the pages."""

import io
import shutil
import wave
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.test import Client

from barrymore.organisation.models import AuditEntry, Staff
from barrymore.telephony.menu_models import Menu, Prompt
from barrymore.telephony.menus import files, phrases, sounds
from barrymore.telephony.menus.sounds import NoSound
from tests.telephony.menus import prompt, tone

pytestmark = pytest.mark.django_db
HOME = "/settings/telephone/prompts/"


def wav(rate: int, channels: int, width: int, seconds: float = 1.0) -> bytes:
    """A tone of another shape than ours."""
    at = np.arange(int(rate * seconds)) / rate
    values = np.sin(2 * np.pi * 440 * at) * 0.5
    if width == 1:
        told = ((values * 127) + 128).astype("u1")
    else:
        told = (values * (2 ** (8 * width - 1) - 1)).astype(f"<i{width}")
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((channels, width, rate, 0, "NONE", ""))
        out.writeframes(np.repeat(told, channels).tobytes())
    return file.getvalue()


@pytest.fixture
def page(client: Client, dora: Staff) -> Client:
    client.force_login(dora)
    return client


@pytest.mark.parametrize(
    ("rate", "channels", "width"), [(8000, 1, 2), (44100, 2, 2), (22050, 1, 1), (48000, 1, 4)]
)
def test_every_plain_wav_becomes_the_same_tone(rate: int, channels: int, width: int) -> None:
    samples = sounds.read_sound(wav(rate, channels, width))
    assert len(samples) == 8000
    strength = np.abs(np.fft.rfft(samples))
    assert int(strength.argmax()) == 440
    assert 14000 < np.abs(samples[1000:7000]).max() < 17500


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no sound at all",
        b"RIFF" + b"\x00" * 200,
        b"ID3" + b"\xff" * 400,
        b"\xff\xfb" + b"x" * 400,
        b"#!/bin/sh",
    ],
)
def test_what_is_no_sound_is_refused_with_words(data: bytes) -> None:
    with pytest.raises(NoSound, match=r"WAV|sound"):
        sounds.read_sound(data)


def test_too_long_too_short_and_too_large_are_refused() -> None:
    with pytest.raises(NoSound, match="minutes"):
        sounds.read_sound(wav(8000, 1, 1, 190))
    with pytest.raises(NoSound, match="no sound"):
        sounds.read_sound(tone(0.1))
    with pytest.raises(NoSound, match="MB"):
        sounds.read_sound(b"RIFF" + bytes(sounds.LARGEST))


def test_a_wav_that_lies_about_its_length_is_read_as_far_as_it_goes() -> None:
    data = bytearray(tone(1.0))
    data[40:44] = (0x7FFFFFFF).to_bytes(4, "little")
    assert len(sounds.read_sound(bytes(data))) == 8000


@pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not installed")
def test_another_kind_is_read_by_a_program(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(tone(1.0))
    sounds.run(["sox", str(tmp_path / "a.wav"), str(tmp_path / "a.flac")])
    assert len(sounds.read_sound((tmp_path / "a.flac").read_bytes())) == 8000


def test_without_a_program_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(NoSound, match="install ffmpeg or sox"):
        sounds.read_sound(b"fLaC" + b"x" * 100)
    with pytest.raises(NoSound, match="install espeak-ng"):
        sounds.speak("Good morning", "en")


@pytest.mark.skipif(not sounds.can_speak(), reason="espeak-ng is not installed")
def test_words_are_spoken_and_none_is_an_option(tmp_path: Path) -> None:
    for text, language in (
        ("Good morning", "en"),
        ("Labas rytas", "lt"),
        ("--help", "en"),
        (f"-w {tmp_path}/x", "en"),
    ):
        samples = sounds.speak(text, language)
        assert len(samples) > 2000 and np.abs(samples).max() > 5000
    assert not (tmp_path / "x").exists()
    with pytest.raises(NoSound, match="does not know"):
        sounds.speak("x", "xx")


def test_a_prompt_is_uploaded_heard_and_deleted(page: Client) -> None:
    assert b"Nothing here yet" in page.get(HOME).content
    told = {
        "name": "Welcome",
        "language": "en",
        "purpose": "",
        "text": "",
        "sound": SimpleUploadedFile("a.wav", tone(0.5)),
    }
    assert page.post(HOME + "new/", told).status_code == 302
    made = Prompt.objects.get()
    assert (made.is_spoken, made.seconds) == (False, 0.5)
    answer = page.get(f"{HOME}{made.pk}/sound/")
    assert answer["Content-Type"] == "audio/wav" and answer.content == tone(0.5)
    stored = Path(settings.MEDIA_ROOT) / made.path
    page.post(f"{HOME}{made.pk}/delete/")
    assert not Prompt.objects.exists() and not stored.exists()
    assert list(
        AuditEntry.objects.filter(action__startswith="prompt.").values_list("action", flat=True)[::-1]
    )[:1]


def test_bad_uploads_change_nothing_and_say_why(page: Client) -> None:
    for name, data in (("a.wav", b"MZ\x90"), ("a.mp3", b"ID3" + b"\x00" * 50)):
        told = {"name": "Welcome", "language": "en", "text": "", "sound": SimpleUploadedFile(name, data)}
        answer = page.post(HOME + "new/", told)
        assert answer.status_code == 200 and b"field-error" in answer.content
    answer = page.post(HOME + "new/", {"name": "Welcome", "language": "en", "text": ""})
    assert "Write what shall be said" in answer.content.decode()
    assert not Prompt.objects.exists()
    assert not list(Path(settings.MEDIA_ROOT).rglob("*"))


def test_a_gigabyte_is_refused_unread(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(self: UploadedFile, *args: object) -> bytes:
        raise AssertionError("read")

    huge = SimpleUploadedFile("a.wav", b"RIFF")
    from barrymore.telephony.menus.forms import PromptForm

    huge.size = 1024**3
    monkeypatch.setattr(SimpleUploadedFile, "read", read)
    form = PromptForm({"name": "W", "language": "en"}, {"sound": huge})
    assert not form.is_valid() and "MB" in str(form.errors["sound"])


def test_another_sound_replaces_the_file_and_leaves_none_behind(page: Client) -> None:
    made = prompt("Welcome")
    before = Path(settings.MEDIA_ROOT) / made.path
    told = {"name": "Welcome", "language": "en", "text": "", "sound": SimpleUploadedFile("b.wav", tone(0.8))}
    page.post(f"{HOME}{made.pk}/", told)
    made.refresh_from_db()
    assert made.seconds == 0.8 and not before.exists()
    assert len([path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]) == 1


def test_what_a_menu_says_cannot_be_deleted(page: Client) -> None:
    made = prompt("Welcome")
    Menu.objects.create(name="First", greeting=made)
    answer = page.post(f"{HOME}{made.pk}/delete/", follow=True)
    assert "choose another there first" in answer.content.decode()
    assert Prompt.objects.exists() and (Path(settings.MEDIA_ROOT) / made.path).exists()


def test_two_of_one_name_and_language_are_refused(page: Client) -> None:
    prompt("Welcome")
    told = {"name": "Welcome", "language": "en", "text": "", "sound": SimpleUploadedFile("b.wav", tone(0.8))}
    assert page.post(HOME + "new/", told).status_code == 200
    assert Prompt.objects.count() == 1
    assert len([path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]) == 1


def test_phrases_come_from_a_prompt_of_that_purpose_else_from_the_voice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prompt("Ours", 0.7, purpose="closed")
    made = phrases.prepared(["en", "lt-LT", ""], [], {"closed"})
    assert made.languages == ("en", "lt")
    assert len(made.files["closed-en"]) == int(0.7 * 8000)
    monkeypatch.setattr(sounds, "voices", lambda: frozenset())
    without = phrases.prepared(["en", "lt"], [], {"closed"})
    assert "closed-en" in without and not without.in_all("closed")


def test_files_are_written_in_both_codecs_and_old_ones_go(tmp_path: Path) -> None:
    made = phrases.prepared(["en"], [prompt("Welcome", 0.5)], set())
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "p99.ulaw").write_bytes(b"old")
    files.write_sounds(tmp_path / "prompts", made)
    names = {path.name for path in (tmp_path / "prompts").iterdir()}
    ref = Prompt.objects.get().pk
    assert names == {f"{one}.{end}" for one in ("beep", f"p{ref}") for end in ("ulaw", "alaw", "sln")}
    assert (tmp_path / "prompts" / f"p{ref}.ulaw").stat().st_size == 4000


def test_a_prompt_whose_file_is_gone_stops_nothing() -> None:
    made = prompt("Welcome")
    (Path(settings.MEDIA_ROOT) / made.path).unlink()
    assert "beep" in phrases.prepared(["en"], [made], set()).files
