// Menus are native <details data-menu>: this only closes them on Escape, on a press elsewhere and when another opens.
function closeAll(except: Element | null): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]")) {
    if (menu !== except) menu.open = false;
  }
}

function moveIn(menu: HTMLDetailsElement, event: KeyboardEvent): void {
  const items = [...menu.querySelectorAll<HTMLElement>(".menu-item")];
  const here = items.indexOf(document.activeElement as HTMLElement);
  const next = event.key === "ArrowDown" ? here + 1 : here - 1;
  items[(next + items.length) % items.length]?.focus();
  event.preventDefault();
}

export function startMenus(): void {
  document.addEventListener("click", (event) => closeAll((event.target as Element).closest("details[data-menu]")));
  // Captured, so that Escape closes the menu and not the page behind it.
  document.addEventListener("keydown", (event) => {
    const menu = document.querySelector<HTMLDetailsElement>("details[data-menu][open]");
    if (!menu) return;
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary")?.focus();
      event.preventDefault();
      event.stopPropagation();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && menu.contains(document.activeElement)) {
      moveIn(menu, event);
    }
  }, true);
  document.addEventListener("click", (event) => {
    const opener = (event.target as Element).closest<HTMLElement>("[data-dialog]");
    if (opener) document.querySelector<HTMLDialogElement>(`dialog#${opener.dataset["dialog"]}`)?.showModal();
    if ((event.target as Element).closest("[data-dialog-close]")) (event.target as Element).closest("dialog")?.close();
  });
}
