// Live pages: each topic that changed becomes an event live:<topic> on the body, for hx-trigger="live:queue:3 from:body".
import { hourMinute } from "./dom";
import { LiveHub, type Change, type FromHub, type Hello, type ToHub } from "./live-hub";

type Wire = (message: ToHub) => void;

const pending = new Map<string, Set<string>>();
let timer = 0;

function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}

function topics(): string[] {
  const declared = (document.body.dataset["liveTopics"] ?? "").split(/\s+/);
  const elements = [...document.querySelectorAll<HTMLElement>("[data-live-topic]")].map((one) => one.dataset["liveTopic"] ?? "");
  return [...new Set([...declared, ...elements])].filter(Boolean).sort();
}

function hello(): Hello {
  const url = new URL(meta("live-stream"), location.href).href;
  return { kind: "hello", topics: topics(), since: document.body.dataset["liveSince"] ?? "", url };
}

// Several changes of one topic within a blink are one refresh.
function gather(changes: Change[]): void {
  const mine = new Set(topics());
  for (const { topic, kind } of changes) {
    if (!mine.has(topic)) continue;
    pending.set(topic, (pending.get(topic) ?? new Set()).add(kind));
  }
  if (!timer && pending.size > 0) timer = window.setTimeout(dispatch, 120);
}

function dispatch(): void {
  timer = 0;
  const now = [...pending];
  pending.clear();
  for (const [topic, kinds] of now) document.body.dispatchEvent(new CustomEvent(`live:${topic}`, { detail: { kinds: [...kinds] } }));
}

// Signed out elsewhere, by an administrator or by the identity provider: nothing of the house stays on the screen.
async function leaveIfSignedOut(): Promise<void> {
  try {
    const answer = await fetch("/me/", { redirect: "manual", cache: "no-store" });
    if (answer.type === "opaqueredirect") location.reload();
  } catch {
    // The server is away too: that is told as a lost connection.
  }
}

function showState(open: boolean, at: number): void {
  if (!open) void leaveIfSignedOut();
  document.body.dataset["live"] = open ? "open" : "lost";
  for (const element of document.querySelectorAll<HTMLElement>("[data-offline]")) element.hidden = open;
  for (const element of document.querySelectorAll<HTMLElement>("[data-offline-since]")) element.textContent = hourMinute(new Date(at));
  document.body.dispatchEvent(new CustomEvent(open ? "live-open" : "live-lost"));
}

function receive(message: FromHub): void {
  if (message.kind === "state") return showState(message.open, message.at);
  if (message.id) document.body.dataset["liveSince"] = message.id;
  gather(message.changes);
}

function byWorker(): Wire {
  const worker = new SharedWorker(meta("live-worker"), { name: "barrymore-live" });
  worker.port.onmessage = (event: MessageEvent<FromHub>) => receive(event.data);
  worker.port.start();
  return (message) => worker.port.postMessage(message);
}

// Chrome on Android has no SharedWorker: one tab leads by a lock, the others listen on a channel.
function byLeader(): Wire {
  const me = crypto.randomUUID();
  const channel = new BroadcastChannel("barrymore-live");
  let hub: LiveHub | null = null;
  channel.onmessage = ({ data }: MessageEvent<{ to?: string; from?: string; up?: ToHub; down?: FromHub; call?: true }>) => {
    if (data.call) channel.postMessage({ from: me, up: hello() });
    if (data.down && data.to === me) receive(data.down);
    if (data.up && hub) takeUp(hub, data.from ?? "", data.up, (down) => channel.postMessage({ to: data.from, down }));
  };
  void navigator.locks.request("barrymore-live", async () => {
    hub = new LiveHub();
    takeUp(hub, me, hello(), receive);
    channel.postMessage({ call: true });
    await new Promise(() => undefined);
  });
  return (up) => (hub ? takeUp(hub, me, up, receive) : channel.postMessage({ from: me, up }));
}

function takeUp(hub: LiveHub, from: string, up: ToHub, send: (message: FromHub) => void): void {
  if (up.kind === "bye") hub.bye(from);
  else hub.hello(from, up, send);
}

// Plain http off localhost has no locks: a stream of its own, held only while the page is looked at.
function alone(): Wire {
  const hub = new LiveHub();
  const wire: Wire = (up) => takeUp(hub, "page", up, receive);
  document.addEventListener("visibilitychange", () => wire(document.hidden ? { kind: "bye" } : hello()));
  return wire;
}

function wired(): Wire {
  if (typeof SharedWorker !== "undefined" && meta("live-worker")) return byWorker();
  if (navigator.locks && typeof BroadcastChannel !== "undefined") return byLeader();
  return alone();
}

export function startLive(): void {
  if (!meta("live-stream")) return;
  let wire: Wire | null = null;
  let said = "";
  const greet = () => {
    const now = topics().join(" ");
    if (now === said || (now === "" && wire === null)) return;
    said = now;
    (wire ??= wired())(hello());
  };
  greet();
  document.body.addEventListener("htmx:load", greet);
  window.addEventListener("pagehide", () => wire?.({ kind: "bye" }));
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) wire?.(hello());
  });
}
