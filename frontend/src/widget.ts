// The one line on a web site: a button, and the window in a frame of its own. No style sheet, no cookie, nothing global.
interface FromWindow {
  barrymore: "close" | "unread" | "ready";
  count?: number;
}

const script = document.currentScript as HTMLScriptElement | null;
const bubble = "M7.9 20A9 9 0 1 0 4 16.1L2 22Z";
const cross = "M18 6 6 18M6 6l12 12";

function style(element: HTMLElement, rules: Partial<CSSStyleDeclaration>): void {
  Object.assign(element.style, rules);
}

function drawn(path: string): SVGSVGElement {
  const name = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(name, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", width: "26", height: "26", fill: "none", stroke: "currentColor", "stroke-width": "1.8", "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" })) svg.setAttribute(key, value);
  svg.append(Object.assign(document.createElementNS(name, "path")));
  svg.firstElementChild?.setAttribute("d", path);
  return svg;
}

function start(tag: HTMLScriptElement): void {
  const key = tag.dataset["key"] ?? "";
  const house = new URL(tag.src).origin;
  if (!key || document.getElementById("barrymore-chat")) return;
  const language = tag.dataset["lang"] ?? document.documentElement.lang;
  const query = new URLSearchParams({ lang: language, origin: location.origin, page: location.href });
  const label = tag.dataset["label"] ?? "Chat";
  const narrow = matchMedia("(max-width: 480px)");

  const button = document.createElement("button");
  button.id = "barrymore-chat";
  button.type = "button";
  button.setAttribute("aria-label", label);
  button.setAttribute("aria-expanded", "false");
  button.append(drawn(bubble));
  style(button, { position: "fixed", insetBlockEnd: "20px", insetInlineEnd: "20px", width: "56px", height: "56px", borderRadius: "28px", border: "0", padding: "0", display: "grid", placeItems: "center", cursor: "pointer", zIndex: "2147483000", color: "#FFFDF7", background: tag.dataset["colour"] ?? "#80601A", boxShadow: "0 4px 16px rgba(40,32,14,.28)" });
  const badge = document.createElement("span");
  style(badge, { position: "absolute", insetBlockStart: "-4px", insetInlineEnd: "-4px", minWidth: "20px", height: "20px", borderRadius: "10px", font: "600 12px/20px system-ui, sans-serif", background: "#A1232B", color: "#fff", display: "none", textAlign: "center" });
  button.append(badge);

  let frame: HTMLIFrameElement | null = null;
  let ready = false;
  const tell = (message: Record<string, unknown>) => {
    if (ready) frame?.contentWindow?.postMessage(message, house);
  };
  const lay = () => {
    if (!frame) return;
    const whole = narrow.matches;
    style(frame, whole ? { inset: "0", width: "100%", height: "100%", borderRadius: "0" } : { inset: "auto 20px 88px auto", width: "380px", height: "min(620px, calc(100vh - 108px))", borderRadius: "8px" });
    if (whole) style(frame, { insetInlineStart: "0", insetBlockStart: "0" });
  };
  const isOpen = () => button.getAttribute("aria-expanded") === "true";
  const show = (on: boolean) => {
    if (on && !frame) frame = framed();
    if (!frame) return;
    frame.style.display = on ? "block" : "none";
    button.setAttribute("aria-expanded", String(on));
    button.replaceChildren(drawn(on ? cross : bubble), badge);
    button.style.display = on && narrow.matches ? "none" : "grid";
    if (on) {
      badge.style.display = "none";
      frame.focus();
    } else button.focus();
    tell({ barrymore: "shown", on });
  };
  const framed = () => {
    const made = document.createElement("iframe");
    made.src = `${house}/chat/${encodeURIComponent(key)}/?${query}`;
    made.title = label;
    made.setAttribute("allow", "clipboard-write");
    style(made, { position: "fixed", border: "0", zIndex: "2147483001", background: "#FBF9F4", boxShadow: "0 8px 28px rgba(40,32,14,.22)", colorScheme: "light" });
    document.body.append(made);
    frame = made;
    lay();
    return made;
  };
  // Only the window itself is believed, and it is told only what stands on this very tag.
  addEventListener("message", (event: MessageEvent<FromWindow>) => {
    if (event.origin !== house || event.source !== frame?.contentWindow) return;
    if (event.data.barrymore === "close") show(false);
    if (event.data.barrymore === "ready") {
      ready = true;
      const { ref, email, name, hash } = tag.dataset;
      if (ref && hash) tell({ barrymore: "identity", identity: { ref, email: email ?? "", name: name ?? "", hash } });
      tell({ barrymore: "shown", on: isOpen() });
    }
    if (event.data.barrymore === "unread" && !isOpen()) {
      badge.textContent = String(event.data.count ?? "");
      badge.style.display = event.data.count ? "block" : "none";
    }
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen()) show(false);
  });
  narrow.addEventListener("change", lay);
  button.addEventListener("click", () => show(!isOpen()));
  document.body.append(button);
  // Whoever has a conversation going sees at once that there is an answer.
  try {
    if (localStorage.getItem(`barrymore-chat:${key}`)) {
      frame = framed();
      frame.style.display = "none";
    }
  } catch {
    // A site without storage still has the window.
  }
  addEventListener("message", (event: MessageEvent<FromWindow & { begun?: boolean }>) => {
    if (event.origin !== house || event.source !== frame?.contentWindow || !event.data.begun) return;
    try {
      localStorage.setItem(`barrymore-chat:${key}`, "1");
    } catch {
      // As above.
    }
  });
}

if (script) {
  if (document.body) start(script);
  else addEventListener("DOMContentLoaded", () => start(script));
}
