"""Words of a machine beside the player: read, corrected, and told apart, in Chromium."""

import pytest
from playwright.sync_api import expect

from barrymore.feedback.models import FaceLook, Photo, Response, Transcript
from barrymore.feedback.recordings import keep_recording
from barrymore.journal.moment import now
from tests.browser.test_axe import faults

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True),
]
SAID = "The room was cold and the shower did not work, please call me back tomorrow."
MODEL = "faster-whisper 1.2.1, small 3a01fe77"
READ = {"state": "done", "model": MODEL, "language": "en", "seconds": 5.7}


def spoken(number, **told):
    """An answer with a voice message and what became of it."""
    key = f"voice-{number:032x}"
    answer = Response.objects.create(
        key=f"spoken:{number}", mode="feedback", channel="kiosk", score=2, at=now()
    )
    answer.answers.create(question="voice", text=key)
    sound = b"RIFF" + bytes(60)
    keep_recording(key, "audio/wav", [sound], len(sound), device=1, point=1, site=1)
    Transcript.objects.create(response=answer, question="voice", key=key, open_after=now(), at=now(), **told)
    return answer


def test_a_transcript_is_read_and_corrected(house, enter):
    spoken(1, **READ, text=SAID, confidence=0.81)
    spoken(2, **READ, text="Here on out was bad.", confidence=0.41)
    spoken(3, state="unreadable", why="language")
    answer = spoken(4, **READ, text="", confidence=None)
    photo = Photo.objects.create(key="photo-1", device_ref=1, at=now(), path="x", notice="x", blur="none")
    told = {"found": "yes", "model": "OpenCV 4.14.0, Haar frontalface_alt2", "at": now()}
    FaceLook.objects.create(key="photo-1", photo=photo, response=answer, open_after=now(), **told)
    page = enter("/feedback/", house.dora)
    expect(page.get_by_text(SAID).first).to_be_visible()
    expect(page.get_by_text("No words were heard.")).to_be_visible()
    expect(page.get_by_text("the model does not know the language")).to_be_visible()
    line = page.locator(".said-voice", has_text="Here on out was bad.")
    expect(line.get_by_text("doubtful: listen to it")).to_be_visible()
    assert faults(page) == []
    line.get_by_text("Write what was really said").click()
    line.get_by_label("What was said").fill("The heating was bad.")
    line.get_by_role("button", name="Keep").click()
    line = page.locator(".said-voice", has_text="The heating was bad.")
    expect(line.get_by_text("Corrected by Dora Kask")).to_be_visible()
    line.get_by_text("What the machine had written").click()
    expect(line.get_by_text("Here on out was bad.")).to_be_visible()
    assert faults(page) == []
