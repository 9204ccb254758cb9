"""Recorded calls: none before a profile or against a no; two sides encrypted, played on record, forgotten."""

import io
import math
import random
import struct
import wave
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from barrymore.conversations import recordings
from barrymore.conversations.models import CallRecording, Conversation
from barrymore.conversations.recordings import NotRecorded, begin, choose_profile, keep, pause, resume
from barrymore.conversations.stereo import Stereo
from barrymore.handling.contact import Contact
from barrymore.handling.services import receive
from barrymore.journal.models import Fact
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.models import AuditEntry, Staff
from barrymore.routing.models import Queue

pytestmark = pytest.mark.django_db
RATE = 8000
BOTH = {"is_on": True, "country": "LT", "basis": "notice", "keep_days": 30, "queues": [], "share": 100}


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def call(queue: Queue) -> Conversation:
    """A call that somebody may have answered."""
    told = receive(
        Contact("phone", "1:1", "phone", "+37060000001", now(), subject="Call", queue_ref=queue.pk)
    )
    return Conversation.objects.get(pk=told.conversation_ref)


def tone(path: Path, seconds: float, hertz: float, loud: float = 0.5) -> Path:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        wide = int(32767 * loud)
        samples = (int(wide * math.sin(2 * math.pi * hertz * n / RATE)) for n in range(round(seconds * RATE)))
        sound.writeframes(b"".join(struct.pack("<h", one) for one in samples))
    return path


def kept(
    call: Conversation, dora: Staff, tmp_path: Path, seconds: float = 3.0, **profile: Any
) -> CallRecording:
    choose_profile(Actor(dora), **BOTH | profile)
    recording = begin(call, "call:1:1", queue=None, staff=dora)
    keep(
        recording, tone(tmp_path / "rx.wav", seconds, 440), tone(tmp_path / "tx.wav", seconds - 0.5, 600, 0.1)
    )
    recording.refresh_from_db()
    return recording


def test_nothing_is_recorded_before_a_profile_is_chosen(
    call: Conversation, dora: Staff, queue: Queue
) -> None:
    with pytest.raises(NotRecorded, match="off"):
        begin(call, "call:1:1", queue=queue.pk, staff=None, answer="yes")
    choose_profile(Actor(dora), **BOTH | {"is_on": False})
    with pytest.raises(NotRecorded, match="off"):
        begin(call, "call:1:1", queue=queue.pk, staff=None, answer="yes")
    assert not CallRecording.objects.exists()


@pytest.mark.parametrize(
    ("profile", "answer", "why"),
    [
        ({"basis": "consent"}, "", "not_asked"),
        ({"basis": "consent"}, "no", "declined"),
        ({"basis": "notice"}, "no", "declined"),
        ({"queues": [99]}, "yes", "rule"),
    ],
)
def test_a_call_that_must_not_be_recorded_is_not(
    call: Conversation, dora: Staff, queue: Queue, profile: dict[str, Any], answer: str, why: str
) -> None:
    choose_profile(Actor(dora), **BOTH | profile)
    with pytest.raises(NotRecorded, match=why):
        begin(call, "call:1:1", queue=queue.pk, staff=None, answer=answer)
    assert not CallRecording.objects.exists()
    assert Fact.objects.filter(kind="recording.declined").count() == (why == "declined")


def test_a_part_is_drawn_by_lot(call: Conversation, dora: Staff) -> None:
    choose_profile(Actor(dora), **BOTH | {"share": 25})
    random.seed(11)
    drawn = 0
    for number in range(400):
        try:
            begin(call, f"call:{number}:1", queue=None, staff=None)
            drawn += 1
        except NotRecorded as reason:
            assert str(reason) == "lot"
    assert 70 <= drawn <= 130


def test_both_sides_are_kept_encrypted_and_their_files_are_gone(
    call: Conversation, dora: Staff, tmp_path: Path, media: Path
) -> None:
    found = kept(call, dora, tmp_path)
    assert (found.state, found.seconds, found.problem) == ("kept", 3.0, "")
    assert not (tmp_path / "rx.wav").exists() and not (tmp_path / "tx.wav").exists()
    stored = [one for one in media.rglob("*") if one.is_file()]
    assert len(stored) == 2 and all(b"RIFF" not in one.read_bytes() for one in stored)
    assert max(found.customer_peaks) == pytest.approx(0.5, abs=0.02)
    assert max(found.agent_peaks) == pytest.approx(0.1, abs=0.02)
    assert Fact.objects.get(kind="recording.kept").values == {"seconds": 3.0}
    keep(found, tmp_path / "rx.wav", tmp_path / "tx.wav")
    found.refresh_from_db()
    assert found.state == "kept", "told twice is kept once"


def test_what_is_played_has_each_side_on_its_channel(call: Conversation, dora: Staff, tmp_path: Path) -> None:
    stereo = Stereo(kept(call, dora, tmp_path))
    whole = b"".join(stereo.read(0, stereo.size))
    assert len(whole) == stereo.size
    with wave.open(io.BytesIO(whole)) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getnframes()) == (2, RATE, 3 * RATE)
        frames = sound.readframes(3 * RATE)
    left, right = [[one[side] for one in struct.iter_unpack("<hh", frames)] for side in (0, 1)]
    assert max(left) > 16_000 and 3_000 < max(right) < 3_500
    assert set(right[-RATE // 4 :]) == {0}, "the shorter side ends in silence"


@pytest.mark.parametrize(("start", "stop"), [(0, 10), (40, 48), (44, 45), (47, 300_000), (65_580, 65_590)])
def test_any_part_of_it_is_the_part(
    call: Conversation, dora: Staff, tmp_path: Path, start: int, stop: int
) -> None:
    stereo = Stereo(kept(call, dora, tmp_path))
    whole = b"".join(stereo.read(0, stereo.size))
    assert b"".join(stereo.read(start, stop)) == whole[start:stop]


def test_sides_that_do_not_fit_are_told_and_nothing_is_half_kept(
    call: Conversation, dora: Staff, tmp_path: Path, media: Path
) -> None:
    choose_profile(Actor(dora), **BOTH)
    faults = []
    for number, (left, right) in enumerate([(3.0, 1.0), (3.0, None), (3.0, "text")]):
        recording = begin(call, f"call:{number}:1", queue=None, staff=None)
        other = tmp_path / f"tx{number}.wav"
        if right == "text":
            other.write_text("no sound")
        elif isinstance(right, float):
            tone(other, right, 500)
        keep(recording, tone(tmp_path / f"rx{number}.wav", left, 500), other)
        recording.refresh_from_db()
        assert recording.state == "failed"
        assert (tmp_path / f"rx{number}.wav").exists(), "what could not be kept is not thrown away"
        faults.append(recording.problem)
    assert faults == ["the sides are 3.0 and 1.0 s long", "tx1.wav is not there", "tx2.wav is no WAV file"]
    assert [one for one in media.rglob("*") if one.is_file()] == []
    assert Fact.objects.filter(kind="recording.failed").count() == 3


def test_a_full_disk_is_told(
    call: Conversation, dora: Staff, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_folder: str, _chunks: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recordings, "seal_file", full)
    found = kept(call, dora, tmp_path)
    assert found.state == "failed" and "No space left" in found.problem
    assert (tmp_path / "rx.wav").exists()


def test_a_pause_is_written_down(call: Conversation, dora: Staff) -> None:
    choose_profile(Actor(dora), **BOTH)
    moment = now()
    with at_moment(moment):
        recording = begin(call, "call:1:1", queue=None, staff=None)
        assert begin(call, "call:1:1", queue=None, staff=None).pk == recording.pk
    for seconds, turn, turned in (
        (10, pause, True),
        (12, pause, False),
        (25, resume, True),
        (26, resume, False),
    ):
        with at_moment(moment + timedelta(seconds=seconds)):
            assert turn(recording) is turned
    recording.refresh_from_db()
    assert (recording.state, recording.pauses) == ("running", [[10.0, 25.0]])


def test_the_page_plays_a_part_to_who_may_listen_and_writes_it_down(
    client: Client,
    call: Conversation,
    sam: Staff,
    amina: Staff,
    dora: Staff,
    queue: Queue,
    tmp_path: Path,
) -> None:
    found = kept(call, dora, tmp_path)
    address = f"/desk/{call.pk}/recordings/{found.pk}/"
    client.force_login(amina)
    assert client.get(address).status_code == 403
    assert "Only who has the right may listen." in client.get(f"/desk/{call.pk}/recordings/").content.decode()
    client.force_login(sam)
    listed = client.get(f"/desk/{call.pk}/recordings/").content.decode()
    assert "<audio" in listed and "call-wave-customer" in listed
    part = client.get(address, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part["Content-Range"]) == (206, f"bytes 100-199/{44 + 3 * RATE * 4}")
    assert len(b"".join(part.streaming_content)) == 100
    assert not AuditEntry.objects.filter(action="recording.opened").exists()
    whole = client.get(address)
    assert len(b"".join(whole.streaming_content)) == int(whole["Content-Length"])
    assert AuditEntry.objects.get(action="recording.opened").actor == sam
    assert client.get(address, headers={"Range": "bytes=9999999-"}).status_code == 416
    with pytest.raises(NotAllowed):
        recordings.open_recording(Actor(amina), found, queue)


def test_a_file_that_is_gone_is_told(
    client: Client, call: Conversation, sam: Staff, dora: Staff, tmp_path: Path, media: Path
) -> None:
    found = kept(call, dora, tmp_path)
    for one in media.rglob("*"):
        if one.is_file():
            one.write_bytes(b"x" * one.stat().st_size)
    client.force_login(sam)
    assert client.get(f"/desk/{call.pk}/recordings/{found.pk}/").status_code == 404


def test_the_sound_is_forgotten_in_its_time_and_the_call_stays(
    call: Conversation, dora: Staff, tmp_path: Path, media: Path
) -> None:
    found = kept(call, dora, tmp_path)
    # What a profile says later does not lengthen what was promised to this caller.
    choose_profile(Actor(dora), **BOTH | {"keep_days": 3000})
    with at_moment(now() + timedelta(days=29)):
        assert recordings.forget_round() == 0
    with at_moment(now() + timedelta(days=31)):
        assert recordings.forget_round() == 1
        assert recordings.forget_round() == 0
    found.refresh_from_db()
    assert (found.state, found.seconds, found.customer_key, found.agent_peaks) == ("forgotten", 3.0, "", [])
    assert [one for one in media.rglob("*") if one.is_file()] == []


def test_the_profile_is_chosen_on_its_page(client: Client, dora: Staff, queue: Queue) -> None:
    client.force_login(dora)
    page = client.get("/settings/recording/").content.decode()
    assert "No call is recorded before you choose" in page
    told = {"is_on": "on", "country": "DE", "basis": "notice", "keep_days": "90", "share": "100"}
    refused = client.post("/settings/recording/", told)
    assert refused.status_code == 422
    assert "In this country the caller must be asked first." in refused.content.decode()
    assert recordings.profile() is None
    told |= {"basis": "consent", "queues": [str(queue.pk)]}
    assert client.post("/settings/recording/", told).status_code == 302
    held = recordings.profile()
    assert held is not None and (held.country, held.queues, held.chosen_by) == ("DE", [queue.pk], dora)
    assert recordings.asks_first(queue.pk) is not None and recordings.asks_first(queue.pk + 1) is None
    assert AuditEntry.objects.filter(action="recording.profile").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [{"country": "Lithuania"}, {"basis": "silent"}, {"keep_days": 0}, {"share": 0}, {"share": 101}],
)
def test_an_impossible_profile_is_refused(dora: Staff, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        choose_profile(Actor(dora), **BOTH | wrong)
