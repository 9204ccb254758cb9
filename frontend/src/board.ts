// The live board: at most one refresh a second however much happens, a clock, and a screen that stays awake.
import { hourMinute } from "./dom";

const second = 1000;
let last = 0;
let timer = 0;

function refresh(): void {
  timer = 0;
  last = Date.now();
  document.body.dispatchEvent(new CustomEvent("board:changed"));
}

// The first change is shown at once, those within the next second together at its end.
function changed(): void {
  if (!timer) timer = window.setTimeout(refresh, Math.max(0, last + second - Date.now()));
}

function topics(): string[] {
  return [...document.querySelectorAll<HTMLElement>("[data-board] [data-live-topic]")].map((one) => one.dataset["liveTopic"] ?? "");
}

function tick(): void {
  for (const clock of document.querySelectorAll<HTMLElement>("[data-clock-now]")) clock.textContent = hourMinute(new Date());
}

// Only over https or on localhost, and only while the page is looked at: asked for again when it is back.
async function keepAwake(): Promise<void> {
  if (document.hidden || !document.querySelector("[data-keep-awake]") || !("wakeLock" in navigator)) return;
  await navigator.wakeLock.request("screen").catch(() => undefined);
}

for (const topic of topics()) document.body.addEventListener(`live:${topic}`, changed);
document.addEventListener("visibilitychange", () => {
  void keepAwake();
  if (!document.hidden) changed();
});
setInterval(tick, second);
tick();
void keepAwake();
