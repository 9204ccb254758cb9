// Panes that can be made wider; their widths are remembered in this browser.
import { remember, remembered } from "./dom";

interface Pane {
  handle: HTMLElement;
  name: string;
  least: number;
  most: number;
  width: number;
}

function variable(name: string): string {
  return `--${name}-width`;
}

function setWidth(pane: Pane, wanted: number): void {
  pane.width = Math.round(Math.min(pane.most, Math.max(pane.least, wanted)));
  document.documentElement.style.setProperty(variable(pane.name), `${pane.width}px`);
  pane.handle.setAttribute("aria-valuenow", String(pane.width));
}

function keep(pane: Pane): void {
  remember(`pane:${pane.name}`, String(pane.width));
}

// A handle at a pane's end makes it wider when moved on in reading direction; one at its start, when moved back.
function direction(pane: Pane): 1 | -1 {
  const reversed = (document.dir === "rtl") !== (pane.handle.dataset["edge"] === "start");
  return reversed ? -1 : 1;
}

function drag(pane: Pane, down: PointerEvent): void {
  const from = pane.width;
  pane.handle.setPointerCapture(down.pointerId);
  const move = (event: PointerEvent) => setWidth(pane, from + direction(pane) * (event.clientX - down.clientX));
  pane.handle.addEventListener("pointermove", move);
  const stop = () => {
    pane.handle.removeEventListener("pointermove", move);
    keep(pane);
  };
  pane.handle.addEventListener("lostpointercapture", stop, { once: true });
}

function nudge(pane: Pane, event: KeyboardEvent): void {
  const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  setWidth(pane, pane.width + direction(pane) * step);
  keep(pane);
}

function start(handle: HTMLElement): void {
  const name = handle.dataset["pane"] ?? "";
  const standing = parseInt(getComputedStyle(document.documentElement).getPropertyValue(variable(name)), 10);
  const pane: Pane = {
    handle,
    name,
    least: Number(handle.getAttribute("aria-valuemin") ?? 200),
    most: Number(handle.getAttribute("aria-valuemax") ?? 560),
    width: standing || 300,
  };
  const kept = Number(remembered(`pane:${name}`));
  setWidth(pane, kept || pane.width);
  handle.addEventListener("pointerdown", (event) => drag(pane, event));
  handle.addEventListener("keydown", (event) => nudge(pane, event));
}

// A thread opens at its end; after a refresh it stays there only for who was there.
function keepAtEnd(pane: HTMLElement): void {
  const toEnd = () => (pane.scrollTop = pane.scrollHeight);
  let atEnd = true;
  pane.addEventListener("scroll", () => (atEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 40), { passive: true });
  pane.addEventListener("htmx:afterSettle", () => atEnd && toEnd());
  toEnd();
  void document.fonts.ready.then(toEnd);
}

function startEnds(): void {
  for (const pane of document.querySelectorAll<HTMLElement>("[data-scroll-end]:not([data-at-end])")) {
    pane.setAttribute("data-at-end", "");
    keepAtEnd(pane);
  }
}

export function startPanes(): void {
  startEnds();
  document.body.addEventListener("htmx:load", startEnds);
  for (const handle of document.querySelectorAll<HTMLElement>(".pane-handle[data-pane]")) start(handle);
}
