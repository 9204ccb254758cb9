"""Voice messages become words: once, marked as a machine's, corrected beside, gone with the voice."""

import csv
import io
import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from barrymore.desk.recoveries import voices_behind
from barrymore.extras.catalog import EXTRAS
from barrymore.extras.worker import worker_of
from barrymore.feedback import listing, machines, voices
from barrymore.feedback.keeping import forget_round
from barrymore.feedback.models import Campaign, Correction, MachineReading, Recording, Transcript
from barrymore.feedback.recordings import keep_recording
from barrymore.handling.models import Recovery
from barrymore.handling.noticing import answers_round
from barrymore.handling.recovering import recoveries_round
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.models import AuditEntry, Point, Site, Staff
from barrymore.routing.models import Queue
from tests.channels.devices import stand
from tests.extras import real
from tests.feedback.asked import ask

pytestmark = pytest.mark.django_db
NAME = "voice-" + "a" * 32
Post = Callable[..., Any]


@pytest.fixture
def real_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extras as `make test` installs them."""
    real.point_at(monkeypatch)


@pytest.fixture
def point(site: Site) -> Point:
    return stand(site)


@pytest.fixture
def campaign(point: Point, dora: Staff) -> Campaign:
    return ask(dora, point, definition="page")


def said(campaign: Campaign, point: Point, name: str = NAME, speed: int = 1, **more: Any) -> int:
    """An answer with a voice message, by REST's own way."""
    from barrymore.feedback.answers import Origin
    from barrymore.feedback.campaign_answers import Catalog, Told, receive_answer

    scores = dict.fromkeys(("speed", "people", "effort"), speed)
    told = {
        "campaign": campaign.pk, "questionnaire": campaign.questionnaire_id, "language": "en",
        "answers": {**scores, "voice": name}, "outcome": "complete", "seconds": {}, **more,
    }  # fmt: skip
    where: dict[str, Any] = {"site": point.site_id, "point": point.pk, "language": told["language"]}
    origin = Origin(key=f"test:{name}", mode="feedback", channel="kiosk", at=now(), **where)
    return receive_answer(origin, Told.of(told), Catalog.of([told])).pk


def bring(path: Path, name: str = NAME) -> Recording:
    data = path.read_bytes()
    return keep_recording(name, "audio/wav", [data], len(data), device=1, point=1, site=1)


def text_named_wav(tmp_path: Path) -> Path:
    made = tmp_path / "text.wav"
    made.write_bytes(b"RIFF" + b"and then only words" * 20)
    return made


def test_a_voice_is_written_down_once_with_model_language_and_confidence(
    campaign: Campaign, point: Point, real_extras: None
) -> None:
    said(campaign, point)
    # The file is not here yet: nothing to do and nothing lost.
    assert voices.voices_round() == 0
    bring(real.BECKETT)
    assert voices.voices_round() == 1
    assert voices.voices_round() == 0
    one = Transcript.objects.get()
    assert real.word_errors(real.SPOKEN, real.words_of(one.text)) <= 1
    assert (one.state, one.language, one.tries, one.question) == ("done", "en", 1, "voice")
    assert one.model.startswith("faster-whisper") and one.confidence and 0.4 < one.confidence < 1
    assert one.at and one.seconds and one.segments[0]["text"]


def test_those_that_wait_are_taken_in_their_order(
    campaign: Campaign, point: Point, real_extras: None, tmp_path: Path
) -> None:
    silence = real.sound(tmp_path / "silence.wav", bytes(32_000))
    names = [f"voice-{number:032x}" for number in range(machines.AT_ONCE + 2)]
    for name in names:
        said(campaign, point, name)
        bring(silence, name)
    assert voices.voices_round() == machines.AT_ONCE
    done = Transcript.objects.filter(state="done").order_by("at")
    assert [one.key for one in done] == names[: machines.AT_ONCE]
    assert voices.voices_round() == 2
    assert all(one.text == "" and one.confidence is None and not one.is_doubtful for one in done.all())


@pytest.mark.parametrize("how", ["off", "not installed", "no model"])
def test_without_the_extra_everything_waits_and_nothing_is_lost(
    campaign: Campaign, point: Point, dora: Staff, monkeypatch: pytest.MonkeyPatch, real_extras: None,
    tmp_path: Path, how: str,
) -> None:  # fmt: skip
    said(campaign, point)
    bring(real.BECKETT)
    with monkeypatch.context() as patched:
        if how == "off":
            machines.switch(Actor(dora), speech=False, presence=False)
        else:
            patched.setattr(
                settings, "SPEECH_MODEL" if how == "no model" else "EXTRAS_ROOT", str(tmp_path / "none")
            )
        assert voices.voices_round() == 0
        waiting = Transcript.objects.get()
        assert (waiting.state, waiting.tries) == ("waiting", 0)
        assert machines.reading().speech_error == ("no model" if how == "no model" else "")
    machines.switch(Actor(dora), speech=True, presence=False)
    with at_moment(now() + timedelta(minutes=2)):
        assert voices.voices_round() == 1
    assert Transcript.objects.get().state == "done"


def test_what_cannot_be_read_ends_with_its_reason_and_may_be_tried_again(
    campaign: Campaign,
    point: Point,
    dora: Staff,
    amina: Staff,
    real_extras: None,
    tmp_path: Path,
    client: Client,
) -> None:
    said(campaign, point)
    bring(text_named_wav(tmp_path))
    said(campaign, point, "voice-" + "b" * 32, language="lt")
    bring(real.BECKETT, "voice-" + "b" * 32)
    assert voices.voices_round() == 2
    told = {one.key[-1]: (one.state, one.why, one.tries) for one in Transcript.objects.all()}
    assert told == {"a": ("unreadable", "unreadable", 1), "b": ("unreadable", "language", 1)}
    assert voices.voices_round() == 0
    client.force_login(dora)
    page = client.get("/feedback/").content.decode()
    assert "could not read this voice message: the file is none that can be read" in page
    assert "the model does not know the language" in page
    with pytest.raises(NotAllowed):
        voices.try_again(Actor(amina))
    assert client.post("/settings/speech-and-pictures/again/", follow=True).status_code == 200
    assert Transcript.objects.filter(state="waiting", tries=0).count() == 2


def test_a_program_that_dies_over_it_is_tried_three_times(
    campaign: Campaign, point: Point, real_extras: None, tmp_path: Path
) -> None:
    import wave

    with wave.open(str(real.BECKETT)) as file:
        frames, rate = file.readframes(file.getnframes()), file.getframerate()
    said(campaign, point)
    data = real.sound(tmp_path / "long.wav", frames * 12, rate).read_bytes()
    assert len(data) < 5 * 2**20
    bring(tmp_path / "long.wav")
    worker, moment = worker_of(EXTRAS["speech"]), now()
    for tried in (1, 2, 3):
        worker.ask("hello", 60)
        assert worker.process_id
        threading.Timer(0.4, os.kill, (worker.process_id, signal.SIGKILL)).start()
        with at_moment(moment + timedelta(minutes=10 * tried)):
            assert voices.voices_round() == 1
            one = Transcript.objects.get()
            assert (one.tries, one.state) == (tried, "waiting" if tried < 3 else "unreadable")
            # Not again at once: the pause grows.
            assert voices.voices_round() == 0
    assert (one.why, "ended" in one.detail, one.text) == ("broke", True, "")
    assert "ended" in machines.reading().speech_error


def test_a_file_that_is_gone_from_the_disk_is_told(
    campaign: Campaign, point: Point, real_extras: None
) -> None:
    said(campaign, point)
    (Path(settings.MEDIA_ROOT) / bring(real.BECKETT).path).unlink()
    voices.voices_round()
    assert (Transcript.objects.get().state, Transcript.objects.get().why) == ("unreadable", "gone")


@pytest.fixture
def read(campaign: Campaign, point: Point) -> Transcript:
    """One that a machine has written down, badly."""
    said(campaign, point)
    sound = b"RIFF" + bytes(40)
    keep_recording(NAME, "audio/wav", [sound], len(sound), device=1, point=1, site=1)
    heard = {
        "state": "done",
        "text": "The root was cold.",
        "model": "faster-whisper 1, tiny",
        "confidence": 0.41,
    }
    Transcript.objects.update(**heard, at=now())
    return Transcript.objects.get()


def test_a_correction_stands_beside_what_the_machine_wrote(
    client: Client, read: Transcript, dora: Staff, amina: Staff
) -> None:
    client.force_login(amina)
    assert client.post(f"/feedback/voice/{NAME}/words/", {"text": "x"}).status_code == 403
    client.force_login(dora)
    page = client.get("/feedback/").content.decode()
    assert (
        "The root was cold." in page and "Written by a machine" in page and "faster-whisper 1, tiny" in page
    )
    assert "doubtful" in page
    for text in ("The room was cool.", "<b>The room was cold.</b>"):
        assert client.post(f"/feedback/voice/{NAME}/words/", {"text": text}).status_code == 302
    page = client.get("/feedback/").content.decode()
    assert "&lt;b&gt;The room was cold.&lt;/b&gt;" in page and "Corrected by Dora Kovač" in page
    assert "What the machine had written" in page and "The root was cold." in page
    read.refresh_from_db()
    assert (read.text, read.shown) == ("The root was cold.", "<b>The room was cold.</b>")
    assert list(Correction.objects.values_list("text", flat=True))[-1] == "The room was cool."
    assert AuditEntry.objects.filter(action="transcript.corrected", subject=NAME).count() == 2
    assert client.post("/feedback/voice/voice-x/words/", {"text": "x"}).status_code == 404
    refused = client.post(f"/feedback/voice/{NAME}/words/", {"text": "x" * 20_001}, follow=True)
    assert "at most 20000 signs" in refused.content.decode() and Correction.objects.count() == 2


def test_nobody_corrects_what_was_not_read_yet(
    client: Client, campaign: Campaign, point: Point, dora: Staff
) -> None:
    said(campaign, point)
    with pytest.raises(ValueError, match="not read it yet"):
        voices.correct(Actor(dora), NAME, "words")
    assert not Correction.objects.exists()


def test_rest_and_table_tell_that_a_machine_wrote_it(
    client: Client, read: Transcript, dora: Staff, token: Callable[..., dict[str, str]]
) -> None:
    voices.correct(Actor(dora), NAME, "=The room was cold.")
    told = client.get("/api/v1/feedback", **token(dora, "feedback.read")).json()["items"][0]["transcripts"]
    assert [(one["made_by"], one["text"], one["corrected"], one["doubtful"]) for one in told] == [
        ("machine", "The root was cold.", "=The room was cold.", True)
    ]
    assert (told[0]["model"], told[0]["confidence"]) == ("faster-whisper 1, tiny", 0.41)
    # Spoken words are words, too: the filter finds them though nothing was typed.
    rows = list(csv.DictReader(io.StringIO("".join(listing.table_of(listing.Wanted(words=True))))))
    assert [(one["machine_transcript"], one["machine_model"], one["machine_confidence"]) for one in rows] == [
        ("The root was cold.", "faster-whisper 1, tiny", "0.41")
    ]
    assert rows[0]["transcript_corrected"] == "'=The room was cold."


def test_it_goes_with_the_voice_and_waits_for_no_file_for_ever(
    read: Transcript, dora: Staff, campaign: Campaign, point: Point
) -> None:
    voices.correct(Actor(dora), NAME, "The room was cold.")
    said(campaign, point, "voice-" + "c" * 32)
    with at_moment(now() + timedelta(days=29)):
        forget_round()
        assert Transcript.objects.count() == 2
    with at_moment(now() + timedelta(days=31)):
        forget_round()
    assert not Transcript.objects.exists() and not Correction.objects.exists()
    assert not Recording.objects.exists()


def test_what_was_forgotten_while_it_was_read_stays_forgotten(read: Transcript) -> None:
    Transcript.objects.all().delete()
    told = {"text": "x", "segments": [], "seconds": 1, "language": "en", "model": "m"}
    voices.Voices().keep(read, told)
    assert not Transcript.objects.exists()


def test_the_conversation_of_a_bad_answer_shows_what_was_said_aloud(
    client: Client, read: Transcript, queue: Queue, amina: Staff, token: Callable[..., dict[str, str]]
) -> None:
    assert answers_round() == 1
    assert recoveries_round() >= 1
    recovery = Recovery.objects.get()
    assert [one.text for one in voices_behind(recovery)] == ["The root was cold."]
    client.force_login(amina)
    one = reverse("desk_recovery:one", args=[recovery.pk])
    for address in (one, reverse("desk:conversation", args=[recovery.conversation_id])):
        page = client.get(address).content.decode()
        assert "The root was cold." in page and "Written by a machine" in page
    told = client.get(f"/api/v1/recoveries/{recovery.pk}", **token(amina, "conversations.read")).json()
    assert told["transcripts"][0]["text"] == "The root was cold."
    assert recovery.said.count("root") == 0


def test_the_settings_page_tells_what_is_there_and_switches(
    client: Client,
    dora: Staff,
    amina: Staff,
    read: Transcript,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    address = "/settings/speech-and-pictures/"
    client.force_login(amina)
    assert client.get(address).status_code == 403
    client.force_login(dora)
    monkeypatch.setattr(settings, "EXTRAS_ROOT", tmp_path)
    page = client.get(address).content.decode()
    for words in ("barrymore extras install speech", "barrymore extras install presence", "not installed"):
        assert words in page
    machines.note_fault("speech", "the program ended (-9)")
    assert client.post(address, {"presence": "on"}).status_code == 302
    kept = MachineReading.objects.get()
    assert (kept.speech_on, kept.presence_on) == (False, True)
    assert AuditEntry.objects.get(action="reading.switched").detail == {"speech": False, "presence": True}
    assert "the program ended (-9)" in client.get(address).content.decode()
    real.point_at(monkeypatch)
    page = client.get(address).content.decode()
    assert "tiny.en" in page and "barrymore extras install" not in page
    with pytest.raises(NotAllowed):
        machines.switch(Actor(amina), speech=True, presence=True)


def test_the_work_beside_the_pages_calls_both() -> None:
    from barrymore.config.work import SELDOM
    from barrymore.feedback.faces import faces_round

    called = {one.call: one.every_seconds for one in SELDOM}
    assert (called[voices.voices_round], called[faces_round]) == (5.0, 5.0)


def test_voices_of_before_wait_too(read: Transcript) -> None:
    from importlib import import_module

    from django.apps import apps

    Transcript.objects.all().delete()
    import_module("barrymore.feedback.migrations.0010_transcripts_and_faces").voices_of_before(apps, None)
    one = Transcript.objects.get()
    assert (one.key, one.state, one.question, one.language) == (NAME, "waiting", "voice", "en")


@pytest.mark.django_db(transaction=True)
def test_two_that_work_at_once_read_each_voice_once(
    campaign: Campaign, point: Point, real_extras: None, tmp_path: Path
) -> None:
    silence = real.sound(tmp_path / "silence.wav", bytes(32_000))
    names = [f"voice-{number:032x}" for number in range(8)]
    for name in names:
        said(campaign, point, name)
        bring(silence, name)
    done: list[int] = []

    def work() -> None:
        done.append(voices.voices_round())
        connection.close()

    both = [threading.Thread(target=work) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert sum(done) == 8
    assert list(Transcript.objects.values_list("tries", "state").distinct()) == [(1, "done")]
