// Promises' clocks: what remains, in the viewer's locale, every 15 seconds. The server draws the first state.
import { filled, formatted, hourMinute, weekdayHour } from "./dom";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export interface Reading {
  state: "calm" | "soon" | "late";
  words: string;
}

function word(name: string, n: number): string {
  return filled(document.body.dataset[`word${name}`] ?? "{n}", { n });
}

// Soon: under half an hour, or under half its time where the whole promise is shorter than an hour.
export function isSoon(left: number, whole: number | null): boolean {
  return left < Math.min(30 * minute, whole === null ? Infinity : whole / 2);
}

function over(ms: number): string {
  if (ms < hour) return word("OverMinutes", Math.max(1, Math.floor(ms / minute)));
  if (ms < 2 * day) return word("OverHours", Math.floor(ms / hour));
  return word("OverDays", Math.floor(ms / day));
}

function span(left: number): string {
  if (left <= hour) return word("Minutes", Math.ceil(left / minute));
  if (left < 2 * day) return word("Hours", Math.floor(left / hour));
  return word("Days", Math.floor(left / day));
}

function ahead(due: Date, now: Date): string {
  const left = due.getTime() - now.getTime();
  if (left < hour) return word("Minutes", Math.ceil(left / minute));
  const dayOf = (at: Date) => formatted(at, { year: "numeric", month: "numeric", day: "numeric" });
  if (dayOf(due) === dayOf(now)) return hourMinute(due);
  if (left < 6 * day) return weekdayHour(due);
  return formatted(due, { day: "numeric", month: "short" });
}

export function read(due: Date, started: Date | null, now: Date, asSpan = false): Reading {
  const left = due.getTime() - now.getTime();
  if (left <= 0) return { state: "late", words: over(-left) };
  const whole = started ? due.getTime() - started.getTime() : null;
  return { state: isSoon(left, whole) ? "soon" : "calm", words: asSpan ? span(left) : ahead(due, now) };
}

function redraw(element: HTMLElement, now: Date): void {
  const due = new Date(element.dataset["due"] ?? "");
  if (Number.isNaN(due.getTime())) return;
  const started = element.dataset["started"] ? new Date(element.dataset["started"]) : null;
  const reading = read(due, started, now, "span" in element.dataset);
  for (const state of ["calm", "soon", "late"] as const) element.classList.toggle(`clock-${state}`, state === reading.state);
  if (element.textContent !== reading.words) element.textContent = reading.words;
  const leftOf = element.closest(".clock-card")?.querySelector<HTMLElement>("[data-left-of]");
  if (leftOf) leftOf.hidden = reading.state === "late";
  const bar = element.closest(".clock-card")?.querySelector("progress");
  if (bar && started) redrawBar(bar, reading, due.getTime() - started.getTime(), due.getTime() - now.getTime());
}

function redrawBar(bar: HTMLProgressElement, reading: Reading, whole: number, left: number): void {
  bar.value = Math.min(1, Math.max(0, (whole - left) / whole)) * bar.max;
  bar.className = `bar bar-${reading.state}`;
}

function redrawAll(): void {
  const now = new Date();
  for (const element of document.querySelectorAll<HTMLElement>("time[data-due]")) redraw(element, now);
}

export function startClocks(): void {
  setInterval(redrawAll, 15_000);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) redrawAll();
  });
}
