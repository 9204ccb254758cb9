"""What a caller really hears: compared with what was played, since music is not silent either."""

import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from barrymore.organisation.models import Staff
from barrymore.routing import services as routing
from barrymore.telephony.configuring import music
from barrymore.telephony.models import Extension, Number
from tests.ports import free_port
from tests.telephony.asterisk import PHONES
from tests.telephony.conftest import NUMBER, House, arrive_at_work
from tests.telephony.keys import VOICE, press
from tests.telephony.menus import prompt
from tests.telephony.sip import eventually, phone_scenario

Sound = NDArray[np.float64]


def alike(heard: Sound, played: Sound) -> float:
    """The largest normed correlation over all shifts; near 1 for the same sound, near 0 for another."""
    window = heard - heard.mean()
    products = fftconvolve(played, window[::-1], mode="valid")
    energy = fftconvolve(played**2, np.ones(len(window)), mode="valid")
    return float(np.abs(products / np.sqrt(np.maximum(energy, 1.0) * (window**2).sum() + 1.0)).max())


def read(path: Path) -> Sound:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)


def talking_phone(whole: House, username: str) -> None:
    """A telephone that is lifted and speaks."""
    port = free_port(2, PHONES)
    whole.sip.register(username, f"pw-{username}", port)
    text = phone_scenario(0.1, 8).replace('<recv request="BYE"', VOICE + '\n<recv request="BYE"')
    text = text.replace("RTP/AVP 0", "RTP/AVP 8").replace("rtpmap:0 PCMU", "rtpmap:8 PCMA")
    whole.sip.start(text, PHONES, port)


@pytest.mark.parametrize("offers", [pytest.param(False, marks=pytest.mark.long), True])
def test_the_music_ends_when_somebody_speaks(
    house: Callable[[], House], amina: Staff, phone_of: Callable[..., Extension], offers: bool
) -> None:
    for purpose in ("offer", "callback", "nonumber"):
        prompt(purpose, 0.3, purpose=purpose)
    Number.objects.update(offers_callback=offers)
    phone_of(amina)
    arrive_at_work(amina, "break")
    whole = house()
    talking_phone(whole, "amina")
    press(whole.sip, NUMBER, stays=15)
    call = whole.call(state="queued")
    folder = whole.asterisk.home / "spool"

    def record(channel: str, name: str) -> None:
        at = f"{whole.asterisk.seen_as}/spool/{name}"
        whole.asterisk.ask(f"mixmonitor start {channel} {at}.wav,r({at}-r.wav)t({at}-t.wav)")

    record(call.channel, "waits")
    time.sleep(2.0)
    whole.asterisk.ask(f"mixmonitor stop {call.channel}")
    routing.set_presence(amina, "available")
    whole.call(state="talking")
    time.sleep(1.2)
    record(call.channel, "talks")
    time.sleep(2.5)
    whole.asterisk.ask(f"mixmonitor stop {call.channel}")
    eventually(lambda: (folder / "talks-t.wav").exists() and (folder / "talks-t.wav").stat().st_size > 20_000)
    tune = np.frombuffer(music.files()["waiting.sln"], "<i2").astype(np.float64)
    tune = np.concatenate([tune, tune])
    waits, talks = read(folder / "waits-t.wav"), read(folder / "talks-t.wav")
    assert alike(waits[4000:12000], tune) > 0.8
    said: Any = talks[4000:12000]
    assert np.abs(said).max() > 1000, "the person is not heard"
    assert alike(said, tune) < 0.3
