// A voice message, kept in memory until the whole answer is: at most two minutes, never longer than the guest.
import { drawn, filled, make } from "./draw";
import type { Speech } from "./words";

const LONGEST = 120;
const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

export class Recorder {
  private recorder: MediaRecorder | null = null;
  private timer = 0;

  constructor(private readonly speech: Speech, private readonly heard: (sound: Blob | null) => void, private readonly alive: () => void) {}

  draw(label: string, there: boolean, begin: () => void): HTMLElement {
    const state = make("p", { class: "kiosk-heard", role: "status" }, there ? drawn("icon-check") : "");
    const word = make("span", {}, this.speech.say(there ? "again" : "speak"));
    const button = make("button", { type: "button", class: "kiosk-button kiosk-speak", "aria-label": `${this.speech.say("speak")}: ${label}` }, drawn("icon-mic"), word);
    button.addEventListener("click", () => {
      begin();
      void this.toggle(button, word, state);
    });
    return make("div", { class: "kiosk-voice" }, button, state);
  }

  private async toggle(button: HTMLElement, word: HTMLElement, state: HTMLElement): Promise<void> {
    if (this.recorder?.state === "recording") return this.recorder.stop();
    try {
      const sound = await navigator.mediaDevices.getUserMedia({ audio: true });
      const kind = KINDS.find((one) => MediaRecorder.isTypeSupported(one));
      // 48 kbit/s: two minutes stay far below the 5 MB that the house takes.
      const made = new MediaRecorder(sound, { ...(kind ? { mimeType: kind } : {}), audioBitsPerSecond: 48_000 });
      const parts: Blob[] = [];
      const begun = performance.now();
      const passed = (): number => Math.round((performance.now() - begun) / 1000);
      this.recorder = made;
      made.addEventListener("dataavailable", (event) => parts.push(event.data));
      made.addEventListener("stop", () => {
        window.clearInterval(this.timer);
        for (const track of sound.getTracks()) track.stop();
        button.classList.remove("kiosk-on");
        word.textContent = this.speech.say("again");
        state.replaceChildren(drawn("icon-check"), filled(this.speech.say("recorded"), { n: passed() }));
        if (this.recorder === made) this.heard(new Blob(parts, { type: (made.mimeType || "audio/webm").split(";")[0] ?? "" }));
      });
      made.start();
      button.classList.add("kiosk-on");
      word.textContent = this.speech.say("stop");
      const tick = (): void => {
        this.alive();
        state.textContent = filled(this.speech.say("listening"), { n: passed(), all: LONGEST });
        if (passed() >= LONGEST && made.state === "recording") made.stop();
      };
      tick();
      this.timer = window.setInterval(tick, 1000);
    } catch {
      state.replaceChildren(drawn("icon-triangle-alert"), this.speech.say("no_microphone"));
    }
  }

  // The guest has gone: the microphone goes off, and what it heard is dropped.
  drop(): void {
    const recorder = this.recorder;
    this.recorder = null;
    window.clearInterval(this.timer);
    if (recorder?.state === "recording") recorder.stop();
  }

  stop(): void {
    if (this.isListening) this.recorder?.stop();
  }

  get isListening(): boolean {
    return this.recorder?.state === "recording";
  }
}
