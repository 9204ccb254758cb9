// The service worker that shows push messages. A tap opens the page with the one button; the message itself says nothing for anybody.
interface Told { title?: string; url?: string; tag?: string }
interface PushEventLike extends Event { data: { json(): Told } | null; waitUntil(work: Promise<unknown>): void }
interface ClickLike extends Event { notification: { data: string; close(): void }; waitUntil(work: Promise<unknown>): void }

const worker = self as unknown as {
  registration: { showNotification(title: string, options: object): Promise<void> };
  clients: { openWindow(url: string): Promise<unknown> };
  location: Location;
  addEventListener(kind: string, listener: (event: Event) => void): void;
};

worker.addEventListener("push", (event) => {
  const push = event as PushEventLike;
  const told = push.data?.json() ?? {};
  const options = { tag: told.tag ?? "alert", renotify: true, requireInteraction: true, data: told.url ?? "/" };
  push.waitUntil(worker.registration.showNotification(told.title ?? "Barrymore", options));
});

worker.addEventListener("notificationclick", (event) => {
  const click = event as ClickLike;
  click.notification.close();
  const url = new URL(click.notification.data, worker.location.href);
  if (url.origin === worker.location.origin) click.waitUntil(worker.clients.openWindow(url.href));
});
