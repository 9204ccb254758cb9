// Light, dark or as the device says: kept in a cookie so that the server draws the first paint right.
import { remember, remembered } from "./dom";

const themes = ["light", "dark", "system"] as const;
type Theme = (typeof themes)[number];

function isTheme(value: string | null | undefined): value is Theme {
  return themes.some((theme) => theme === value);
}

function apply(theme: Theme): void {
  if (document.documentElement.hasAttribute("data-theme-fixed")) return;
  document.documentElement.dataset["theme"] = theme;
  for (const button of document.querySelectorAll<HTMLElement>("[data-theme-set]")) {
    button.setAttribute("aria-pressed", String(button.dataset["themeSet"] === theme));
    if (button instanceof HTMLInputElement) button.checked = button.dataset["themeSet"] === theme;
  }
}

function choose(theme: Theme): void {
  remember("theme", theme);
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  apply(theme);
}

export function startTheme(): void {
  const kept = remembered("theme");
  if (isTheme(kept) && kept !== document.documentElement.dataset["theme"]) choose(kept);
  document.addEventListener("change", (event) => chooseFrom(event));
  document.addEventListener("click", (event) => chooseFrom(event));
  // Another tab chose.
  window.addEventListener("storage", (event) => {
    if (event.key === "theme" && isTheme(event.newValue)) apply(event.newValue);
  });
}

function chooseFrom(event: Event): void {
  const chosen = (event.target as Element).closest<HTMLElement>("[data-theme-set]")?.dataset["themeSet"];
  if (!isTheme(chosen)) return;
  if (event.target instanceof HTMLElement && event.target.closest("button")) event.preventDefault();
  choose(chosen);
}
