// A photo after the answer, for who likes: seen before it is sent, and blurred here, before anything leaves the screen.
import { make } from "./draw";
import { head } from "./views";
import type { Speech } from "./words";

export type Blur = "none" | "middle" | "all";
export interface Taken {
  readonly picture: Blob;
  readonly blur: Blur;
}
const WIDTH = 960;
const PATIENCE = 20_000;
const PATIENCE_WITH_CAMERA = 60_000;
// So few squares across the blurred part that no face can be known from them.
const SQUARES_OF_ALL = 14;
const SQUARES_OF_MIDDLE = 7;
const BLURS: readonly Blur[] = ["middle", "all", "none"];

export class Photo {
  private stream: MediaStream | null = null;
  private blur: Blur = "middle";
  private timer = 0;
  private frame = 0;
  private isFrozen = false;
  private isOver = false;
  private readonly canvas = make("canvas", { class: "kiosk-camera", role: "img" });
  private readonly video = make("video", { muted: true, playsinline: true });
  private readonly small = document.createElement("canvas");

  // `done` is told once: with the photo, or with null for whoever says no, does nothing, or has no camera.
  constructor(private readonly root: HTMLElement, private readonly speech: Speech, private readonly company: string, private readonly notice: string, private readonly done: (taken: Taken | null) => void) {
    this.canvas.setAttribute("aria-label", speech.say("photo_what"));
    this.draw([this.text("p", "kiosk-lead", notice)], [this.button("photo_no", "", () => this.end(null)), this.button("photo_show", "kiosk-primary", () => void this.open())]);
    this.wait(PATIENCE);
  }

  // Somebody else begins, or the page ends: the camera goes off at once.
  drop(): void {
    this.isOver = true;
    window.clearTimeout(this.timer);
    window.cancelAnimationFrame(this.frame);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = this.video.srcObject = null;
  }

  private end(taken: Taken | null): void {
    if (this.isOver) return;
    this.drop();
    this.done(taken);
  }

  private wait(time: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.end(null), time);
  }

  private text(tag: "p", kind: string, words: string): HTMLElement {
    return make(tag, { class: kind, dir: "auto" }, words);
  }

  private button(word: string, kind: string, act: () => void): HTMLElement {
    return make("button", { type: "button", class: `kiosk-button ${kind}`, click: act }, make("span", {}, this.speech.say(word)));
  }

  private draw(body: readonly Node[], foot: readonly Node[]): void {
    const title = make("h1", { class: "kiosk-question kiosk-photo-title", tabindex: "-1" }, this.speech.say("photo_ask"));
    this.root.replaceChildren(head(this.company), make("div", { class: "kiosk-body kiosk-photo" }, title, ...body), make("footer", { class: "kiosk-foot" }, ...foot));
    title.focus({ preventScroll: true });
  }

  private async open(): Promise<void> {
    this.wait(PATIENCE_WITH_CAMERA);
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: WIDTH }, facingMode: "user" }, audio: false });
      if (this.isOver) return stream.getTracks().forEach((track) => track.stop());
      this.stream = stream;
      this.video.srcObject = stream;
      await this.video.play();
    } catch {
      if (this.isOver) return;
      this.draw([this.text("p", "kiosk-lead", this.speech.say("photo_broken"))], [this.button("next", "kiosk-primary", () => this.end(null))]);
      return this.wait(PATIENCE);
    }
    this.show(false);
    this.paint();
  }

  private show(isFrozen: boolean): void {
    this.isFrozen = isFrozen;
    this.wait(PATIENCE_WITH_CAMERA);
    const blurs = make("div", { class: "kiosk-options kiosk-blurs", role: "group", "aria-label": this.speech.say("photo_what") });
    for (const one of BLURS) {
      const button = make("button", { type: "button", "data-blur": one, "aria-pressed": String(one === this.blur) }, make("span", {}, this.speech.say(`photo_${one}`)));
      button.addEventListener("click", () => {
        this.blur = one;
        this.show(false);
        this.paint();
      });
      blurs.append(button);
    }
    const how = [this.speech.say("photo_how"), this.blur === "middle" ? this.speech.say("photo_edge") : ""].filter(Boolean).join(" ");
    const act = isFrozen ? this.button("photo_send", "kiosk-primary", () => this.send()) : this.button("photo_take", "kiosk-primary", () => this.freeze());
    const again = isFrozen ? [this.button("photo_other", "", () => { this.show(false); this.paint(); })] : [];
    this.draw([this.canvas, blurs, this.text("p", "kiosk-small", how), this.text("p", "kiosk-small", this.notice)], [this.button("photo_no", "", () => this.end(null)), ...again, act]);
  }

  private freeze(): void {
    window.cancelAnimationFrame(this.frame);
    this.show(true);
  }

  // What is seen is painted from the very canvas that is sent: there is no other picture.
  private paint(): void {
    window.cancelAnimationFrame(this.frame);
    if (this.isOver || this.isFrozen) return;
    const { canvas, video } = this;
    const pen = canvas.getContext("2d");
    if (pen && video.videoWidth) {
      const scale = Math.min(1, WIDTH / video.videoWidth);
      const [width, height] = [Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale)];
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
      pen.drawImage(video, 0, 0, width, height);
      if (this.blur === "all") this.squares(pen, 0, 0, width, height, SQUARES_OF_ALL);
      if (this.blur === "middle") this.squares(pen, width * 0.2, 0, width * 0.6, height * 0.9, SQUARES_OF_MIDDLE);
    }
    this.frame = window.requestAnimationFrame(() => this.paint());
  }

  private squares(pen: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, across: number): void {
    const down = Math.max(1, Math.round((across * height) / width));
    Object.assign(this.small, { width: across, height: down });
    this.small.getContext("2d")?.drawImage(pen.canvas, x, y, width, height, 0, 0, across, down);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(this.small, 0, 0, across, down, x, y, width, height);
  }

  private send(): void {
    const blur = this.blur;
    this.canvas.toBlob((picture) => this.end(picture && { picture, blur }), "image/jpeg", 0.85);
  }
}

export function photoName(): string {
  return `photo-${[...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
