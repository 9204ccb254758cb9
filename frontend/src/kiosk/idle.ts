// Nobody there: "still there?" and a fresh start for the next guest, and the pictures after that.
import { filled, make } from "./draw";
import { type Slide, shownAt } from "./schedule";
import type { Speech } from "./words";

const LAST_CALL = 15;
const PICTURES_AFTER = 30_000;

export class Watch {
  private timer = 0;
  private ticks = 0;
  private dialog: HTMLDialogElement | null = null;

  constructor(private readonly speech: Speech, private readonly over: () => void) {
    for (const name of ["pointerdown", "keydown", "input"]) document.addEventListener(name, () => this.again(), { capture: true, passive: true });
  }

  private patience = 0;

  // So many seconds without a touch, then the question, then it is over. 0: nobody is expected to be there.
  wait(patience: number): void {
    this.patience = patience;
    this.again();
  }

  again(): void {
    window.clearTimeout(this.timer);
    window.clearInterval(this.ticks);
    this.dialog?.remove();
    this.dialog = null;
    if (this.patience) this.timer = window.setTimeout(() => this.call(), this.patience * 1000);
  }

  private call(): void {
    let left = LAST_CALL;
    const text = make("p", {}, filled(this.speech.say("still_text"), { n: left }));
    const here = make("button", { type: "button", class: "kiosk-button kiosk-primary" }, this.speech.say("here"));
    here.addEventListener("click", () => this.again());
    this.dialog = make("dialog", { class: "kiosk-still", "aria-labelledby": "still" }, make("h2", { id: "still" }, this.speech.say("still")), text, here);
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.ticks = window.setInterval(() => {
      left -= 1;
      text.textContent = filled(this.speech.say("still_text"), { n: left });
      if (left > 0) return;
      this.patience = 0;
      this.again();
      this.over();
    }, 1000);
  }
}

export class Pictures {
  slides: readonly Slide[] = [];
  private timer = 0;
  private readonly place = make("button", { type: "button", class: "kiosk-pictures", "aria-label": "" });
  private index = 0;

  constructor(private readonly shown: (slide: Slide) => void) {
    document.body.append(this.place);
    this.place.hidden = true;
    this.place.addEventListener("click", () => this.later());
    document.addEventListener("keydown", () => this.place.hidden || this.later());
  }

  // Nobody is before the screen now; called again whenever somebody is.
  later(isIdle = true, label = ""): void {
    window.clearTimeout(this.timer);
    this.place.hidden = true;
    if (label) this.place.setAttribute("aria-label", label);
    if (isIdle) this.timer = window.setTimeout(() => this.next(), PICTURES_AFTER);
  }

  get isShowing(): boolean {
    return !this.place.hidden;
  }

  private next(): void {
    const now = shownAt(this.slides, new Date());
    const slide = now[this.index++ % Math.max(now.length, 1)];
    if (!slide) return this.later();
    const image = make("img", { src: slide.picture, alt: "" });
    image.addEventListener("load", () => {
      if (!this.place.hidden) this.shown(slide);
    });
    this.place.replaceChildren(image);
    this.place.hidden = false;
    this.timer = window.setTimeout(() => this.next(), slide.seconds * 1000);
  }
}

const MEDIA = "kiosk-media";

export async function fetchMedia(wanted: readonly string[]): Promise<void> {
  const cache = await caches.open(MEDIA);
  const there = new Set((await cache.keys()).map((one) => new URL(one.url).pathname));
  for (const path of there) if (!wanted.includes(path)) await cache.delete(path);
  // One that is missing must not keep the others away.
  for (const path of wanted) if (path && !there.has(path)) await cache.add(path).catch(() => undefined);
}
