"""A supervisor listens, whispers, speaks with both: who hears whom, and what whoever talks is told."""

import wave
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from barrymore.conversations.models import CallRecording, RecordingProfile
from barrymore.conversations.stereo import Stereo
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.models import AuditEntry, Staff
from barrymore.telephony import calls
from barrymore.telephony.hearing import Caller, Leg
from barrymore.telephony.models import Call, Extension, Listening, ListeningNotice, Node, Number, Registration
from barrymore.telephony.talks import listening
from barrymore.telephony.talks.passing import CannotPass
from tests.ports import free_port
from tests.telephony.asterisk import CALLERS, PHONES
from tests.telephony.conftest import NUMBER, House, arrive_at_work
from tests.telephony.sip import caller_scenario, eventually, phone_scenario
from tests.telephony.sound import anywhere, as_pcmu, noise, sides_of

pytestmark = pytest.mark.django_db
Phones = Callable[..., Extension]


def switch_on() -> None:
    ListeningNotice.objects.create(text="Sam may listen to help you.", chosen_at=timezone.now())


@pytest.fixture
def call(amina: Staff, sam: Staff, node: Node, number: Number, phone_of: Phones) -> Call:
    """Lee speaks with Amina; Sam has a telephone."""
    for staff, digits in ((amina, "201"), (sam, "209")):
        extension = phone_of(staff, number=digits)
        Registration.objects.create(node=node, extension=extension, since=timezone.now())
    come = calls.arrive(node, Caller("1.1", "PJSIP/trunk-1-1", number.pk, "+37061234567"))
    assert come
    made = calls.answer(Leg(come.pk, 0, amina.extensions.get().pk, "1.1"))
    assert made
    return made


def test_it_is_off_until_there_is_a_notice(client: Client, call: Call, sam: Staff, dora: Staff) -> None:
    with pytest.raises(CannotPass, match="off"):
        listening.start(Actor(sam), call, "listen")
    assert not Listening.objects.exists() and not AuditEntry.objects.filter(action="call.listened").exists()
    client.force_login(sam)
    assert "Listening is off" in client.get("/phone/listening/").content.decode()
    client.force_login(dora)
    client.post("/settings/telephone/listening/", {"text": "Sam may listen to help you."})
    assert AuditEntry.objects.filter(action="listening.notice").exists()
    assert listening.start(Actor(sam), call, "listen").to == call.staff
    client.post("/settings/telephone/listening/", {"text": " "})
    assert listening.notice() == ""


def test_whoever_talks_sees_it_at_once_and_it_is_on_record(
    client: Client, call: Call, amina: Staff, sam: Staff
) -> None:
    switch_on()
    client.force_login(sam)
    assert "Amina Sarr" in client.get("/phone/listening/").content.decode()
    client.post(f"/phone/calls/{call.pk}/listen/", {"how": "whisper"})
    entry = AuditEntry.objects.get(action="call.listened")
    assert entry.detail["how"] == "whisper" and entry.detail["to"] == "Amina Sarr"
    client.force_login(amina)
    text = client.get(f"/phone/talk/{call.conversation_id}/").content.decode()
    assert "Sam Okonjo" in text and "whispers" in text and "Sam may listen to help you." in text


def test_who_may_not_does_not(call: Call, amina: Staff, sam: Staff, client: Client) -> None:
    switch_on()
    with pytest.raises(NotAllowed):
        listening.start(Actor(amina), call, "listen")
    client.force_login(amina)
    assert client.get("/phone/listening/").status_code == 403
    with pytest.raises(CannotPass, match="gone"):
        listening.start(Actor(sam), call, "record")
    Registration.objects.filter(extension__staff=sam).delete()
    with pytest.raises(CannotPass, match="no_telephone"):
        listening.start(Actor(sam), call, "listen")
    assert not Listening.objects.exists()


def test_one_talk_at_a_time_and_a_lost_line_ends_it(call: Call, sam: Staff) -> None:
    switch_on()
    made = listening.start(Actor(sam), call, "listen")
    with pytest.raises(CannotPass, match="open"):
        listening.start(Actor(sam), call, "barge")
    Listening.objects.update(asked_at=timezone.now() - timedelta(minutes=5))
    listening.put_right(call.node, [f"bs-{made.pk}-1"])
    assert Listening.objects.get().ended_at is None
    listening.put_right(call.node, ["1.1"])
    assert Listening.objects.get().ended_at is not None


@pytest.mark.long
@pytest.mark.parametrize(
    ("how", "echo", "hears"),
    [("whisper", "amina", True), ("whisper", "lee", False), ("barge", "lee", True)],
)
def test_who_hears_the_supervisor(
    house: Callable[[], House],
    amina: Staff,
    sam: Staff,
    phone_of: Phones,
    tmp_path: Path,
    how: str,
    echo: str,
    hears: bool,
) -> None:
    """One of the two says again whatever they hear, so that the recording tells what that was."""
    switch_on()
    RecordingProfile.objects.create(is_on=True, country="LT", basis="notice", chosen_at=timezone.now())
    phone_of(amina)
    phone_of(sam, number="209")
    arrive_at_work(amina, "break")
    voice, sams = noise(1, 12), noise(3, 12)
    said = as_pcmu(voice, tmp_path / "v.ul")
    whole = house()
    whole.sip.phone("sam", "pw-sam", talks=60, sound=as_pcmu(sams, tmp_path / "s.ul"))
    port = free_port(2, PHONES)
    whole.sip.register("amina", "pw-amina", port)
    hers = phone_scenario(0.1, 7, sound=None if echo == "amina" else said)
    whole.sip.start(hers, PHONES, port, *(["-rtp_echo"] if echo == "amina" else []))
    lees = caller_scenario(40, "<sip:+37061234567@[local_ip]>", "", None if echo == "lee" else said)
    more = ["-rtp_echo"] if echo == "lee" else []
    whole.sip.start(lees, CALLERS, free_port(2, CALLERS), "-s", NUMBER, "-m", "1", *more)
    waiting = whole.call(state="queued")
    Call.objects.filter(pk=waiting.pk).update(recording="told")
    arrive_at_work(amina)
    call = whole.call(state="talking")
    full = Call.objects.select_related("conversation__placement__queue", "staff", "node").get(pk=call.pk)
    listening.start(Actor(sam), full, how)
    eventually(lambda: Listening.objects.filter(began_at__isnull=False).exists())
    rows = whole.asterisk.ask("core show channels concise").splitlines()
    name = next(row.split("!")[0] for row in rows if row.startswith("PJSIP/sam"))
    spool = f"{whole.asterisk.seen_as}/spool"
    whole.asterisk.ask(f"mixmonitor start {name} {spool}/both.wav,St({spool}/ear.wav)")
    whole.call(state="ended")
    # It ends with the talk, and no telephone goes on hearing somebody else.
    eventually(lambda: whole.asterisk.channels() == 0)
    eventually(lambda: not Listening.objects.filter(ended_at=None).exists())
    recording = eventually(lambda: CallRecording.objects.filter(state="kept").first())
    stereo, target = Stereo(recording), tmp_path / "call.wav"
    target.write_bytes(b"".join(stereo.read(0, stereo.size)))
    left, right = sides_of(target)
    assert (anywhere(left if echo == "lee" else right, sams) > 0.4) is hears
    with wave.open(str(whole.asterisk.home / "spool" / "ear.wav"), "rb") as file:
        ear = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert anywhere(ear, voice) > 0.4
