// The chat window of a web site: one log, one box, and a way to leave an address when nobody is there.
import { Refused, call, follow, held, hold, type Shown, type Thread, type Told } from "./calls";

const page = document.querySelector<HTMLElement>("[data-chat]") as HTMLElement;
const log = page.querySelector<HTMLElement>("[data-log]") as HTMLElement;
const form = page.querySelector<HTMLFormElement>("[data-say]") as HTMLFormElement;
const box = form.querySelector("textarea") as HTMLTextAreaElement;
const picker = form.querySelector<HTMLInputElement>("input[type=file]") as HTMLInputElement;
const leave = page.querySelector<HTMLFormElement>("[data-leave]") as HTMLFormElement;
const fault = page.querySelector<HTMLElement>("[data-fault]") as HTMLElement;
const words = page.dataset as Record<string, string>;
const parentOrigin = words["parent"] ?? "";

// The page's language in the visitor's own manner of writing times: en-GB for English where the browser is British.
const locale = navigator.languages.find((one) => one.startsWith(document.documentElement.lang)) ?? document.documentElement.lang;
let identity: object | null = null;
let last = 0;
let shown = true;
let unread = 0;
let conversation: number | null = null;
let tickets: { ticket: string; name: string }[] = [];
let stream: AbortController | null = null;

function tellParent(message: object): void {
  if (parent !== window && parentOrigin) parent.postMessage(message, parentOrigin);
}

function say(text: string): void {
  fault.textContent = text;
  fault.hidden = !text;
}

function element(name: string, kind: string, text = ""): HTMLElement {
  const made = document.createElement(name);
  made.className = kind;
  made.textContent = text;
  return made;
}

function draw(message: Shown): HTMLElement {
  const item = element("div", `chat-line ${message.ours ? "is-ours" : "is-theirs"}`);
  item.dataset["id"] = String(message.id);
  const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(new Date(message.at));
  item.append(element("span", "chat-who", `${message.ours ? message.who : (words["you"] ?? "")} ${time}`.trim()));
  const text = element("p", "chat-text", message.text);
  text.dir = "auto";
  if (message.text) item.append(text);
  for (const file of message.files) {
    const link = element("a", "chat-file", file.name) as HTMLAnchorElement;
    link.href = file.url;
    link.target = "_blank";
    link.rel = "noopener";
    item.append(link);
  }
  return item;
}

function tell(told: Told & Partial<Thread>): void {
  const status = page.querySelector<HTMLElement>("[data-status]") as HTMLElement;
  const who = told.with ? [told.with] : told.people;
  const names = new Intl.ListFormat(document.documentElement.lang, { type: "conjunction" }).format(who);
  const ahead = told.ahead && !told.with ? (words["ahead"] ?? "").replace("{n}", String(told.ahead)) : "";
  const there = told.with ? (words["with"] ?? "").replace("{names}", names) : told.open ? (words["there"] ?? "").replace("{names}", names) : (words["away"] ?? "");
  status.textContent = [there, ahead, told.with ? "" : told.expected].filter(Boolean).join(" ");
  page.classList.toggle("is-away", !told.open && !told.with);
  const wantsAddress = (!told.open || page.classList.contains("wants-address")) && !told.knows_address;
  leave.hidden = !wantsAddress || conversation === null;
  page.querySelector<HTMLElement>("[data-closed]")?.toggleAttribute("hidden", !told.closed);
  const question = page.querySelector<HTMLAnchorElement>("[data-question]");
  if (question) {
    question.hidden = !told.question;
    if (told.question) question.href = told.question;
  }
}

async function refresh(): Promise<void> {
  if (!held()) return tell(await call<Told>("state"));
  const thread = await call<Thread>(`messages?after=${last}`);
  if (thread.token) hold(thread.token);
  conversation = thread.conversation;
  for (const message of thread.messages) {
    if (message.id <= last) continue;
    last = message.id;
    log.querySelector(".is-sending")?.remove();
    log.append(draw(message));
    if (message.ours && !shown) unread += 1;
  }
  if (thread.messages.length) log.scrollTop = log.scrollHeight;
  if (unread && !shown) tellParent({ barrymore: "unread", count: unread });
  tell(thread);
  listen();
}

// Messages come by the stream; while it cannot be had, the window asks every few seconds.
function listen(): void {
  if (stream || conversation === null) return;
  const control = new AbortController();
  stream = control;
  const again = () => {
    if (stream === control) stream = null;
    setTimeout(() => void careful(), 4000);
  };
  follow(conversation, () => void careful(), control.signal).then(again, again);
}

async function careful(): Promise<void> {
  try {
    await refresh();
    page.classList.remove("is-offline");
  } catch (error) {
    if (error instanceof Refused && error.status === 401) startAnew();
    else page.classList.add("is-offline");
  }
}

function startAnew(): void {
  hold("");
  stream?.abort();
  stream = null;
  last = 0;
  conversation = null;
  log.replaceChildren();
  void careful();
}

async function begin(): Promise<void> {
  if (held()) return;
  const query = new URLSearchParams(location.search);
  const told = { page: query.get("page") ?? "" };
  const { token } = await call<{ token: string }>("begin", { ...told, identity }).catch((error: Error) => {
    // A signature that does not hold proves nobody; they may write all the same, as an unknown visitor.
    if (!identity || !(error instanceof Refused) || error.status !== 403) throw error;
    return call<{ token: string }>("begin", told);
  });
  hold(token);
  tellParent({ barrymore: "unread", count: 0, begun: true });
}

// The same id goes with every try, so that a message sent twice is there once.
async function send(text: string): Promise<void> {
  const id = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`;
  const files = tickets.map((one) => one.ticket);
  const waiting = element("div", "chat-line is-theirs is-sending", text);
  log.append(waiting);
  log.scrollTop = log.scrollHeight;
  for (let pause = 500; ; pause *= 2) {
    try {
      await begin();
      await call("say", { id, text, files });
      tickets = [];
      drawTickets();
      return refresh();
    } catch (error) {
      if (error instanceof Refused || pause > 20000) {
        waiting.remove();
        box.value ||= text;
        say(error instanceof Refused && error.message ? error.message : (words["failed"] ?? ""));
        if (error instanceof Refused && error.status === 401) startAnew();
        return;
      }
      page.classList.add("is-offline");
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

function drawTickets(): void {
  const list = form.querySelector<HTMLElement>("[data-files]") as HTMLElement;
  list.replaceChildren(...tickets.map((one) => element("li", "chat-file", one.name)));
}

async function attach(file: File): Promise<void> {
  const told = new FormData();
  told.append("file", file);
  try {
    await begin();
    const { ticket, name } = await call<{ ticket: string; name: string }>("upload", told);
    tickets.push({ ticket, name });
    say("");
  } catch (error) {
    say(error instanceof Refused && error.message ? error.message : (words["failed"] ?? ""));
  }
  drawTickets();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = box.value.trim();
  if (!text && !tickets.length) return box.focus();
  say("");
  box.value = "";
  void send(text);
});
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});
picker.addEventListener("change", () => {
  for (const file of picker.files ?? []) void attach(file);
  picker.value = "";
});
leave.addEventListener("submit", (event) => {
  event.preventDefault();
  const told = Object.fromEntries(new FormData(leave)) as Record<string, string>;
  const at = told["at"] ? new Date(told["at"]).toISOString() : "";
  call("leave", { ...told, at }).then(
    () => {
      leave.replaceChildren(element("p", "chat-kept", words["kept"] ?? ""));
      say("");
    },
    (error: Error) => say(error.message || (words["failed"] ?? "")),
  );
});
page.querySelector("[data-new]")?.addEventListener("click", startAnew);
page.querySelector("[data-person]")?.addEventListener("click", () => {
  page.classList.add("wants-address");
  leave.hidden = false;
  leave.querySelector("input")?.focus();
});
page.querySelector("[data-close]")?.addEventListener("click", () => tellParent({ barrymore: "close" }));
addEventListener("message", (event: MessageEvent<{ barrymore?: string; identity?: object; on?: boolean }>) => {
  if (event.source !== parent || event.origin !== parentOrigin) return;
  if (event.data.barrymore === "identity" && event.data.identity && !identity) {
    identity = event.data.identity;
    // Somebody signed in on the site has their conversation on every device.
    if (!held()) void begin().then(careful, () => undefined);
  }
  if (event.data.barrymore === "shown") {
    shown = Boolean(event.data.on);
    if (shown) unread = 0;
    if (shown) box.focus();
  }
});
addEventListener("online", () => void careful());
void careful();
setInterval(() => {
  if (!stream || !held()) void careful();
}, 15000);
tellParent({ barrymore: "ready" });
