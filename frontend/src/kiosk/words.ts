// The words of the kiosk itself: those of the house, or what the questionnaire brings for a language of its own.
import type { Words } from "../questionnaire";

type Table = Readonly<Record<string, Readonly<Record<string, string>>>>;

export class Speech {
  language = "en";
  own: Readonly<Record<string, Words>> = {};
  private readonly table: Table;

  constructor() {
    this.table = JSON.parse(document.getElementById("words")?.textContent ?? "{}") as Table;
  }

  say(name: string): string {
    return this.own[name]?.[this.language] || this.table[this.language]?.[name] || this.table["en"]?.[name] || name;
  }
}
