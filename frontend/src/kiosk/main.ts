// Where the kiosk begins: is the connection secure, is this a device of the house, and is there a newer version?
import { drawn, make } from "./draw";
import { Kiosk } from "./kiosk";
import { type Place, Store } from "./store";
import { connecting, says } from "./views";
import { Speech } from "./words";

const speech = new Speech();
const root = document.getElementById("kiosk") as HTMLElement;
speech.language = navigator.languages.map((one) => one.slice(0, 2)).find((one) => ["en", "ru", "it", "lt", "et", "de", "fr", "bg"].includes(one)) ?? "en";
let kiosk: Kiosk | null = null;

async function trade(store: Store, code: string): Promise<string> {
  const typed = code.toUpperCase().replace(/[^A-Z0-9]/g, "");
  const sent = typed.length === 10 ? `${typed.slice(0, 5)}-${typed.slice(5)}` : code;
  try {
    const answer = await fetch("/api/v1/devices/enrol", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ code: sent }), credentials: "omit" });
    const told = (await answer.json()) as Place & { detail?: string };
    if (!answer.ok) return answer.status === 429 ? (told.detail ?? "") : speech.say("code_wrong");
    await store.connect({ id: told.id, key: told.key });
    history.replaceState(null, "", location.pathname);
    await run(store, { id: told.id, key: told.key });
    return "";
  } catch {
    return speech.say("no_network");
  }
}

async function run(store: Store, place: Place): Promise<void> {
  void navigator.storage.persist();
  void keepAwake();
  kiosk = new Kiosk(store, place);
  await kiosk.start();
}

async function keepAwake(): Promise<void> {
  const wake = async (): Promise<void> => {
    if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen").catch(() => undefined);
  };
  document.addEventListener("visibilitychange", () => void wake());
  await wake();
}

// A newer version waits until nobody stands before the screen.
async function keepUpToDate(): Promise<void> {
  const worker = await navigator.serviceWorker.register("/kiosk/worker.js", { scope: "/kiosk/", updateViaCache: "none" });
  let isOld = false;
  const isFree = (): boolean => kiosk?.isFree !== false;
  const renew = (): void => {
    if (isOld && isFree()) location.reload();
  };
  const isFirst = !navigator.serviceWorker.controller;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    isOld = !isFirst;
    renew();
  });
  window.setInterval(() => {
    renew();
    if (isFree()) worker.waiting?.postMessage("take over");
    void worker.update().catch(() => undefined);
  }, 60_000);
}

async function begin(): Promise<void> {
  if (!window.isSecureContext) {
    document.body.replaceChildren(make("main", {}, drawn("plain")));
    (document.getElementById("secure-address") as HTMLElement).textContent = location.href.replace(/^http:/, "https:");
    return;
  }
  document.documentElement.lang = speech.language;
  void keepUpToDate().catch(() => undefined);
  let store: Store;
  try {
    store = await Store.open();
  } catch {
    return root.replaceChildren(...says("Barrymore", speech.say("full"), speech.say("no_store"), true));
  }
  const place = await store.place();
  const code = new URLSearchParams(location.hash.slice(1)).get("code") ?? "";
  if (place && !code) return run(store, place);
  root.replaceChildren(...connecting(speech, code, (typed) => trade(store, typed)));
}

void begin();
