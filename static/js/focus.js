// After a swap, and when a page opens, focus goes where data-focus says: an error summary, a one-time secret.

const settle = (root) => {
  const wanted = root.matches?.("[data-focus]") ? root : root.querySelector("[data-focus]");
  if (!wanted) return;
  wanted.focus({ preventScroll: true });
  wanted.scrollIntoView({ block: "nearest" });
};

document.addEventListener("htmx:afterSettle", (event) => settle(event.detail.elt ?? event.target));
settle(document);
