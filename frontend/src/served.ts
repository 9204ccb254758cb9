// The employee button: every tap is kept in this browser until the server has it, and counts once however often it is sent.
import { csrfToken, filled } from "./dom";

type Tap = { key: string; point: number; at: string; back?: boolean };

const soon = 400;
const later = 15_000;
const takeBackFor = 5 * 60_000;

function freshKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Each tap has an entry of its own, so that two tabs never write over each other's.
class Taps {
  private readonly prefix: string;
  private readonly unkept = new Map<string, Tap>();

  constructor(person: string) {
    // Another person's taps stay where they are until that person is back at this device.
    this.prefix = `served:${person}:`;
  }

  get waiting(): Tap[] {
    const kept = Object.keys(localStorage)
      .filter((name) => name.startsWith(this.prefix))
      .map((name) => JSON.parse(localStorage.getItem(name) ?? "null") as Tap | null)
      .filter((tap): tap is Tap => tap !== null);
    return [...kept, ...this.unkept.values()].sort((one, other) => one.at.localeCompare(other.at) || Number(one.back ?? 0) - Number(other.back ?? 0));
  }

  // False where the browser keeps nothing: a private window, or a full store.
  add(tap: Tap): boolean {
    try {
      localStorage.setItem(this.entry(tap), JSON.stringify(tap));
      return true;
    } catch {
      this.unkept.set(this.entry(tap), tap);
      return false;
    }
  }

  remove(sent: readonly Tap[]): void {
    for (const tap of sent) {
      localStorage.removeItem(this.entry(tap));
      this.unkept.delete(this.entry(tap));
    }
  }

  private entry(tap: Tap): string {
    return `${this.prefix}${tap.key}${tap.back ? ":back" : ""}`;
  }
}

export function startServed(): void {
  const root = document.querySelector<HTMLElement>("[data-served]");
  if (!root) return;
  const found = <T extends HTMLElement>(name: string): T => root.querySelector<T>(`[data-${name}]`) as T;
  const [button, back, today, state] = [found<HTMLButtonElement>("tap"), found<HTMLButtonElement>("back"), found("today"), found("state")];
  const words = root.dataset;
  const taps = new Taps(words["person"] ?? "");
  const point = Number(words["point"]);
  let last: Tap | null = null;
  let known = Number(today.textContent);
  let timer = 0;
  let sending = false;
  let refused = "";

  function show(): void {
    const all = taps.waiting;
    const here = all.filter((tap) => tap.point === point);
    today.textContent = String(known + here.reduce((sum, tap) => sum + (tap.back ? -1 : 1), 0));
    const waits = all.length && !sending ? filled(words["wordWaiting"] ?? "", { n: all.length }) : "";
    state.textContent = refused || waits;
    back.disabled = !last;
  }

  function plan(wait: number): void {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void send(), wait);
  }

  async function send(): Promise<void> {
    if (sending || !taps.waiting.length) return;
    sending = true;
    // Both a tap and its return have the same key: the return goes with the next letter.
    const seen = new Set<string>();
    const batch = taps.waiting.filter((tap) => !seen.has(tap.key) && seen.add(tap.key)).slice(0, 100);
    let wait = later;
    try {
      const answer = await fetch(`${words["url"] ?? ""}?person=${words["person"] ?? ""}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
        body: JSON.stringify({ taps: batch }),
      });
      // Signed out, or somebody else is: whoever comes back to this page sends them.
      if (answer.redirected || [403, 409].includes(answer.status)) window.location.reload();
      else if (answer.ok) {
        const told = (await answer.json()) as { today: number; refused: string };
        taps.remove(batch);
        known = told.today;
        refused = told.refused;
        wait = soon;
      }
    } catch {
      // No network: the taps are kept, and tried again.
    }
    sending = false;
    show();
    if (taps.waiting.length) plan(wait);
  }

  function add(tap: Tap): void {
    if (!taps.add(tap)) refused = words["wordFull"] ?? "";
    show();
    plan(soon);
  }

  button.addEventListener("click", () => {
    const tap = (last = { key: freshKey(), point, at: new Date().toISOString() });
    window.setTimeout(() => {
      if (last === tap) last = null;
      show();
    }, takeBackFor);
    navigator.vibrate?.(20);
    add(tap);
  });
  back.addEventListener("click", () => {
    if (!last) return;
    const tap = { ...last, back: true };
    last = null;
    add(tap);
  });
  window.addEventListener("online", () => plan(0));
  button.disabled = false;
  show();
  plan(0);
}
