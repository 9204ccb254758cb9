// Screens that ask nothing: connect, monitor, cheer, quality post, thanks, out of order.
import { drawn, filled, make } from "./draw";
import { found } from "./schedule";
import { SMILES, type Target } from "./types";
import type { Speech } from "./words";

export function head(company: string): HTMLElement {
  return make("header", { class: "kiosk-head" }, make("span", { class: "wordmark" }, company));
}

export function says(company: string, title: string, text: string, alert = false): Node[] {
  const body = make("div", { class: "kiosk-body kiosk-says", role: alert ? "alert" : "status" }, alert && drawn("icon-triangle-alert"), make("h1", { class: "kiosk-question" }, title), text && make("p", { class: "kiosk-hint" }, text));
  return [head(company), body];
}

export function connecting(speech: Speech, code: string, trade: (code: string) => Promise<string>): Node[] {
  const field = make("input", { id: "code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: "60", dir: "ltr" });
  field.value = code;
  const wrong = make("p", { class: "kiosk-wrong", role: "alert" });
  const button = make("button", { type: "submit", class: "kiosk-button kiosk-primary" }, speech.say("connect"));
  const form = make("form", { class: "kiosk-connect" }, code ? "" : make("div", {}, make("label", { for: "code" }, speech.say("code")), field), button, wrong);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    button.disabled = true;
    void trade(field.value.trim()).then((said) => {
      button.disabled = false;
      wrong.replaceChildren(...(said ? [drawn("icon-triangle-alert"), said] : []));
    });
  });
  return [head("Barrymore"), make("div", { class: "kiosk-body" }, make("h1", { class: "kiosk-question" }, speech.say("connect")), !code && make("p", { class: "kiosk-hint" }, speech.say("connect_text")), form)];
}

export function thanks(company: string, speech: Speech, words: string, review: string, seconds: number): Node[] {
  const bar = make("div", { class: "kiosk-bar" }, make("i", {}));
  const left = make("p", { class: "kiosk-small" }, filled(speech.say("next_guest"), { n: seconds }));
  bar.querySelector("i")?.animate([{ inlineSize: "100%" }, { inlineSize: "0%" }], { duration: seconds * 1000, fill: "forwards" });
  let rest = seconds;
  const ticks = window.setInterval(() => {
    rest -= 1;
    if (rest < 1 || !left.isConnected) return window.clearInterval(ticks);
    left.textContent = filled(speech.say("next_guest"), { n: rest });
  }, 1000);
  const text = make("div", {}, make("h1", { class: "kiosk-thanks-title", tabindex: "-1" }, speech.say("thanks")), make("p", { class: "kiosk-lead" }, words || speech.say("thanks_text")), review && make("p", { class: "kiosk-lead" }, speech.say("review"), " ", make("b", { dir: "ltr" }, review.replace(/^https?:\/\//, ""))));
  // The same face for everybody: it thanks, and does not judge what was said.
  return [head(company), make("div", { class: "kiosk-body kiosk-thanks" }, drawn("smile-great"), text), make("footer", { class: "kiosk-foot kiosk-foot-thanks" }, bar, left)];
}

export function monitor(company: string, speech: Speech, question: string, keys: readonly string[], pressed: (index: number) => void): Node[] {
  const smiles = make("div", { class: "kiosk-smiles", role: "group", "aria-label": question });
  SMILES.forEach((name, index) => {
    const button = make("button", { type: "button", "data-answer": name }, drawn(`smile-${name}`), make("span", {}, speech.say(name)), make("kbd", { class: "kiosk-key" }, keys[index] ?? ""));
    button.addEventListener("click", () => pressed(index));
    smiles.append(button);
  });
  return [head(company), make("div", { class: "kiosk-body" }, make("h1", { class: "kiosk-question" }, question), make("p", { class: "kiosk-hint" }, speech.say("press")), smiles)];
}

export function cheering(company: string, speech: Speech, touched: () => void): Node[] {
  const button = make("button", { type: "button", class: "kiosk-cheer", "aria-label": speech.say("cheer"), click: touched }, drawn("smile-great"));
  return [head(company), make("div", { class: "kiosk-body kiosk-middle" }, make("h1", { class: "kiosk-question" }, speech.say("cheer")), button)];
}

export function cheered(company: string, speech: Speech): Node[] {
  const face = make("div", { class: "kiosk-cheered" }, drawn("smile-great"), drawn("smile-great"), drawn("smile-great"));
  for (const smile of face.querySelectorAll("svg")) smile.classList.add("nod");
  return [head(company), make("div", { class: "kiosk-body kiosk-middle", role: "status" }, face, make("h1", { class: "kiosk-thanks-title" }, speech.say("cheered")))];
}

const SHOWN = 60;

export function choosing(company: string, speech: Speech, targets: readonly Target[], chosen: (target: Target) => void): Node[] {
  const grid = make("div", { class: "kiosk-grid" });
  const none = make("p", { class: "kiosk-hint", role: "status" });
  const field = make("input", { type: "search", "aria-label": speech.say("search"), placeholder: speech.say("search"), autocomplete: "off", maxlength: "80", dir: "auto" });
  let most = SHOWN;
  const draw = (): void => {
    const fits = found(targets, field.value);
    none.textContent = fits.length ? "" : speech.say("none_found");
    grid.replaceChildren(...fits.slice(0, most).map(card));
  };
  const card = (target: Target): HTMLElement => {
    const initials = target.name.split(/\s+/).slice(0, 2).map((part) => /\p{L}/u.exec(part)?.[0] ?? "").join("");
    const face = target.picture ? make("img", { src: target.picture, alt: "", loading: "lazy" }) : make("i", { "aria-hidden": "true" }, initials);
    const button = make("button", { type: "button", class: `kiosk-card kiosk-card-${target.kind}`, "data-target": String(target.id) }, face, make("span", { dir: "auto" }, target.name));
    button.addEventListener("click", () => chosen(target));
    return button;
  };
  field.addEventListener("input", () => {
    most = SHOWN;
    draw();
  });
  const body = make("div", { class: "kiosk-body kiosk-choosing" }, make("h1", { class: "kiosk-question" }, speech.say("whom")), make("div", { class: "kiosk-search" }, drawn("icon-search"), field), grid, none);
  body.addEventListener("scroll", () => {
    if (body.scrollTop + body.clientHeight < body.scrollHeight - 600 || most >= targets.length) return;
    most += SHOWN;
    draw();
  });
  draw();
  return [head(company), body];
}
