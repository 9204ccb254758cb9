// After a conversation was opened beside its list: mark its row, and show its pane on a narrow screen.

function openedId(): string {
  return /\/desk\/(\d+)\//.exec(location.pathname)?.[1] ?? "";
}

function markRow(): void {
  const id = openedId();
  if (!id) return;
  for (const row of document.querySelectorAll<HTMLElement>("#desk-list .row")) {
    const isOpen = row.id === `row-${id}`;
    row.classList.toggle("is-open", isOpen);
    if (isOpen) row.classList.remove("is-unread");
    const link = row.querySelector(".row-link");
    if (isOpen) link?.setAttribute("aria-current", "true");
    else link?.removeAttribute("aria-current");
  }
}

export function startOpened(): void {
  document.body.addEventListener("htmx:afterSettle", (event) => {
    const target = (event as CustomEvent<{ target: HTMLElement }>).detail.target;
    if (target.id === "desk-main") document.getElementById("desk")?.setAttribute("data-view", "main");
    markRow();
  });
  // The list's own refresh names the open conversation in its address: that of now, not of the page's load.
  document.body.addEventListener("htmx:configRequest", (event) => {
    const detail = (event as CustomEvent<{ elt: HTMLElement; path: string }>).detail;
    if (detail.elt.id === "desk-list-live") detail.path = detail.path.replace(/open=\d+/, `open=${openedId()}`);
  });
}
