"""A kiosk for browser tests: what it asks, connected by its code, and what its store holds."""

from types import SimpleNamespace
from typing import Any

from playwright.sync_api import Page, expect

from barrymore.channels.devices.models import Device
from barrymore.channels.devices.projection import project_round
from barrymore.channels.devices.services import add_device, invite_device
from barrymore.feedback import campaigns
from barrymore.feedback.models import Campaign
from barrymore.organisation.access import Actor
from barrymore.organisation.models import Point

TABLET = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 360, "height": 740}}
ASKED: dict[str, Any] = {
    "languages": ["en", "ru", "ar"],
    "questions": [
        {
            "key": "smile",
            "kind": "smile4",
            "text": {
                "en": "How was your check-in?",
                "ru": "Как Вас сегодня разместили?",
                "ar": "كيف كان تسجيل وصولك؟",
            },
        },
        {
            "key": "why",
            "kind": "choices",
            "text": {"en": "What went wrong?", "ru": "Что было не так?", "ar": "ما الذي لم يكن جيدًا؟"},
            "when": [{"question": "smile", "in": [1, 2]}],
            "options": [
                {
                    "key": "slow",
                    "text": {"en": "It took too long", "ru": "Слишком долго", "ar": "استغرق وقتًا طويلاً"},
                },
                {
                    "key": "rude",
                    "text": {"en": "Nobody smiled", "ru": "Никто не улыбнулся", "ar": "لم يبتسم أحد"},
                },
                {"key": "room", "text": {"en": "<b>The room</b>", "ru": "Номер", "ar": "الغرفة"}},
            ],
        },
        {
            "key": "words",
            "kind": "text",
            "text": {"en": "Tell us more", "ru": "Расскажите", "ar": "أخبرنا المزيد"},
        },
        {
            "key": "call",
            "kind": "contact",
            "text": {"en": "Shall we call you back?", "ru": "Перезвонить Вам?", "ar": "هل نعاود الاتصال بك؟"},
            "when": [{"question": "smile", "in": [1, 2]}],
        },
    ],
    "words": {
        "great": {"ar": "ممتاز"},
        "good": {"ar": "جيد"},
        "meh": {"ar": "ليس تمامًا"},
        "bad": {"ar": "سيئ"},
    },
}
ONE: dict[str, Any] = {
    "languages": ["en"],
    "questions": [ASKED["questions"][0] | {"text": {"en": "How was it?"}}],
}
SPOKEN: dict[str, Any] = {
    "languages": ["en"],
    "questions": [
        {"key": "smile", "kind": "smile4", "text": {"en": "How was it?"}},
        {"key": "voice", "kind": "voice", "text": {"en": "Say it in your own words"}},
    ],
}
# A copy of the meter of the store: how many wait, and the number that comes next.
METER = """() => new Promise((done) => {
  const opening = indexedDB.open("barrymore-kiosk");
  opening.onsuccess = () => {
    const asked = opening.result.transaction("state").objectStore("state").get("meter");
    asked.onsuccess = () => { opening.result.close(); done(asked.result ?? { count: 0, next: 1, lost: 0 }); };
  };
})"""
FILL = """() => new Promise((done) => {
  const opening = indexedDB.open("barrymore-kiosk");
  opening.onsuccess = () => {
    const work = opening.result.transaction("state", "readwrite");
    const state = work.objectStore("state");
    const asked = state.get("meter");
    asked.onsuccess = () => state.put({ ...asked.result, count: asked.result.count + 20000 }, "meter");
    work.oncomplete = () => { opening.result.close(); done(true); };
  };
})"""
# As many answers as a busy night brings, sealed with the screen's own key and numbered as it does.
MANY = """async ([many, campaign, questionnaire]) => {
  const asked = (request) => new Promise((done) => { request.onsuccess = () => done(request.result); });
  const db = await asked(indexedDB.open("barrymore-kiosk"));
  const key = await asked(db.transaction("state").objectStore("state").get("key"));
  const sealed = [];
  for (let n = 0; n < many; n += 1) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const at = new Date(Date.now() - (many - n) * 60000).toISOString();
    const told = { kind: "answer", at, campaign, questionnaire, seconds: {}, language: "en",
      answers: { smile: (n % 4) + 1 }, outcome: "complete" };
    const data = new TextEncoder().encode(JSON.stringify(told));
    sealed.push({ iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, data) });
  }
  const work = db.transaction(["state", "events"], "readwrite");
  const meter = await asked(work.objectStore("state").get("meter"));
  for (const one of sealed) {
    const size = one.data.byteLength;
    work.objectStore("events").add({ seq: meter.next, boot: meter.boot, size, sealed: one, files: [] });
    meter.next += 1; meter.count += 1; meter.bytes += size;
  }
  work.objectStore("state").put(meter, "meter");
  await new Promise((done) => { work.oncomplete = done; });
  db.close();
}"""
RAW = """() => new Promise((done) => {
  const opening = indexedDB.open("barrymore-kiosk");
  opening.onsuccess = () => {
    const work = opening.result.transaction(["events", "state"]);
    const texts = [];
    const read = (value) => { for (const one of Object.values(value ?? {})) {
      if (one instanceof ArrayBuffer) texts.push(new TextDecoder("latin1").decode(one));
      else if (typeof one === "string") texts.push(one);
      else if (one && typeof one === "object" && !(one instanceof CryptoKey)) read(one); } };
    work.objectStore("events").getAll().onsuccess = (event) => event.target.result.forEach(read);
    work.objectStore("state").get("place").onsuccess = (event) => read(event.target.result);
    work.oncomplete = () => { opening.result.close(); done(texts.join(" ")); };
  };
})"""


def stand_kiosk(house: SimpleNamespace, definition: dict[str, Any] = ASKED) -> tuple[Device, Campaign, str]:
    """A kiosk at the reception, what it asks, and the code that connects it."""
    actor, point = Actor(house.dora), Point.objects.get()
    asked = campaigns.make_questionnaire(actor, "Check-in", definition)
    campaign = campaigns.save_campaign(actor, None, [point], name="Check-in", questionnaire=asked)
    device = add_device(actor, point, "kiosk", "Tablet", [])
    return device, campaign, invite_device(actor, device)


def connect(enter: Any, code: str, **more: Any) -> Page:
    """The kiosk's page after one tap on the link of its code; its worker keeps all that it needs."""
    page = enter(f"/enrol/{code}/", None, **{**TABLET, **more})
    page.get_by_role("button", name="Connect this screen").click()
    expect(page.locator(".kiosk-body h1")).not_to_have_text("Connect this screen")
    page.wait_for_function("navigator.serviceWorker.ready.then((one) => one.active?.state === 'activated')")
    return page


def until(page: Page, **wanted: int) -> None:
    """Wait until the meter of the store reads so."""
    for _ in range(100):
        meter = page.evaluate(METER)
        if all(meter[name] == value for name, value in wanted.items()):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the meter reads {meter}, not {wanted}")


def drained(page: Page) -> None:
    """Wait until nothing is kept any more, then let the house project it."""
    page.evaluate("window.dispatchEvent(new Event('online'))")
    until(page, count=0)
    project_round()
