// "Reply to all": the other readers of the customer's mail become copies, beside those already typed.

function addAll(button: HTMLElement): void {
  const form = button.closest("form");
  const field = form?.querySelector<HTMLInputElement>('input[name="cc"]');
  if (!form || !field) return;
  const parts = `${field.value},${button.dataset["copyAll"] ?? ""}`.split(/[,;]/).map((one) => one.trim());
  field.value = [...new Set(parts.filter(Boolean))].join(", ");
  field.closest("details")?.setAttribute("open", "");
  form.querySelector("textarea")?.focus();
}

export function startCopies(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-copy-all]");
    if (button) addAll(button);
  });
}
