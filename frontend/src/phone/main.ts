// The telephone in a window of its own, so that turning the pages of the desk does not cut a call.
import { csrfToken, filled } from "../dom";
import { Bell } from "./bell";
import { type CallState, Line, type LineState, type Place } from "./line";
import { lightOf, Meter } from "./quality";

interface Now {
  conversation: number | null;
  who: string;
  number: string;
}

const root = document.querySelector<HTMLElement>("[data-phone]") as HTMLElement;
const channel = new BroadcastChannel("barrymore-phone");
const bell = new Bell();
let line: Line | null = null;
let state: CallState = "none";
let began = 0;
let ticking = 0;
let measuring = 0;

function part<T extends HTMLElement>(name: string): T {
  return root.querySelector<T>(`[data-phone-${name}]`) as T;
}

function say(word: string, values: Record<string, string | number> = {}): void {
  part("says").textContent = filled(root.dataset[`word${word}`] ?? "", values);
}

function show(): void {
  root.dataset["call"] = state;
  for (const one of root.querySelectorAll<HTMLElement>("[data-phone-when]")) {
    one.hidden = !(one.dataset["phoneWhen"] ?? "").split(" ").includes(state);
  }
  part<HTMLButtonElement>("hold").setAttribute("aria-pressed", String(state === "held"));
}

// Whose call it is, is known to the house and not to the telephone: a name on the line proves nothing.
async function openCard(): Promise<void> {
  try {
    const answer = await fetch(root.dataset["now"] ?? "", { headers: { Accept: "application/json" }, cache: "no-store" });
    const now = (await answer.json()) as Now;
    part("who").textContent = now.who;
    part("number").textContent = now.number;
    if (now.conversation) channel.postMessage({ open: now.conversation });
  } catch {
    // The call goes on without its card.
  }
}

function tick(): void {
  const seconds = Math.floor((Date.now() - began) / 1000);
  part("time").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function turn(next: CallState, who: string): void {
  const before = state;
  state = next;
  if (who && before === "none") {
    part("who").textContent = who;
    part("number").textContent = "";
  }
  if (next === "ringing") {
    bell.start();
    void openCard();
  } else {
    bell.stop();
  }
  if (next === "talking" && before !== "held" && before !== "talking") {
    began = Date.now();
    ticking = window.setInterval(tick, 500);
    measure();
    void openCard();
  }
  if (next === "none") {
    window.clearInterval(ticking);
    window.clearInterval(measuring);
    part("time").textContent = "";
    part("mute").setAttribute("aria-pressed", "false");
    part("light").hidden = true;
  }
  show();
  // What the house knows of the call is shown below it.
  document.dispatchEvent(new Event("barrymore-call"));
}

function measure(): void {
  const meter = new Meter();
  measuring = window.setInterval(async () => {
    const peer = line?.peer;
    const now = peer ? await meter.look(peer) : null;
    if (!now) return;
    const light = part("light");
    light.hidden = false;
    light.dataset["phoneLight"] = lightOf(now);
    light.textContent = root.dataset[`light${lightOf(now)}`] ?? "";
    light.title = `${(100 * now.lost).toFixed(1)} % · ${Math.round(now.jitterMs)} ms · ${Math.round(now.roundMs)} ms`;
  }, 2000);
}

function heardLine(now: LineState): void {
  root.dataset["line"] = now;
  say({ connecting: "Connecting", ready: "Ready", away: "Away", refused: "Refused" }[now]);
}

function heardEnd(cause: string): void {
  if (cause === "User Denied Media Access") say("Microphone");
}

async function start(): Promise<void> {
  bell.allow();
  part<HTMLButtonElement>("start").disabled = true;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
  } catch {
    say("Microphone");
    part<HTMLButtonElement>("start").disabled = false;
    return;
  }
  const answer = await fetch(root.dataset["place"] ?? "", { method: "POST", headers: { "X-CSRFToken": csrfToken() } });
  if (!answer.ok) {
    say("Refused");
    part<HTMLButtonElement>("start").disabled = false;
    return;
  }
  const place = (await answer.json()) as Place;
  line = new Line(place, {
    line: heardLine,
    call: turn,
    ended: heardEnd,
    sound: (stream) => {
      part<HTMLAudioElement>("sound").srcObject = stream;
    },
  });
  line.start();
  part("begin").hidden = true;
  part("body").hidden = false;
  show();
}

function pressed(button: HTMLElement): boolean {
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  return on;
}

function wire(): void {
  part("start").addEventListener("click", () => void start());
  part("accept").addEventListener("click", () => line?.accept());
  for (const one of root.querySelectorAll("[data-phone-hang-up]")) one.addEventListener("click", () => line?.hangUp());
  part("hold").addEventListener("click", () => line?.hold(state !== "held"));
  part("mute").addEventListener("click", (event) => line?.mute(pressed(event.currentTarget as HTMLElement)));
  for (const key of root.querySelectorAll<HTMLElement>("[data-phone-key]")) {
    key.addEventListener("click", () => line?.press(key.dataset["phoneKey"] ?? ""));
  }
  part<HTMLFormElement>("dial").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = part<HTMLInputElement>("field");
    const number = field.value.replace(/[^\d+*#]/g, "");
    if (number) line?.call(number);
  });
  window.addEventListener("pagehide", () => line?.stop());
  window.addEventListener("beforeunload", (event) => {
    if (state !== "none") event.preventDefault();
  });
}

if (root) {
  wire();
  show();
}
