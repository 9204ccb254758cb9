// The desk beside the telephone: a ringing call opens its card here.
import { inTextField } from "./dom";

const channel = new BroadcastChannel("barrymore-phone");

export function startCalls(): void {
  channel.addEventListener("message", (event: MessageEvent<{ open?: number }>) => {
    const base = document.querySelector<HTMLMetaElement>('meta[name="desk"]')?.content;
    // One window follows, the one that was looked at last; others stay where somebody may be writing.
    if (!event.data.open || !base || document.visibilityState !== "visible" || inTextField(document.activeElement)) return;
    const target = `${base}${event.data.open}/`;
    if (location.pathname !== target) location.assign(target);
  });
}
