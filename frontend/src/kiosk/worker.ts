// Keeps the kiosk for times without a network. A version is kept as a whole or not at all, and takes over only
// when the page says that nobody stands before the screen.
interface Keeper {
  KEPT: { version: string; files: string[] };
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(name: string, heard: (event: Heard) => void): void;
}
interface Heard extends Event {
  readonly request: Request;
  readonly data: unknown;
  waitUntil(work: Promise<unknown>): void;
  respondWith(answer: Promise<Response>): void;
}

const worker = self as unknown as Keeper;
const name = `kiosk-${worker.KEPT.version}`;
const MEDIA = "kiosk-media";

worker.addEventListener("install", (event) => {
  const kept = worker.KEPT.files.map((file) => new Request(file, { cache: "reload", credentials: "omit" }));
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(kept)));
});

worker.addEventListener("activate", (event) => {
  const clean = caches.keys().then((names) => Promise.all(names.filter((one) => one.startsWith("kiosk-") && one !== name && one !== MEDIA).map((one) => caches.delete(one))));
  event.waitUntil(clean.then(() => worker.clients.claim()));
});

worker.addEventListener("message", (event) => {
  if (event.data === "take over") event.waitUntil(worker.skipWaiting());
});

async function answer(request: Request, path: string): Promise<Response> {
  const media = path.startsWith("/kiosk/media/");
  const found = await caches.open(media ? MEDIA : name).then((cache) => cache.match(path));
  return found ?? fetch(request);
}

worker.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const ours = worker.KEPT.files.includes(url.pathname) || url.pathname.startsWith("/kiosk/media/");
  if (event.request.method === "GET" && url.origin === location.origin && ours) event.respondWith(answer(event.request, url.pathname));
});

export {};
