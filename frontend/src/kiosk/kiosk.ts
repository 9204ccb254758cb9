// The screen: what it shows now, and what it does with what a guest does.
import { readForm, toldText, wordsIn } from "../questionnaire";
import { Asking } from "./asking";
import { directionOf } from "./draw";
import { Pictures, Watch, fetchMedia } from "./idle";
import { Line } from "./line";
import type { Slide } from "./schedule";
import { Photo, type Taken, photoName } from "./photo";
import { type Place, Store } from "./store";
import { type Campaign, SMILES, type Screen, type Target } from "./types";
import * as views from "./views";
import { Speech } from "./words";

const THANKS = 8;
const THANKS_AT_MONITOR = 1500;
const MINUTE = 60_000;
const VERSION = "kiosk 1";
const PLAIN: Screen = { company: "Barrymore", device: "", point: "", mode: "ask", keys: ["1", "2", "3", "4"], slides: [], targets: [] };
type Battery = { readonly level: number };

export class Kiosk {
  private readonly root = document.getElementById("kiosk") as HTMLElement;
  private readonly speech = new Speech();
  private readonly line: Line;
  private readonly watch: Watch;
  private readonly pictures: Pictures;
  private screen: Screen = PLAIN;
  private campaign: Campaign | null = null;
  private asking: Asking | null = null;
  private photo: Photo | null = null;
  private isHome = true;
  private timer = 0;
  private views: Record<string, number> = {};

  constructor(private readonly store: Store, place: Place) {
    this.line = new Line(store, place);
    this.watch = new Watch(this.speech, () => this.over());
    this.pictures = new Pictures((slide) => this.viewed(slide));
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("pointerdown", () => this.isHome && this.pictures.later());
  }

  async start(): Promise<void> {
    this.views = (await this.store.noted<Record<string, number>>("views")) ?? {};
    await this.refresh();
    this.line.start();
    window.setInterval(() => void this.minute(), MINUTE);
    void this.beat();
  }

  private async refresh(): Promise<void> {
    const [screen, campaign] = [await this.line.read<Screen>("screen"), await this.line.read<Campaign>("campaign")];
    const changed = JSON.stringify([screen, campaign]) !== JSON.stringify([this.screen, this.campaign]);
    this.screen = screen ?? PLAIN;
    this.campaign = campaign;
    this.pictures.slides = this.screen.slides;
    const media = [...this.screen.slides, ...this.screen.targets].map((one) => one.picture).filter(Boolean);
    void fetchMedia(media).catch(() => undefined);
    if (changed || !this.root.childElementCount) this.homeIfFree();
  }

  // Nobody is interrupted: what has changed is shown to the next guest.
  private homeIfFree(): void {
    if (this.isHome || !this.root.childElementCount) void this.home();
  }

  get isFree(): boolean {
    return this.isHome;
  }

  private async home(): Promise<void> {
    window.clearTimeout(this.timer);
    this.asking = null;
    this.photo?.drop();
    this.photo = null;
    this.isHome = true;
    this.watch.wait(0);
    const languages = this.campaign?.definition.languages ?? ["en"];
    this.speech.language = languages[0] ?? "en";
    this.speech.own = this.campaign?.definition.words ?? {};
    document.documentElement.lang = this.speech.language;
    document.documentElement.dir = directionOf(this.speech.language);
    const full = await this.store.isFull();
    if (!this.isHome) return;
    this.draw(full);
    this.pictures.later(true, this.speech.say("one_touch"));
  }

  private draw(isFull: boolean): void {
    const { screen, speech, root } = this;
    const say = (title: string, text = "", alert = true): void => root.replaceChildren(...views.says(screen.company, speech.say(title), text && speech.say(text), alert));
    if (isFull) return say("full", "full_text");
    if (this.line.isRevoked) return say("full", "revoked");
    if (screen.mode === "cheer") return root.replaceChildren(...views.cheering(screen.company, speech, () => void this.cheer()));
    if (screen.mode === "buttons") return root.replaceChildren(...views.monitor(screen.company, speech, this.question(), screen.keys, (index) => void this.press(index)));
    if (!this.campaign) return say("nothing", "", false);
    if (screen.mode === "post") return root.replaceChildren(...views.choosing(screen.company, speech, screen.targets, (target) => this.ask(target)));
    this.ask(null);
  }

  private question(): string {
    if (!this.campaign) return this.speech.say("how");
    const form = readForm(this.campaign.definition);
    const smile = form.questions.find((one) => one.kind === "smile4");
    return smile ? toldText(form, smile, {}, this.speech.language) : wordsIn(this.campaign.opening, this.speech.language, form.languages) || this.speech.say("how");
  }

  private ask(target: Target | null): void {
    if (!this.campaign) return;
    if (target) this.begun();
    const alive = (): void => {
      this.begun();
      if (this.asking) this.watch.wait(this.asking.patience);
    };
    const around = { root: this.root, speech: this.speech, company: this.screen.company, alive, left: () => void this.home(), done: (event: Record<string, unknown>, files: ReadonlyMap<string, Blob>) => void this.keep(event, files) };
    this.asking = new Asking(around, this.campaign, target);
    if (target) this.watch.wait(this.asking.patience);
  }

  private begun(): void {
    this.isHome = false;
    this.pictures.later(false);
  }

  // Left half way: what was said goes as a part; who was only asked has refused.
  private over(): void {
    if (!this.asking) return void this.home();
    this.asking.end(Object.keys(this.asking.answers).length ? "partial" : "refused");
  }

  private async keep(event: Record<string, unknown>, files: ReadonlyMap<string, Blob>): Promise<void> {
    const left = event["outcome"] !== "complete";
    const notice = left ? "" : (this.screen.photo_notice?.[this.speech.language] ?? "");
    const photo = notice && photoName();
    // Whether this very notice says that a program looks for a face.
    const face = this.screen.photo_face?.includes(this.speech.language) ?? false;
    // The answer is kept first and whole, whatever becomes of the photo; it names one that may follow.
    const kept = await this.store.put(photo ? { ...event, photo } : event, files);
    this.asking = null;
    this.watch.wait(0);
    this.line.plan(0);
    if (!kept || left) return this.home();
    if (!photo) return this.thank();
    this.photo = new Photo(this.root, this.speech, this.screen.company, notice, (taken) => void this.attach(photo, { notice, face }, taken));
  }

  private async attach(name: string, told: { readonly notice: string; readonly face: boolean }, taken: Taken | null): Promise<void> {
    this.photo = null;
    // A photo that does not fit is no lost answer.
    if (taken && !(await this.store.isFull())) {
      const event = { kind: "photo", at: new Date().toISOString(), photo: name, blur: taken.blur, ...told };
      await this.store.put(event, new Map([[name, taken.picture]]));
      this.line.plan(0);
    }
    this.thank();
  }

  private thank(): void {
    const form = this.campaign && readForm(this.campaign.definition);
    const words = form ? wordsIn(form.thanks, this.speech.language, form.languages) : "";
    this.root.replaceChildren(...views.thanks(this.screen.company, this.speech, words, this.campaign?.review ?? "", THANKS));
    this.root.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    this.timer = window.setTimeout(() => void this.home(), THANKS * 1000);
  }

  // Every press is told; whether two are one is for the house to say.
  private async press(index: number): Promise<void> {
    const button = SMILES[index];
    if (!button) return;
    this.begun();
    window.clearTimeout(this.timer);
    const kept = await this.store.put({ kind: "press", button, at: new Date().toISOString() });
    this.line.plan(0);
    if (!kept) return this.home();
    this.root.replaceChildren(...views.says(this.screen.company, this.speech.say("thanks"), ""));
    this.timer = window.setTimeout(() => void this.home(), THANKS_AT_MONITOR);
  }

  // It makes people smile and measures nothing: the event has no score.
  private async cheer(): Promise<void> {
    this.begun();
    window.clearTimeout(this.timer);
    this.root.replaceChildren(...views.cheered(this.screen.company, this.speech));
    await this.store.put({ kind: "cheer", at: new Date().toISOString() });
    this.line.plan(0);
    this.timer = window.setTimeout(() => void this.home(), 3000);
  }

  private key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement | null;
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || target?.matches("input, textarea")) return;
    const index = this.screen.keys.indexOf(event.key);
    if (index < 0) return;
    if (this.screen.mode === "buttons") void this.press(index);
    else if (this.screen.mode === "cheer") void this.cheer();
    else if (this.asking) this.asking.pressed(index);
  }

  private viewed(slide: Slide): void {
    const hour = new Date().toISOString().slice(0, 13);
    const name = `${hour}|${slide.id}`;
    this.views[name] = (this.views[name] ?? 0) + 1;
    void this.store.note("views", this.views);
  }

  // Hours that are over become one event for each picture.
  private async tellViews(): Promise<void> {
    const now = new Date().toISOString().slice(0, 13);
    for (const [name, count] of Object.entries(this.views)) {
      const [hour = "", slide] = name.split("|");
      if (hour >= now) continue;
      delete this.views[name];
      await this.store.note("views", this.views);
      await this.store.put({ kind: "view", slide: Number(slide), count, at: `${hour}:00:00Z` });
    }
  }

  private async beat(): Promise<void> {
    const battery = await (navigator as unknown as { getBattery?: () => Promise<Battery> }).getBattery?.().catch(() => undefined);
    const level = battery ? { battery: Math.round(battery.level * 100) } : {};
    await this.store.putHeartbeat({ kind: "heartbeat", at: new Date().toISOString(), firmware: VERSION, ...level });
    this.line.plan(0);
  }

  private async minute(): Promise<void> {
    await this.tellViews();
    await this.beat();
    await this.refresh();
    if (this.isHome && !this.pictures.isShowing && !this.asking?.hasBegun) await this.home();
  }
}
