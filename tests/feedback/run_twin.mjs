// Runs every example through the browser's rules and prints what they say, in the order of the table.
import { readFileSync } from "node:fs";
import { check, missing, nextPage, optionsOf, previousPage, readForm, toldText } from "./twin.mjs";

const table = JSON.parse(readFileSync(process.argv[2], "utf8"));
const said = table.examples.map((example) => {
  const form = readForm(table.definitions[example.definition]);
  const { answers: kept, ...checked } = check(form, example.answers);
  const of = (key) => form.questions.find((one) => one.key === key);
  const each = (told, make) => Object.fromEntries(Object.entries(told ?? {}).map(([key, value]) => [key, make(key, value)]));
  return {
    ...checked,
    answers_kept: kept,
    next: (example.next ?? []).map(([page]) => [page, nextPage(form, kept, page)]),
    previous: (example.previous ?? []).map(([page]) => [page, previousPage(form, kept, page)]),
    missing: each(example.missing, (page) => missing(form, kept, Number(page))),
    texts: each(example.texts, (key, [language]) => [language, toldText(form, of(key), kept, language)]),
    options: each(example.options, (key) => optionsOf(form, of(key), kept).map((option) => option.key)),
  };
});
process.stdout.write(JSON.stringify(said));
