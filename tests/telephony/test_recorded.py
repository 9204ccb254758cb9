"""Calls that are recorded, or not: what was said, by whom, and nothing left where it was recorded."""

import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from barrymore.conversations.models import CallRecording, RecordingProfile
from barrymore.conversations.stereo import Stereo
from barrymore.journal.models import Fact
from barrymore.organisation.models import Staff
from barrymore.routing.models import Queue
from barrymore.telephony import calls
from barrymore.telephony.hearing import Caller, Leg
from barrymore.telephony.models import Call, Extension, Node, Number, Passing, Talk
from barrymore.telephony.talks import ari, fetching, keeping
from tests.telephony.asterisk import _owner
from tests.telephony.conftest import NUMBER, House, arrive_at_work, second
from tests.telephony.sip import eventually
from tests.telephony.sound import RATE, anywhere, as_pcmu, noise, sides_of
from tests.telephony.test_passing import press


@pytest.fixture
def ready(amina: Staff, phone_of: Callable[..., Extension], transactional_db: None) -> Staff:
    """Amina at her telephone, in a house that records whoever was told and does not mind."""
    phone_of(amina)
    arrive_at_work(amina, "break")
    RecordingProfile.objects.create(is_on=True, country="LT", basis="notice", chosen_at=timezone.now())
    return amina


def told(whole: House, answer: str) -> Call:
    """The caller waits, hears the announcement and says so much to it; then Amina is there."""
    call = whole.call(state="queued")
    Call.objects.filter(pk=call.pk).update(recording=answer)
    arrive_at_work(Staff.objects.get(name="Amina Sarr"))
    return call


def count(kind: str) -> int:
    return Fact.objects.filter(kind=kind).count()


def left_over(whole: House) -> list[str]:
    return [path.name for path in (whole.asterisk.home / "spool").rglob("*.wav")]


def test_both_sides_are_kept_and_each_is_what_was_said(
    house: Callable[[], House], ready: Staff, tmp_path: Path
) -> None:
    customer, agent = noise(1, 6), noise(2, 6)
    whole = house()
    lee, ours = as_pcmu(customer, tmp_path / "lee.ul"), as_pcmu(agent, tmp_path / "amina.ul")
    whole.sip.phone("amina", "pw-amina", talks=4, sound=ours)
    whole.sip.call(NUMBER, sound=lee)
    told(whole, "told")
    call = whole.call(state="talking")
    eventually(lambda: CallRecording.objects.filter(state="running").exists())
    whole.call(state="ended")
    recording = eventually(lambda: CallRecording.objects.filter(state="kept").first())
    assert recording.conversation == call.conversation and recording.staff == ready
    assert 3 < recording.seconds < 7 and recording.problem == ""
    stereo, target = Stereo(recording), tmp_path / "call.wav"
    target.write_bytes(b"".join(stereo.read(0, stereo.size)))
    left, right = sides_of(target)
    assert anywhere(left, customer) > 0.9 > 0.3 > anywhere(left, agent)
    assert anywhere(right, agent) > 0.9 > 0.3 > anywhere(right, customer)
    eventually(lambda: left_over(whole) == [])
    assert (count("recording.begun"), count("recording.kept"), count("call.talked")) == (1, 1, 1)


def test_each_part_is_who_spoke_after_somebody_was_asked(
    house: Callable[[], House],
    ready: Staff,
    queue: Queue,
    phone_of: Callable[..., Extension],
    tmp_path: Path,
) -> None:
    customer, agent, colleague = (noise(seed, 14) for seed in (1, 2, 3))
    ines = second(queue)
    phone_of(ines, number="202")
    whole = house()
    whole.sip.phone("amina", "pw-amina", talks=40, sound=as_pcmu(agent, tmp_path / "a.ul"))
    whole.sip.phone("ines", "pw-ines", talks=6, sound=as_pcmu(colleague, tmp_path / "i.ul"))
    whole.sip.call(NUMBER, stays=40, sound=as_pcmu(customer, tmp_path / "l.ul"))
    told(whole, "agreed")
    arrive_at_work(ines, "busy")
    call = whole.call(state="talking")
    time.sleep(2)
    press(call, ready, "consult", to=ines)
    eventually(lambda: Passing.objects.filter(state="talking").exists())
    press(call, ready, "complete")
    whole.call(state="ended", staff=ines)
    eventually(lambda: CallRecording.objects.filter(state="kept").count() == 2)
    first, then = CallRecording.objects.order_by("pk")
    assert (first.staff, then.staff) == (ready, ines)
    for recording, ours, other in ((first, agent, colleague), (then, colleague, agent)):
        stereo, target = Stereo(recording), tmp_path / "call.wav"
        target.write_bytes(b"".join(stereo.read(0, stereo.size)))
        left, right = sides_of(target)
        assert anywhere(left, customer) > 0.9 and anywhere(right, ours) > 0.9 > 0.3 > anywhere(right, other)
    eventually(lambda: left_over(whole) == [])


@pytest.mark.long
def test_what_is_said_in_a_pause_is_not_there(
    house: Callable[[], House], ready: Staff, tmp_path: Path
) -> None:
    customer = noise(1, 12)
    whole = house()
    whole.sip.phone("amina", "pw-amina", talks=7)
    whole.sip.call(NUMBER, sound=as_pcmu(customer, tmp_path / "lee.ul"))
    told(whole, "told")
    call = whole.call(state="talking")
    time.sleep(1.5)
    press(call, ready, "pause")
    eventually(lambda: CallRecording.objects.filter(state="paused").exists())
    time.sleep(2)
    press(call, ready, "resume")
    eventually(lambda: CallRecording.objects.filter(state="running").exists())
    recording = eventually(lambda: CallRecording.objects.filter(state="kept").first())
    ((since, until),) = recording.pauses
    stereo, target = Stereo(recording), tmp_path / "call.wav"
    target.write_bytes(b"".join(stereo.read(0, stereo.size)))
    left, _right = sides_of(target)
    silent = left[int((since + 0.4) * RATE) : int((until - 0.4) * RATE)]
    assert len(silent) > RATE // 2 and abs(silent).max() == 0
    assert abs(left[: int(since * RATE / 2)]).max() > 1000 < abs(left[int((until + 0.5) * RATE) :]).max()


@pytest.mark.parametrize(("answer", "declined"), [("declined", 1), ("", 0)])
def test_who_declined_or_was_not_told_is_not_recorded(
    house: Callable[[], House], ready: Staff, answer: str, declined: int
) -> None:
    whole = house()
    whole.sip.phone("amina", "pw-amina", talks=1)
    whole.sip.call(NUMBER)
    told(whole, answer)
    assert whole.call(state="ended").outcome == "answered"
    assert not CallRecording.objects.exists() and left_over(whole) == []
    assert count("recording.declined") == declined and count("recording.begun") == 0


@pytest.mark.long
def test_our_process_and_asterisk_die_while_it_runs(
    house: Callable[[], House], ready: Staff, tmp_path: Path
) -> None:
    whole = house()
    whole.sip.phone("amina", "pw-amina", talks=60, sound=as_pcmu(noise(2, 9), tmp_path / "a.ul"))
    whole.sip.call(NUMBER, sound=as_pcmu(noise(1, 9), tmp_path / "l.ul"))
    told(whole, "told")
    whole.call(state="talking")
    eventually(
        lambda: sum(path.stat().st_size for path in (whole.asterisk.home / "spool").rglob("*.wav")) > 90_000
    )
    whole.rest()
    whole.asterisk.kill()
    whole.asterisk.start()
    whole.work()
    whole.call(state="ended")
    recording = eventually(lambda: CallRecording.objects.filter(state="kept").first())
    # What had been written by then is there, though the head of a cut file tells no length.
    assert recording.seconds > 1
    eventually(lambda: left_over(whole) == [])


@pytest.mark.long
def test_a_file_that_never_comes_is_told(
    house: Callable[[], House], ready: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "FILE_COMES", timedelta(seconds=1))
    monkeypatch.setattr(fetching, "AGAIN_SECONDS", 0.5)
    whole = house()
    whole.sip.phone("amina", "pw-amina", talks=2)
    whole.sip.call(NUMBER)
    told(whole, "told")
    eventually(lambda: left_over(whole))
    for path in (whole.asterisk.home / "spool").rglob("*.wav"):
        path.unlink()
    recording = eventually(lambda: CallRecording.objects.filter(state="failed").first())
    assert recording.problem == "the sound never came from the node" and count("recording.failed") == 1


@pytest.mark.long
def test_a_full_disk_of_ours_is_waited_for_and_then_told(
    house: Callable[[], House], ready: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fetching, "AGAIN_SECONDS", 0.2)
    monkeypatch.setattr(ari.shutil, "copyfileobj", full)
    whole = house()
    whole.sip.phone("amina", "pw-amina", talks=1)
    whole.sip.call(NUMBER)
    told(whole, "told")
    whole.call(state="ended")
    eventually(lambda: left_over(whole))
    assert CallRecording.objects.get().state == "running"
    monkeypatch.setattr(fetching, "GIVE_UP", timedelta(0))
    recording = eventually(lambda: CallRecording.objects.filter(state="failed").first())
    assert "No space left" in recording.problem
    eventually(lambda: left_over(whole) == [])


def test_what_nobody_waits_for_is_taken_away_at_the_node(house: Callable[[], House], ready: Staff) -> None:
    whole = house()
    folder = whole.asterisk.home / "spool" / "recording"
    folder.mkdir(parents=True)
    for name in ("bm-call-77-1-rx.wav", "bm-call-77-1-tx.wav", "of-somebody-else.wav"):
        (folder / name).write_bytes(b"RIFF")
    shutil.chown(folder, *_owner())
    assert fetching.sweep(whole.node) == 2
    assert left_over(whole) == ["of-somebody-else.wav"]


def test_a_second_part_follows_the_lot_of_the_first(
    node: Node, number: Number, amina: Staff, phone_of: Callable[..., Extension], db: None
) -> None:
    extension = phone_of(amina)
    RecordingProfile.objects.create(
        is_on=True, country="LT", basis="notice", share=1, chosen_at=timezone.now()
    )
    call = calls.arrive(node, Caller("1.1", "PJSIP/trunk-1-1", number.pk, "+37061234567"))
    assert call
    Call.objects.update(recording="told")
    answered = calls.answer(Leg(call.pk, 0, extension.pk, "1.1"))
    assert answered
    first = Talk.objects.get()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("random.random", lambda: 0.0)
        assert keeping.record_talk(answered, first)
        patch.setattr("random.random", lambda: 0.99)
        again = keeping.begin_talk(answered, amina, "x", timezone.now())
        assert keeping.record_talk(answered, again)
    assert CallRecording.objects.count() == 2
