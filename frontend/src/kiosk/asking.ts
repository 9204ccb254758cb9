// One guest and one questionnaire, page by page. Nothing of it is kept before it ends: a draft never meets the next guest.
import { type Answers, type Form, type Question, type Value, applicable, check, missing, nextPage, optionsOf, pagesOf, previousPage, readForm, readValue, wordsIn } from "../questionnaire";
import { directionOf, drawn, filled, make, nameOf } from "./draw";
import { AT_A_TOUCH, type Asked, drawQuestion } from "./questions";
import { Recorder } from "./recorder";
import type { Campaign, Target } from "./types";
import type { Speech } from "./words";

const NOD = 260;
const LONG = new Set(["text", "voice", "contact"]);

export type Outcome = "complete" | "partial" | "refused";
export interface Around {
  readonly root: HTMLElement;
  readonly speech: Speech;
  readonly company: string;
  readonly alive: () => void;
  readonly done: (event: Record<string, unknown>, files: ReadonlyMap<string, Blob>) => void;
  readonly left: () => void;
}

export class Asking implements Asked {
  readonly form: Form;
  readonly speech: Speech;
  readonly recorder: Recorder;
  answers: Record<string, Value> = {};
  private readonly files = new Map<string, Blob>();
  private readonly seconds: Record<string, number> = {};
  private page = 0;
  private shownAt = 0;
  private voiced = "";
  private isOver = false;
  hasBegun = false;

  constructor(private readonly around: Around, private readonly campaign: Campaign, private readonly target: Target | null) {
    this.form = readForm(campaign.definition);
    this.speech = around.speech;
    this.recorder = new Recorder(this.speech, (sound) => this.heard(sound), around.alive);
    this.page = nextPage(this.form, this.answers) ?? 0;
    if (!this.form.languages.includes(this.speech.language)) this.speech.language = this.form.languages[0] ?? "en";
    this.speech.own = campaign.definition.words ?? {};
    this.draw();
  }

  // Words and voices take longer than touches.
  get patience(): number {
    return this.questions().some((one) => LONG.has(one.kind)) ? 90 : 25;
  }

  private questions(): Question[] {
    const asked = new Set(applicable(this.form, this.answers));
    return this.form.questions.filter((one) => one.page === this.page && asked.has(one.key));
  }

  private draw(): void {
    const { root, company } = this.around;
    const questions = this.questions();
    const direction = directionOf(this.speech.language);
    document.documentElement.lang = this.speech.language;
    document.documentElement.dir = direction;
    const opening = this.isFirst && wordsIn(this.campaign.opening, this.speech.language, this.form.languages);
    const lone = this.form.questions.length === 1 && AT_A_TOUCH.has(questions[0]?.kind ?? "");
    const hint = opening || (lone ? this.speech.say("one_touch") : "");
    const about = this.target && make("p", { class: "kiosk-about" }, this.target.name);
    const asked = questions.map((one, index) => drawQuestion(this, one, index === 0));
    if (hint) asked[0]?.querySelector("h1")?.after(make("p", { class: "kiosk-hint" }, hint));
    root.replaceChildren(
      make("header", { class: "kiosk-head" }, make("span", { class: "wordmark" }, company), this.languages(), this.progress()),
      make("div", { class: "kiosk-body" }, about, ...asked),
      this.foot(questions),
    );
    root.scrollTop = 0;
    window.scrollTo(0, 0);
    if (this.hasBegun) root.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    this.shownAt = performance.now();
  }

  private get isFirst(): boolean {
    return previousPage(this.form, this.answers, this.page) === null;
  }

  private languages(): HTMLElement | "" {
    if (this.form.languages.length < 2 || !this.isFirst) return "";
    const buttons = this.form.languages.map((language) => {
      const button = make("button", { type: "button", lang: language, dir: directionOf(language), "aria-pressed": String(language === this.speech.language) }, nameOf(language));
      button.addEventListener("click", () => {
        this.speech.language = language;
        this.hasBegun = true;
        this.draw();
        this.around.alive();
      });
      return button;
    });
    return make("div", { class: "kiosk-languages", role: "group", "aria-label": this.speech.say("languages") }, ...buttons);
  }

  private progress(): HTMLElement | "" {
    const pages = pagesOf(this.form, this.answers);
    if (this.isFirst || pages.length < 2) return "";
    return make("p", { class: "kiosk-progress", dir: "auto" }, filled(this.speech.say("page"), { n: pages.indexOf(this.page) + 1, all: pages.length }));
  }

  private foot(questions: readonly Question[]): HTMLElement {
    const button = (word: string, kind: string, act: () => void, before?: Node): HTMLElement => make("button", { type: "button", class: `kiosk-button ${kind}`, click: act }, before, make("span", {}, this.speech.say(word)));
    const back = (!this.isFirst || this.target) && button("back", "kiosk-back", () => this.back(), drawn("icon-arrow-left"));
    const refuse = this.hasBegun && button("refuse", "kiosk-quiet", () => this.end("refused"));
    const lone = questions.length === 1 && AT_A_TOUCH.has(questions[0]?.kind ?? "");
    const given = questions.some((one) => one.key in this.answers);
    const skips = !this.isFirst && questions.every((one) => !one.required);
    const isLast = nextPage(this.form, this.answers, this.page) === null;
    const next = (!lone || given || skips) && button(isLast ? "send" : "next", "kiosk-primary", () => this.forward());
    return make("footer", { class: "kiosk-foot" }, back, refuse, next);
  }

  say(key: string, value: Value | null, sure: boolean): void {
    if (this.isOver) return;
    const began = this.hasBegun;
    this.hasBegun = true;
    if (value === null) delete this.answers[key];
    else this.answers[key] = value;
    this.around.alive();
    const questions = this.questions();
    this.wrong(key, "");
    if (sure && questions.length === 1) window.setTimeout(() => this.forward(), NOD);
    else if (!began || sure) this.around.root.querySelector(".kiosk-foot")?.replaceWith(this.foot(questions));
  }

  private heard(sound: Blob | null): void {
    const voice = this.voiced;
    if (!sound || !voice || this.isOver) return;
    const before = this.answers[voice];
    if (typeof before === "string") this.files.delete(before);
    const name = `voice-${[...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    this.files.set(name, sound);
    this.say(voice, name, false);
  }

  // A key of a button beside the screen, counted from the first.
  pressed(index: number): void {
    this.around.root.querySelectorAll<HTMLElement>(".kiosk-body [data-answer]")[index]?.click();
  }

  noteVoice(key: string): void {
    if (!this.recorder.isListening) this.voiced = key;
  }

  private wrong(key: string, text: string): void {
    const place = this.around.root.querySelector(`[data-key="${CSS.escape(key)}"] .kiosk-wrong`);
    place?.replaceChildren(...(text ? [drawn("icon-triangle-alert"), text] : []));
  }

  private timed(): void {
    const questions = this.questions();
    const each = (performance.now() - this.shownAt) / 1000 / Math.max(questions.length, 1);
    for (const one of questions) this.seconds[one.key] = Math.min((this.seconds[one.key] ?? 0) + each, 1800);
    this.shownAt = performance.now();
  }

  private forward(): void {
    if (this.isOver) return;
    if (this.recorder.isListening) {
      this.recorder.stop();
      window.setTimeout(() => this.forward(), 300);
      return;
    }
    const needed = missing(this.form, this.answers, this.page);
    const wrong = this.questions().filter((one) => one.key in this.answers && readValue(one, this.answers[one.key] as Value, optionsOf(this.form, one, this.answers).map((option) => option.key))[1]);
    for (const key of needed) this.wrong(key, this.speech.say("needed"));
    for (const one of wrong) this.wrong(one.key, this.speech.say(one.kind === "contact" ? "contact_wrong" : "needed"));
    const first = needed[0] ?? wrong[0]?.key;
    if (first) return this.around.root.querySelector<HTMLElement>(`#q-${CSS.escape(first)}`)?.focus();
    const next = nextPage(this.form, this.answers, this.page);
    if (next === null) return this.end("complete");
    this.timed();
    this.page = next;
    this.draw();
    this.around.alive();
  }

  private back(): void {
    this.recorder.drop();
    const previous = previousPage(this.form, this.answers, this.page);
    if (previous === null) return this.around.left();
    this.timed();
    this.page = previous;
    this.draw();
    this.around.alive();
  }

  // How it ended; who never began has neither refused nor answered.
  end(outcome: Outcome): void {
    if (this.isOver) return;
    this.isOver = true;
    this.recorder.drop();
    if (!this.hasBegun) return this.around.left();
    this.timed();
    const checked = this.sound();
    const seconds = Object.fromEntries(Object.entries(this.seconds).filter(([key]) => key in checked).map(([key, value]) => [key, Math.round(value * 100) / 100]));
    const files = new Map([...this.files].filter(([name]) => Object.values(checked).includes(name)));
    const told = { kind: "answer", at: new Date().toISOString(), campaign: this.campaign.campaign, questionnaire: this.campaign.questionnaire, answers: checked, seconds, language: this.speech.language, outcome };
    this.around.done(this.target ? { ...told, target: this.target.id } : told, files);
  }

  // Half an address of a guest who has left is no answer, and must not cost the others theirs.
  private sound(): Record<string, Value> {
    const first = check(this.form, this.answers);
    if (!Object.keys(first.problems).length) return first.answers;
    const rest: Answers = Object.fromEntries(Object.entries(this.answers).filter(([key]) => !(key in first.problems)));
    return check(this.form, rest).answers;
  }
}
