// Single-key shortcuts declared in HTML by data-key; never Alt and a letter, which browsers and screen readers own.
import { inTextField, remember, remembered } from "./dom";

let off = remembered("keys") === "off";

function visible(element: HTMLElement): boolean {
  return element.getClientRects().length > 0 && !element.hasAttribute("disabled") && element.getAttribute("aria-disabled") !== "true";
}

// What is open goes before what waits in a list: T takes the conversation one reads.
function holderOf(key: string): HTMLElement | undefined {
  const holders = [...document.querySelectorAll<HTMLElement>("[data-key]")].filter((one) => one.dataset["key"]?.toLowerCase() === key && visible(one));
  return holders.find((one) => one.closest(".pane-main")) ?? holders[0];
}

function press(element: HTMLElement): void {
  if (element instanceof HTMLInputElement && element.type === "radio") {
    element.click();
    element.form?.querySelector("textarea")?.focus();
  } else if (inTextField(element)) {
    element.focus();
  } else {
    element.click();
  }
}

function move(step: 1 | -1): boolean {
  const list = document.querySelector<HTMLElement>("[data-list]");
  const items = list ? [...list.querySelectorAll<HTMLElement>("[data-list-item]")].filter(visible) : [];
  if (items.length === 0) return false;
  const here = items.findIndex((item) => item === document.activeElement);
  const open = items.findIndex((item) => item.hasAttribute("aria-current"));
  const from = here >= 0 ? here : open;
  const next = items[Math.min(items.length - 1, Math.max(0, from + step))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return true;
}

function showList(): boolean {
  const dialog = document.querySelector<HTMLDialogElement>("dialog[data-keys-dialog]");
  const list = dialog?.querySelector("[data-keys-list]");
  if (!dialog || !list || dialog.open) return false;
  for (const old of list.querySelectorAll("[data-found]")) old.remove();
  for (const element of document.querySelectorAll<HTMLElement>("[data-key]")) if (holderOf(element.dataset["key"]?.toLowerCase() ?? "") === element) list.append(...lineOf(element));
  dialog.showModal();
  return true;
}

function lineOf(element: HTMLElement): HTMLElement[] {
  const term = document.createElement("dt");
  const own = [...element.childNodes].filter((node) => !(node instanceof HTMLElement && node.classList.contains("key")));
  term.textContent = element.dataset["keyLabel"] ?? element.getAttribute("aria-label") ?? own.map((node) => node.textContent).join(" ").trim();
  const detail = document.createElement("dd");
  const key = document.createElement("kbd");
  key.className = "key";
  key.textContent = (element.dataset["key"] ?? "").toUpperCase().replace("MOD+", "Ctrl ");
  detail.append(key);
  for (const one of [term, detail]) one.setAttribute("data-found", "");
  return [term, detail];
}

function escape(event: KeyboardEvent): boolean {
  if (inTextField(event.target)) {
    (event.target as HTMLElement).blur();
    return true;
  }
  const way = document.querySelector<HTMLElement>("[data-escape]");
  if (!way || !visible(way)) return false;
  way.click();
  return true;
}

function handled(event: KeyboardEvent): boolean {
  if (document.querySelector("dialog[open]")) return false;
  const key = event.key.toLowerCase();
  if (key === "escape") return escape(event);
  if ((event.ctrlKey || event.metaKey) && !event.altKey) return pressed(`mod+${key}`);
  if (off || event.ctrlKey || event.metaKey || event.altKey || inTextField(event.target)) return false;
  if (event.key === "?") return showList();
  if (key === "j" || key === "k") return move(key === "j" ? 1 : -1);
  return pressed(key);
}

function pressed(key: string): boolean {
  const element = holderOf(key);
  if (element) press(element);
  return element !== undefined;
}

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (!event.defaultPrevented && !event.isComposing && handled(event)) event.preventDefault();
  });
  for (const box of document.querySelectorAll<HTMLInputElement>("input[data-keys-off]")) {
    box.checked = off;
    box.addEventListener("change", () => {
      off = box.checked;
      remember("keys", off ? "off" : "on");
    });
  }
}
