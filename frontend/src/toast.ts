// Toasts: a line that floats, counts down and can be taken back. From the page, or by the event "toast" (HX-Trigger).
import htmx from "htmx.org";
import { csrfToken, filled } from "./dom";

interface ToastEvent {
  text: string;
  seconds?: number;
  undo_url?: string;
  undo_label?: string;
}

function count(toast: HTMLElement): void {
  const words = toast.querySelector<HTMLElement>("[data-toast-words]");
  const end = Date.now() + Number(toast.dataset["toast"] || 8) * 1000;
  let paused = 0;
  const tick = () => {
    if (!toast.isConnected) return clearInterval(timer);
    // A toast under the pointer or holding the focus waits: nobody should have to race it.
    if (toast.matches(":hover, :focus-within") && !words?.dataset["toastWords"]) paused += 250;
    const left = Math.ceil((end + paused - Date.now()) / 1000);
    if (left <= 0) return finish(toast, timer);
    if (words?.dataset["toastWords"]) words.textContent = filled(words.dataset["toastWords"], { n: left });
  };
  const timer = window.setInterval(tick, 250);
}

function finish(toast: HTMLElement, timer: number): void {
  clearInterval(timer);
  toast.dispatchEvent(new CustomEvent("toast:done", { bubbles: true }));
  toast.remove();
}

function hydrate(root: ParentNode): void {
  for (const toast of root.querySelectorAll<HTMLElement>("[data-toast]:not([data-counting])")) {
    toast.setAttribute("data-counting", "");
    count(toast);
  }
}

function undoForm(event: ToastEvent): HTMLFormElement {
  const form = document.createElement("form");
  form.method = "post";
  form.action = event.undo_url ?? "";
  form.setAttribute("hx-post", form.action);
  form.setAttribute("hx-swap", "none");
  const token = document.createElement("input");
  token.type = "hidden";
  token.name = "csrfmiddlewaretoken";
  token.value = csrfToken();
  const button = document.createElement("button");
  button.className = "link link-strong";
  button.dataset["key"] = "z";
  button.textContent = event.undo_label ?? "Undo";
  form.append(token, button);
  form.addEventListener("htmx:afterRequest", () => form.closest(".toast")?.remove());
  return form;
}

function show(event: ToastEvent): void {
  const toast = document.createElement("div");
  toast.className = "toast float";
  toast.dataset["toast"] = String(event.seconds ?? 8);
  const words = document.createElement("p");
  words.className = "toast-words";
  words.setAttribute("data-toast-words", event.text.includes("{n}") ? event.text : "");
  words.textContent = filled(event.text, { n: event.seconds ?? 8 });
  toast.append(words);
  if (event.undo_url) toast.append(undoForm(event));
  document.querySelector("[data-toasts]")?.append(toast);
  htmx.process(toast);
  hydrate(document);
}

export function startToasts(): void {
  hydrate(document);
  document.body.addEventListener("htmx:load", () => hydrate(document));
  document.body.addEventListener("toast", (event) => show((event as CustomEvent<ToastEvent>).detail));
}
