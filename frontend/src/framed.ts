// A page in a frame of somebody else's site: Escape closes it, and only the site that may show it is told.
const site = document.body.dataset["framed"];
if (site && parent !== window) {
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") parent.postMessage({ barrymore: "close" }, site);
  });
}

// A module of its own: names here are not those of other scripts.
export {};
