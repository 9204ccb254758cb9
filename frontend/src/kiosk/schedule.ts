// Which pictures may be shown at a moment, by the clock of the screen.
export interface Slide {
  readonly id: number;
  readonly picture: string;
  readonly since: string | null;
  readonly until: string | null;
  readonly from_hour: number;
  readonly to_hour: number;
  readonly seconds: number;
}

export function shownAt(slides: readonly Slide[], at: Date): Slide[] {
  const two = (n: number): string => String(n).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const hour = at.getHours();
  return slides.filter((one) => (!one.since || one.since <= day) && (!one.until || day <= one.until) && one.from_hour <= hour && hour < one.to_hour);
}

export function found<T extends { readonly name: string }>(all: readonly T[], text: string): T[] {
  const plain = (one: string): string => one.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
  const wanted = plain(text).split(/\s+/).filter(Boolean);
  return all.filter((one) => wanted.every((part) => plain(one.name).includes(part)));
}
