// The rules of every questionnaire, for the kiosk without a connection: the twin of formulas/questionnaires.py.
// Both are held to tests/feedback/questionnaire_examples.json. The server has checked the definition; here it is only read.
export type Words = Readonly<Record<string, string>>;
export type Value = number | string | readonly string[] | Readonly<Record<string, string>>;
export type Answers = Readonly<Record<string, Value | null | undefined>>;
export type Scale = "smile4" | "scale5" | "scale7" | "scale10";
export type Kind = Scale | "choice" | "choices" | "text" | "voice" | "contact";

export interface Option {
  readonly key: string;
  readonly text: Words;
}
export interface Condition {
  readonly question: string;
  readonly in: readonly (number | string)[];
}
export interface ToldQuestion {
  readonly key: string;
  readonly kind: Kind;
  readonly text: Words;
  readonly page?: number;
  readonly options?: readonly Option[];
  readonly required?: boolean;
  readonly when?: readonly Condition[];
  readonly carry?: string;
  readonly carry_unchosen?: boolean;
  readonly counts?: boolean;
  readonly ends?: Words;
}
export interface Definition {
  readonly languages: readonly string[];
  readonly questions: readonly ToldQuestion[];
  readonly thanks?: Words;
  readonly primary?: string;
  readonly thresholds?: { readonly complete_above: number; readonly partial_from: number };
}
export interface Question extends ToldQuestion {
  readonly page: number;
  readonly options: readonly Option[];
  readonly required: boolean;
  readonly when: readonly Condition[];
  readonly carry: string;
  readonly counts: boolean;
}
export interface Form {
  readonly languages: readonly string[];
  readonly questions: readonly Question[];
  readonly thanks: Words;
  readonly primary: string;
  readonly completeAbove: number;
  readonly partialFrom: number;
}
export interface Checked {
  readonly answers: Record<string, Value>;
  readonly dropped: number;
  readonly problems: Record<string, string>;
  readonly applicable: readonly string[];
  readonly items: number;
  readonly answered: number;
  readonly code: "I" | "P" | "R";
  readonly score: number | null;
  readonly scale: string;
}

export const SCALES: Readonly<Record<string, readonly [number, number]>> = { smile4: [1, 4], scale5: [1, 5], scale7: [1, 7], scale10: [0, 10] };
const WORDS = new Set(["text", "voice", "contact"]);
const CHOICES = new Set(["choice", "choices"]);
const CONTACT_FIELDS = ["name", "email", "phone"];
const LONGEST_TEXT = 4000;
const LONGEST_FIELD = 200;
const NAMED = /\{([a-z][a-z0-9_]{0,39})\}/g;

export function readForm(told: Definition): Form {
  let page = 0;
  const questions = told.questions.map((one): Question => {
    page = one.page ?? page + 1;
    const required = one.required === true;
    return { ...one, page, required, options: one.options ?? [], when: one.when ?? [], carry: one.carry ?? "", counts: one.counts ?? (!WORDS.has(one.kind) || required) };
  });
  return {
    languages: told.languages,
    questions,
    thanks: told.thanks ?? {},
    primary: told.primary ?? questions.find((one) => one.kind in SCALES)?.key ?? "",
    completeAbove: told.thresholds?.complete_above ?? 0.8,
    partialFrom: told.thresholds?.partial_from ?? 0.5,
  };
}

export function wordsIn(words: Words, language: string, languages: readonly string[]): string {
  return words[language] || words[languages[0] ?? ""] || "";
}

function question(form: Form, key: string): Question | undefined {
  return form.questions.find((one) => one.key === key);
}

function chosen(given: Value | null | undefined): readonly (number | string)[] {
  if (given === null || given === undefined) return [];
  return Array.isArray(given) ? given : [given as number | string];
}

function holds(condition: Condition, asked: ReadonlySet<string>, answers: Answers): boolean {
  return asked.has(condition.question) && chosen(answers[condition.question]).some((one) => condition.in.includes(one));
}

function walk(form: Form, answers: Answers): Question[] {
  const asked = new Set<string>();
  return form.questions.filter((one) => {
    const applies = one.when.every((condition) => holds(condition, asked, answers)) && (!one.carry || optionsOf(form, one, answers, asked).length > 0);
    if (applies) asked.add(one.key);
    return applies;
  });
}

export function applicable(form: Form, answers: Answers): string[] {
  return walk(form, answers).map((one) => one.key);
}

export function optionsOf(form: Form, one: Question, answers: Answers, asked?: ReadonlySet<string>): readonly Option[] {
  if (!one.carry) return one.options;
  const source = question(form, one.carry);
  const given = answers[one.carry];
  if (!source || (asked && !asked.has(one.carry)) || given === null || given === undefined) return [];
  const picked = chosen(given);
  const carried = optionsOf(form, source, answers, asked).filter((option) => picked.includes(option.key) !== (one.carry_unchosen === true));
  return carried.length ? [...carried, ...one.options] : [];
}

export function pagesOf(form: Form, answers: Answers): number[] {
  return [...new Set(walk(form, answers).map((one) => one.page))].sort((a, b) => a - b);
}

export function nextPage(form: Form, answers: Answers, page = 0): number | null {
  return pagesOf(form, answers).find((one) => one > page) ?? null;
}

export function previousPage(form: Form, answers: Answers, page: number): number | null {
  return pagesOf(form, answers).reverse().find((one) => one < page) ?? null;
}

export function toldText(form: Form, one: Question, answers: Answers, language: string): string {
  return wordsIn(one.text, language, form.languages).replace(NAMED, (_all, key: string) => named(form, key, answers, language));
}

function named(form: Form, key: string, answers: Answers, language: string): string {
  const source = question(form, key);
  const given = answers[key];
  if (!source || given === null || given === undefined) return "…";
  if (!CHOICES.has(source.kind)) return String(given);
  const picked = chosen(given);
  const told = optionsOf(form, source, answers).filter((option) => picked.includes(option.key)).map((option) => wordsIn(option.text, language, form.languages));
  return told.join(", ") || "…";
}

export function check(form: Form, answers: Answers): Checked {
  const problems: Record<string, string> = {};
  for (const key of Object.keys(answers)) if (!question(form, key)) problems[key] = "unknown question";
  const kept: Record<string, Value> = {};
  const asked = new Set<string>();
  let dropped = 0;
  let items = 0;
  for (const one of form.questions) {
    const raw = answers[one.key];
    const options = optionsOf(form, one, kept, asked);
    if (!one.when.every((condition) => holds(condition, asked, kept)) || (one.carry && !options.length)) {
      if (!isEmpty(raw)) dropped += 1;
      continue;
    }
    asked.add(one.key);
    if (one.counts) items += 1;
    if (isEmpty(raw)) continue;
    const [value, problem] = readValue(one, raw as Value, options.map((option) => option.key));
    if (problem) problems[one.key] = problem;
    else if (value !== null) kept[one.key] = value;
  }
  const answered = form.questions.filter((one) => one.counts && asked.has(one.key) && one.key in kept).length;
  const score = kept[form.primary];
  return {
    answers: kept,
    dropped,
    problems,
    applicable: [...asked],
    items,
    answered,
    code: codeOf(form, items, answered, Object.keys(kept).length > 0),
    score: typeof score === "number" ? score : null,
    scale: question(form, form.primary)?.kind ?? "",
  };
}

function codeOf(form: Form, items: number, answered: number, said: boolean): "I" | "P" | "R" {
  if (items === 0) return said ? "I" : "R";
  const share = answered / items;
  if (share > form.completeAbove) return "I";
  if (share >= form.partialFrom) return "P";
  return items === 1 && said ? "P" : "R";
}

export function missing(form: Form, answers: Answers, page: number): string[] {
  return walk(form, answers).filter((one) => one.page === page && one.required && isEmpty(answers[one.key])).map((one) => one.key);
}

function isEmpty(raw: Value | null | undefined): boolean {
  if (raw === null || raw === undefined) return true;
  if (typeof raw === "string") return !raw.trim();
  if (Array.isArray(raw)) return raw.length === 0;
  return typeof raw === "object" && !Object.values(raw).some((value) => String(value).trim());
}

export function readValue(one: Question, raw: Value, options: readonly string[]): [Value | null, string] {
  const scale = SCALES[one.kind];
  if (scale) return typeof raw === "number" && Number.isInteger(raw) && raw >= scale[0] && raw <= scale[1] ? [raw, ""] : [null, `a whole number from ${scale[0]} to ${scale[1]}`];
  if (one.kind === "choice") return typeof raw === "string" && options.includes(raw) ? [raw, ""] : [null, "one of the options"];
  if (one.kind === "choices") {
    if (!Array.isArray(raw) || !raw.every((key) => options.includes(key))) return [null, "a list of the options"];
    return [options.filter((key) => raw.includes(key)), ""];
  }
  if (one.kind === "contact") return readContact(raw);
  return typeof raw === "string" && [...raw].length <= LONGEST_TEXT ? [raw.trim(), ""] : [null, `a text of at most ${LONGEST_TEXT} characters`];
}

function readContact(raw: Value): [Value | null, string] {
  const wrong: [null, string] = [null, "an object with name, email, phone: texts, and at least a mail address or a telephone number"];
  if (typeof raw !== "object" || Array.isArray(raw)) return wrong;
  const told = Object.entries(raw as Record<string, unknown>);
  if (told.some(([name, value]) => !CONTACT_FIELDS.includes(name) || typeof value !== "string" || [...value].length > LONGEST_FIELD)) return wrong;
  const kept: Record<string, string> = {};
  for (const [name, value] of told as [string, string][]) if (value.trim()) kept[name] = value.trim();
  const { email = "", phone = "" } = kept;
  if ((email && !email.includes("@")) || (phone && (phone.match(/\d/g) ?? []).length < 5)) return wrong;
  return email || phone ? [kept, ""] : wrong;
}
