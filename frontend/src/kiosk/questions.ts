// One question as the screen shows it, by its kind. `say` keeps an answer; `sure` says that it needs no button to go on.
import { type Answers, type Form, type Question, type Value, SCALES, optionsOf, toldText, wordsIn } from "../questionnaire";
import { drawn, make } from "./draw";
import type { Recorder } from "./recorder";
import { SMILES } from "./types";
import type { Speech } from "./words";

export interface Asked {
  readonly form: Form;
  readonly answers: Answers;
  readonly speech: Speech;
  readonly recorder: Recorder;
  say(key: string, value: Value | null, sure: boolean): void;
  noteVoice(key: string): void;
}

export const AT_A_TOUCH = new Set(["smile4", "scale5", "scale7", "scale10", "choice"]);

export function drawQuestion(asked: Asked, one: Question, first: boolean): HTMLElement {
  const text = toldText(asked.form, one, asked.answers, asked.speech.language);
  const optional = !one.required && !AT_A_TOUCH.has(one.kind) && one.kind !== "choices";
  const heading = make(first ? "h1" : "h2", { id: `q-${one.key}`, class: first ? "kiosk-question" : "kiosk-question-2", tabindex: "-1" }, text);
  if (optional) heading.append(" ", make("small", {}, asked.speech.say("optional")));
  return make("section", { class: `kiosk-asked kiosk-asked-${one.kind}`, "data-key": one.key }, heading, parts(asked, one, text), make("p", { class: "kiosk-wrong", role: "alert" }));
}

function parts(asked: Asked, one: Question, text: string): HTMLElement {
  if (one.kind === "smile4") return smiles(asked, one);
  if (one.kind in SCALES) return scale(asked, one);
  if (one.kind === "choice" || one.kind === "choices") return options(asked, one);
  if (one.kind === "contact") return contact(asked, one);
  if (one.kind === "voice") return asked.recorder.draw(text, typeof asked.answers[one.key] === "string", () => asked.noteVoice(one.key));
  const area = make("textarea", { class: "kiosk-words", maxlength: "4000", "aria-labelledby": `q-${one.key}`, dir: "auto" });
  area.value = String(asked.answers[one.key] ?? "");
  area.addEventListener("input", () => asked.say(one.key, area.value || null, false));
  return area;
}

function group(one: Question, kind: string, ...children: Node[]): HTMLElement {
  return make("div", { class: kind, role: "group", "aria-labelledby": `q-${one.key}` }, ...children);
}

function press(button: HTMLElement, all: HTMLElement): void {
  for (const other of all.querySelectorAll("[aria-pressed]")) other.setAttribute("aria-pressed", String(other === button));
}

function smiles(asked: Asked, one: Question): HTMLElement {
  const all = group(one, "kiosk-smiles");
  SMILES.forEach((name, index) => {
    const score = 4 - index;
    const button = make("button", { type: "button", "data-answer": String(score), "aria-pressed": String(asked.answers[one.key] === score) }, drawn(`smile-${name}`), make("span", {}, asked.speech.say(name)));
    button.addEventListener("click", () => {
      press(button, all);
      button.querySelector("svg")?.classList.add("nod");
      asked.say(one.key, score, true);
    });
    all.append(button);
  });
  return all;
}

function scale(asked: Asked, one: Question): HTMLElement {
  const [least, most] = SCALES[one.kind] ?? [1, 5];
  const all = group(one, "kiosk-scale");
  all.dataset["points"] = String(most - least + 1);
  for (let score = least; score <= most; score += 1) {
    const button = make("button", { type: "button", "data-answer": String(score), "aria-pressed": String(asked.answers[one.key] === score) }, String(score));
    button.addEventListener("click", () => {
      press(button, all);
      asked.say(one.key, score, true);
    });
    all.append(button);
  }
  const [low = "", high = ""] = wordsIn(one.ends ?? {}, asked.speech.language, asked.form.languages).split("–");
  const ends = (low || high) && make("p", { class: "kiosk-ends" }, make("span", {}, low.trim()), make("span", {}, high.trim()));
  return make("div", {}, all, ends);
}

function options(asked: Asked, one: Question): HTMLElement {
  const all = group(one, "kiosk-options");
  const several = one.kind === "choices";
  const chosen = (): string[] => {
    const given = asked.answers[one.key];
    return Array.isArray(given) ? [...(given as string[])] : typeof given === "string" ? [given] : [];
  };
  for (const option of optionsOf(asked.form, one, asked.answers)) {
    const words = wordsIn(option.text, asked.speech.language, asked.form.languages);
    const button = make("button", { type: "button", "data-answer": option.key, "aria-pressed": String(chosen().includes(option.key)) }, make("span", {}, words), several && drawn("icon-check"));
    button.addEventListener("click", () => {
      if (!several) {
        press(button, all);
        return asked.say(one.key, option.key, true);
      }
      const now = chosen();
      const next = now.includes(option.key) ? now.filter((key) => key !== option.key) : [...now, option.key];
      button.setAttribute("aria-pressed", String(next.includes(option.key)));
      asked.say(one.key, next.length ? next : null, false);
    });
    all.append(button);
  }
  return all;
}

function contact(asked: Asked, one: Question): HTMLElement {
  const all = group(one, "kiosk-contact");
  const given = (asked.answers[one.key] ?? {}) as Record<string, string>;
  for (const [name, type] of [["name", "text"], ["phone", "tel"], ["email", "email"]] as const) {
    // A screen that many use must not offer what the last guest has typed.
    const field = make("input", { id: `q-${one.key}-${name}`, name, type, maxlength: "200", autocomplete: "off", autocapitalize: "off", spellcheck: "false", dir: name === "name" ? "auto" : "ltr" });
    field.value = given[name] ?? "";
    field.addEventListener("input", () => {
      const told = Object.fromEntries([...all.querySelectorAll("input")].map((input) => [input.name, input.value.trim()]).filter(([, value]) => value));
      asked.say(one.key, Object.keys(told).length ? told : null, false);
    });
    all.append(make("div", {}, make("label", { for: field.id }, asked.speech.say(name)), field));
  }
  return all;
}
