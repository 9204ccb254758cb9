// The one bundle of every staff page: htmx, morphing, and our small modules.
import htmx from "htmx.org";
import { Idiomorph } from "idiomorph/dist/idiomorph-ext.esm.js";
import { startCalls } from "./calls";
import { startChoices } from "./choose";
import { startClocks } from "./clock";
import { startCopies } from "./copies";
import { startDrafts } from "./draft";
import { startKeys } from "./keys";
import { startLive } from "./live";
import { startMenus } from "./menu";
import { startOpened } from "./opened";
import { startPanes } from "./panes";
import { startPasskeys } from "./passkey";
import { startPush } from "./push";
import { startServed } from "./served";
import { startTheme } from "./theme";
import { startToasts } from "./toast";
import { startVoice } from "./voice";
import { csrfToken } from "./dom";

document.body.addEventListener("htmx:configRequest", (event) => {
  (event as CustomEvent<{ headers: Record<string, string> }>).detail.headers["X-CSRFToken"] = csrfToken();
});

// A row of links that scrolls shows the page one is on.
// The row itself is moved: scrolling the link into view would move the page too, away from its heading.
for (const here of document.querySelectorAll<HTMLElement>(".topbar-nav [aria-current], .settings-nav [aria-current]")) {
  const row = here.parentElement as HTMLElement, box = row.getBoundingClientRect(), mine = here.getBoundingClientRect();
  row.scrollBy({ left: mine.left < box.left || mine.right > box.right - 24 ? mine.left - box.left - 16 : 0, top: mine.bottom > box.bottom ? mine.bottom - box.bottom : 0 });
}

// What somebody has unfolded stays so while the page is refreshed beneath it.
Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name: string, node: Element) => name !== "open" || !(node instanceof HTMLDetailsElement);

// The server draws times in the viewer's zone; the browser is the one who knows it.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes("timezone=")) document.cookie = `timezone=${zone}; path=/; max-age=31536000; samesite=lax`;
for (const field of document.querySelectorAll<HTMLInputElement>("input[data-zone]")) if (zone && field.value === "UTC") field.value = zone;

for (const start of [startTheme, startCalls, startChoices, startClocks, startCopies, startDrafts, startKeys, startMenus, startOpened, startPanes, startPasskeys, startPush, startServed, startToasts, startVoice, startLive]) start();

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}
window.htmx = htmx;
