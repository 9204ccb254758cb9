// Two keys in a dialog: each chooses in the first group that has it and is not chosen yet by key; after the last it is sent.
export function startChoices(): void {
  document.addEventListener("keydown", (event) => {
    const form = document.querySelector<HTMLFormElement>("dialog[open] form[data-choose]");
    if (!form || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
    const groups = [...form.querySelectorAll<HTMLElement>("[data-choose-group]")].filter((group) => group.querySelector("[data-choose-key]"));
    const next = groups.find((group) => !group.hasAttribute("data-chosen"));
    const option = next?.querySelector<HTMLInputElement>(`[data-choose-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!next || !option) return;
    option.checked = true;
    next.setAttribute("data-chosen", "");
    event.preventDefault();
    if (groups.at(-1) === next) form.requestSubmit();
  });
  document.addEventListener("close", (event) => {
    for (const group of (event.target as Element).querySelectorAll?.("[data-chosen]") ?? []) group.removeAttribute("data-chosen");
  }, true);
}
