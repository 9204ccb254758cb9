// Runs the rules of pictures and of the search, and prints what they say.
import { found, shownAt } from "./schedule.mjs";

const slides = [
  { id: 1, since: null, until: null, from_hour: 0, to_hour: 24 },
  { id: 2, since: "2026-11-22", until: "2026-11-22", from_hour: 0, to_hour: 24 },
  { id: 3, since: null, until: null, from_hour: 8, to_hour: 12 },
  { id: 4, since: "2026-11-23", until: null, from_hour: 0, to_hour: 24 },
  { id: 5, since: null, until: "2026-11-21", from_hour: 0, to_hour: 24 },
];
const at = (...when) => shownAt(slides, new Date(...when)).map((one) => one.id);
const people = ["\u017duv\u0117dra P.", "Amina Sarr", "Am\u00e9lie"].map((name) => ({ name }));
const search = (text) => found(people, text).map((one) => one.name);
process.stdout.write(JSON.stringify({
  morning: at(2026, 10, 22, 8, 0), noon: at(2026, 10, 22, 12, 0), night: at(2026, 10, 22, 23, 59), next: at(2026, 10, 23, 0, 0),
  plain: search("zuve"), two: search("sarr am"), accent: search("amel"), all: search("  ").length, none: search("x"),
}));
