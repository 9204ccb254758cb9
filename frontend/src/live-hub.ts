// One event stream for many pages: runs in a SharedWorker, or in the tab that leads.
export interface Change {
  topic: string;
  kind: string;
}
export type Hello = { kind: "hello"; topics: string[]; since: string; url: string };
export type ToHub = Hello | { kind: "bye" };
export type FromHub = { kind: "frame"; id: string; changes: Change[] } | { kind: "state"; open: boolean; at: number };
type Frame = Extract<FromHub, { kind: "frame" }>;

interface Client {
  topics: string[];
  send: (message: FromHub) => void;
}

const kept = 200;

export class LiveHub {
  private readonly clients = new Map<unknown, Client>();
  private readonly recent: Frame[] = [];
  private source: EventSource | null = null;
  private asked = "";
  private last = "";
  private url = "";
  private isOpen = true;
  private retry = 0;

  hello(key: unknown, message: Hello, send: (message: FromHub) => void): void {
    this.clients.set(key, { topics: message.topics, send });
    this.url = message.url;
    if (!this.last) this.last = message.since;
    if (this.recent.length === kept && Number(message.since) < Number(this.recent[0]?.id)) this.goBack(message.since);
    for (const frame of this.recent) if (Number(frame.id) > Number(message.since || Infinity)) send(frame);
    this.connect();
  }

  bye(key: unknown): void {
    this.clients.delete(key);
    if (this.clients.size === 0) this.close();
  }

  close(): void {
    clearTimeout(this.retry);
    this.source?.close();
    this.source = null;
    this.asked = "";
  }

  // A page older than what we keep (woken after hours) is served by a new replay from the server.
  private goBack(since: string): void {
    this.last = since;
    this.recent.length = 0;
    this.close();
  }

  // A topic no page wants any more costs nothing, so only a new one is worth a new connection.
  private connect(): void {
    const wanted = [...new Set([...this.clients.values()].flatMap((client) => client.topics))].sort();
    const held = new Set(this.asked.split(","));
    if (wanted.length === 0 || (this.source && wanted.every((topic) => held.has(topic)))) return;
    this.close();
    this.asked = wanted.join(",");
    const query = new URLSearchParams({ topics: this.asked });
    if (this.last) query.set("last_event_id", this.last);
    this.open(`${this.url}?${query}`);
  }

  private open(address: string): void {
    const source = new EventSource(address);
    source.addEventListener("open", () => this.tell(true));
    source.addEventListener("frame", (event) => this.pass(event));
    source.addEventListener("error", () => this.lost(source));
    this.source = source;
  }

  private pass(event: MessageEvent<string>): void {
    const frame: Frame = { kind: "frame", id: event.lastEventId, changes: JSON.parse(event.data) as Change[] };
    this.last = frame.id || this.last;
    this.recent.push(frame);
    if (this.recent.length > kept) this.recent.shift();
    for (const client of this.clients.values()) client.send(frame);
  }

  // The browser retries a dropped stream itself; after a refusal (sign-in lost, server restarting) it gives up and we go on.
  private lost(source: EventSource): void {
    this.tell(false);
    if (source.readyState !== EventSource.CLOSED || source !== this.source) return;
    this.close();
    this.retry = setTimeout(() => this.connect(), 4000 + Math.random() * 3000) as unknown as number;
  }

  private tell(open: boolean): void {
    if (open === this.isOpen) return;
    this.isOpen = open;
    for (const client of this.clients.values()) client.send({ kind: "state", open, at: Date.now() });
  }
}
