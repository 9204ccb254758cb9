// The line to the house: what waits goes out in its order, and leaves the store only when it was acknowledged.
import type { Place, Store, Told } from "./store";

export type Ended = "empty" | "later" | "revoked";
const MOST = 200;
const BATCH_BYTES = 150 * 1024;
const WAIT = 20_000;

export class Line {
  private tries = 0;
  private timer = 0;
  private running = false;
  isRevoked = false;

  constructor(private readonly store: Store, private readonly place: Place) {}

  start(): void {
    window.addEventListener("online", () => this.plan(0));
    this.plan(0);
  }

  plan(wait: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.run(), wait);
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    // Two windows of one screen never send at the same time.
    const ended = await navigator.locks.request("barrymore-kiosk", () => this.drain()).catch((): Ended => "later");
    this.running = false;
    this.isRevoked = ended === "revoked";
    this.tries = ended === "empty" ? 0 : this.tries + 1;
    const wait = Math.min(2000 * 2 ** Math.min(this.tries, 8), 300_000);
    this.plan(ended === "empty" ? 60_000 : wait * (0.75 + Math.random() / 2));
  }

  private async drain(): Promise<Ended> {
    for (;;) {
      const batch = await this.store.first(MOST, BATCH_BYTES);
      if (!batch.length) return "empty";
      for (const one of batch) {
        const sent = await this.sendFiles(one);
        if (sent !== "empty") return sent;
      }
      const answer = await this.call("events", JSON.stringify({ boot_id: batch[0]?.boot, events: batch.map((one) => one.event) }), "application/json");
      if (answer.status === 401) return "revoked";
      if (!answer.ok) return "later";
      await this.store.remove(batch);
    }
  }

  private async sendFiles(told: Told): Promise<Ended> {
    for (const name of told.files) {
      const sound = await this.store.file(name);
      if (!sound) continue;
      const answer = await this.call(`files?name=${name}`, sound, sound.type);
      if (answer.status === 401) return "revoked";
      // One that the house refuses for good must not hold up the answers behind it.
      if (!answer.ok && ![409, 411, 413, 415, 422].includes(answer.status)) return "later";
    }
    return "empty";
  }

  private call(path: string, body: BodyInit, kind: string): Promise<Response> {
    return fetch(`/api/v1/devices/${this.place.id}/${path}`, {
      method: "POST",
      headers: { Authorization: `Bearer ${this.place.key}`, "Content-Type": kind },
      body,
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(WAIT),
    });
  }

  // What the house has under an address, or what it had when we last heard of it. Null: there is none.
  async read<T>(path: "campaign" | "screen"): Promise<T | null> {
    const known = await this.store.noted<{ tag: string; told: T | null }>(path);
    try {
      const headers: Record<string, string> = { Authorization: `Bearer ${this.place.key}` };
      if (known?.tag) headers["If-None-Match"] = known.tag;
      const answer = await fetch(`/api/v1/devices/${this.place.id}/${path}`, { headers, credentials: "omit", cache: "no-store", signal: AbortSignal.timeout(WAIT) });
      if (answer.status === 401) this.isRevoked = true;
      if (answer.ok || answer.status === 404) {
        const told = answer.ok ? ((await answer.json()) as T) : null;
        await this.store.note(path, { tag: answer.headers.get("ETag") ?? "", told });
        return told;
      }
    } catch {
      // No network: what was known goes on.
    }
    return known?.told ?? null;
  }
}
