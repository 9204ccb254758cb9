// Keeps what is being written: textarea[data-draft-url] is posted 800 ms after the last stroke.
import { csrfToken, filled, hourMinute } from "./dom";

const waiting = new WeakMap<HTMLTextAreaElement, number>();

function statusOf(area: HTMLTextAreaElement): HTMLElement | null {
  return (area.form ?? document).querySelector<HTMLElement>("[data-draft-status]");
}

function say(area: HTMLTextAreaElement, kept: boolean): void {
  const status = statusOf(area);
  if (!status) return;
  const words = kept ? status.dataset["kept"] : status.dataset["failed"];
  status.textContent = filled(words ?? "", { time: hourMinute(new Date()) });
  status.classList.toggle("is-broken", !kept);
}

async function keep(area: HTMLTextAreaElement): Promise<void> {
  waiting.delete(area);
  const body = new FormData();
  const kind = area.form?.querySelector<HTMLInputElement>('input[name="kind"]:checked');
  body.set(area.name || "body", area.value);
  if (kind) body.set("kind", kind.value);
  const request = { method: "POST", body, headers: { "X-CSRFToken": csrfToken() }, keepalive: true };
  const answer = await fetch(area.dataset["draftUrl"] ?? "", request).catch(() => null);
  say(area, answer?.ok ?? false);
}

function later(area: HTMLTextAreaElement): void {
  clearTimeout(waiting.get(area));
  waiting.set(area, window.setTimeout(() => void keep(area), 800));
}

// Once the text is sent there is no draft; a late save would bring it back.
function drop(form: HTMLFormElement): void {
  for (const area of form.querySelectorAll<HTMLTextAreaElement>("textarea[data-draft-url]")) clearTimeout(waiting.get(area));
}

function keepAllNow(): void {
  for (const area of document.querySelectorAll<HTMLTextAreaElement>("textarea[data-draft-url]")) {
    if (!waiting.has(area)) continue;
    clearTimeout(waiting.get(area));
    void keep(area);
  }
}

// A canned answer goes where the cursor stands, or in place of what is chosen.
function insert(button: HTMLElement): void {
  const area = button.closest("form")?.querySelector("textarea");
  if (!area) return;
  area.setRangeText(button.dataset["insert"] ?? "", area.selectionStart, area.selectionEnd, "end");
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function sendByKey(event: KeyboardEvent): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !(event.target instanceof HTMLTextAreaElement)) return;
  const buttons = event.target.form?.querySelectorAll<HTMLButtonElement>('[data-submit="mod+enter"]') ?? [];
  for (const button of buttons) if (button.getClientRects().length > 0) return button.click();
}

export function startDrafts(): void {
  document.addEventListener("input", (event) => {
    if (event.target instanceof HTMLTextAreaElement && event.target.dataset["draftUrl"]) later(event.target);
  });
  document.addEventListener("submit", (event) => drop(event.target as HTMLFormElement), true);
  document.addEventListener("keydown", sendByKey);
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-insert]");
    if (button) insert(button);
  });
  window.addEventListener("pagehide", keepAllNow);
}
