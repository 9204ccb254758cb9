// Push messages of this browser: on one's own page, only after a tap.
import { csrfToken } from "./dom";

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

async function subscribe(key: string, url: string): Promise<void> {
  const registration = await navigator.serviceWorker.register("/push-worker.js", { scope: "/" });
  await navigator.serviceWorker.ready;
  const found = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  const told = found.toJSON();
  const body = new URLSearchParams({ endpoint: found.endpoint, p256dh: told.keys?.["p256dh"] ?? "", auth: told.keys?.["auth"] ?? "", name: browserName() });
  const answer = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } });
  if (!answer.ok) throw new Error(await answer.text());
  location.reload();
}

function browserName(): string {
  const found = /(Firefox|Edg|Chrome|Safari)\/\d+/.exec(navigator.userAgent)?.[1] ?? "Browser";
  const system = /(Android|iPhone|iPad|Windows|Mac OS|Linux)/.exec(navigator.userAgent)?.[1] ?? "";
  return [found === "Edg" ? "Edge" : found, system].filter(Boolean).join(", ");
}

export function startPush(): void {
  const box = document.querySelector<HTMLElement>("[data-push]");
  const state = box?.querySelector<HTMLElement>("[data-push-state]");
  const button = box?.querySelector<HTMLButtonElement>("[data-push-on]");
  if (!box || !state || !button) return;
  const say = (word: string) => (state.textContent = state.dataset[`word${word}`] ?? "");
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) return void say("None");
  const show = async () => {
    const registration = await navigator.serviceWorker.getRegistration("/");
    const on = Boolean(await registration?.pushManager.getSubscription());
    const denied = Notification.permission === "denied";
    say(denied ? "Denied" : on ? "On" : "Off");
    button.hidden = on || denied;
  };
  void show();
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      if ((await Notification.requestPermission()) === "granted") await subscribe(box.dataset["push"] ?? "", box.dataset["pushUrl"] ?? "");
    } catch (error) {
      state.textContent = `${state.dataset["wordNone"] ?? ""} (${String(error)})`;
    }
    button.disabled = false;
    await show().catch(() => undefined);
  });
}
