// What the window asks of the house: JSON with the visitor's token, repeated while the network is away.
export interface Shown {
  id: number;
  ours: boolean;
  who: string;
  text: string;
  at: string;
  files: { name: string; size: number; url: string }[];
}
export interface Told {
  open: boolean;
  people: string[];
  ahead: number;
  expected: string;
}
export interface Thread extends Told {
  messages: Shown[];
  conversation: number | null;
  with: string;
  closed: boolean;
  question: string;
  knows_address: boolean;
  token: string;
}

export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const slot = () => `barrymore-chat:${location.pathname}`;

// A browser that keeps nothing still holds the token while the window is open.
let token = "";
try {
  token = localStorage.getItem(slot()) ?? "";
} catch {
  token = "";
}

export function held(): string {
  return token;
}

export function hold(next: string): void {
  token = next;
  try {
    if (next) localStorage.setItem(slot(), next);
    else localStorage.removeItem(slot());
  } catch {
    // Nothing to do: it lasts as long as the window.
  }
}

// Another tab has been given a newer token.
addEventListener("storage", (event) => {
  if (event.key === slot()) token = event.newValue ?? "";
});

export async function call<T>(name: string, body?: object | FormData): Promise<T> {
  const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
  const isForm = body instanceof FormData;
  if (body && !isForm) headers["Content-Type"] = "application/json";
  const lang = document.documentElement.lang;
  const [path, query] = name.split("?");
  const answer = await fetch(`${location.pathname}${path}/?lang=${lang}${query ? `&${query}` : ""}`, {
    method: body ? "POST" : "GET",
    headers,
    body: isForm ? body : body ? JSON.stringify(body) : null,
    credentials: "omit",
  });
  const told = (await answer.json().catch(() => ({}))) as T & { error?: string };
  if (!answer.ok) throw new Refused(answer.status, told.error ?? "");
  return told;
}

// The event stream by fetch, since an EventSource cannot send the token. Calls `changed` at each frame.
export async function follow(conversation: number, changed: () => void, ended: AbortSignal): Promise<void> {
  const answer = await fetch(`/live/stream?topics=conversation:${conversation}`, { headers: { Authorization: `Bearer ${token}` }, credentials: "omit", signal: ended });
  if (!answer.ok || !answer.body) throw new Refused(answer.status, "");
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let kept = ""; ; ) {
    const { value, done } = await reader.read();
    if (done) return;
    kept += value;
    const frames = kept.split("\n\n");
    kept = frames.pop() ?? "";
    if (frames.some((frame) => /^event: (frame|resync)/m.test(frame))) changed();
  }
}
