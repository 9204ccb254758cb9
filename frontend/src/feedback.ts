// The one line on a web site: a tab at the edge, and the first page of a campaign in a frame. No cookie, no style sheet.
const script = document.currentScript as HTMLScriptElement | null;
const closing: Record<string, string> = { en: "Close", ru: "Закрыть", it: "Chiudi", lt: "Uždaryti", et: "Sulge", de: "Schließen", fr: "Fermer", bg: "Затваряне" };

function style(element: HTMLElement, rules: Partial<CSSStyleDeclaration>): void {
  Object.assign(element.style, rules);
}

function pressed(words: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  style(made, { border: "0", cursor: "pointer", color: "#FFFDF7", font: "600 15px/20px system-ui, sans-serif" });
  return made;
}

function start(tag: HTMLScriptElement): void {
  const campaign = tag.dataset["campaign"] ?? "";
  const house = new URL(tag.src).origin;
  if (!campaign || document.getElementById("barrymore-feedback")) return;
  const language = (tag.dataset["lang"] ?? document.documentElement.lang).slice(0, 2).toLowerCase();
  const label = tag.dataset["label"] ?? "Feedback";
  const colour = tag.dataset["colour"] ?? "#80601A";
  const narrow = matchMedia("(max-width: 480px)");

  // By name, not by the direction of the text: the words of the tab run downwards.
  const edge = getComputedStyle(document.documentElement).direction === "rtl" ? "left" : "right";

  const tab = pressed(label);
  tab.id = "barrymore-feedback";
  tab.setAttribute("aria-expanded", "false");
  tab.setAttribute("aria-controls", "barrymore-feedback-panel");
  style(tab, { position: "fixed", [edge]: "0", top: "50%", transform: "translateY(-50%)", writingMode: "vertical-rl", minWidth: "44px", minHeight: "44px", maxHeight: "60vh", overflow: "hidden", padding: "16px 12px", borderRadius: edge === "right" ? "8px 0 0 8px" : "0 8px 8px 0", background: colour, boxShadow: "0 2px 12px rgba(40,32,14,.28)", zIndex: "2147482000" });

  const panel = document.createElement("div");
  panel.id = "barrymore-feedback-panel";
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", label);
  style(panel, { position: "fixed", display: "none", flexDirection: "column", overflow: "hidden", background: "#FBF9F4", boxShadow: "0 8px 28px rgba(40,32,14,.22)", zIndex: "2147483001", boxSizing: "border-box" });
  const close = pressed("×");
  close.setAttribute("aria-label", closing[language] ?? "Close");
  style(close, { alignSelf: "flex-end", flex: "none", width: "44px", height: "44px", padding: "0", background: "transparent", color: "#2B2618", font: "400 26px/44px system-ui, sans-serif" });
  panel.append(close);

  let frame: HTMLIFrameElement | null = null;
  const lay = () => {
    style(panel, narrow.matches ? { inset: "0", width: "100%", height: "100%", borderRadius: "0" } : { inset: "auto", [edge]: "56px", top: "max(12px, calc(50vh - 300px))", width: "400px", height: "min(600px, calc(100vh - 24px))", borderRadius: "8px" });
  };
  const framed = () => {
    const query = new URLSearchParams({ frame: "1", lang: language, origin: location.origin });
    const made = document.createElement("iframe");
    made.src = `${house}/q/${encodeURIComponent(campaign)}/?${query}`;
    made.title = label;
    style(made, { border: "0", flex: "1", width: "100%", background: "#FBF9F4", colorScheme: "light" });
    panel.append(made);
    return made;
  };
  const isOpen = () => tab.getAttribute("aria-expanded") === "true";
  const show = (on: boolean) => {
    if (on === isOpen()) return;
    if (on) frame ??= framed();
    panel.style.display = on ? "flex" : "none";
    tab.setAttribute("aria-expanded", String(on));
    (on ? close : tab).focus();
  };
  // Only our own page is believed, and it can do nothing but close itself.
  addEventListener("message", (event: MessageEvent<{ barrymore?: string } | null>) => {
    if (event.origin !== house || event.source !== frame?.contentWindow) return;
    if (event.data?.barrymore === "close") show(false);
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") show(false);
  });
  narrow.addEventListener("change", lay);
  close.addEventListener("click", () => show(false));
  tab.addEventListener("click", () => show(!isOpen()));
  lay();
  // The panel follows the tab, so that the keyboard goes from one into the other.
  document.body.append(tab, panel);
}

if (script) {
  if (document.body) start(script);
  else addEventListener("DOMContentLoaded", () => start(script));
}

// A module of its own: names here are not those of other scripts.
export {};
