// Small shared questions to the page.
export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

// The forms of dates the server uses too; plain English would be the American one.
export function locale(): string {
  const language = document.documentElement.lang || "en";
  return language === "en" ? "en-GB" : language;
}

// The server's choice of zone, so that a time reads the same before and after a refresh.
export function timeZone(): string | undefined {
  return document.documentElement.dataset["timeZone"] || undefined;
}

// Without the sign of the hour that Bulgarian would add: the server leaves it out too.
export function formatted(at: Date, options: Intl.DateTimeFormatOptions): string {
  const zone = timeZone();
  return new Intl.DateTimeFormat(locale(), zone ? { ...options, timeZone: zone } : options).format(at).replace(/\sч\.$/, "");
}

const hourForm = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;

export function hourMinute(at: Date): string {
  return formatted(at, hourForm);
}

export function weekdayHour(at: Date): string {
  return formatted(at, { weekday: "short", ...hourForm });
}

export function filled(words: string, values: Record<string, string | number>): string {
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function inTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "range"].includes(target.type);
}

export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Private windows refuse storage; the choice then lasts for this page.
  }
}
