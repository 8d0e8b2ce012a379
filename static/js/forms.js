// Forms: one that makes something once is sent once, and a page whose tokens are out of date is given fresh ones.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.elements.once || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "true";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.addEventListener("htmx:afterSwap", () => {
  const fresh = document.querySelector("[data-fresh-token]")?.dataset.freshToken;
  if (!fresh) return;
  const headers = JSON.parse(document.body.getAttribute("hx-headers"));
  document.body.setAttribute("hx-headers", JSON.stringify({ ...headers, "X-CSRFToken": fresh }));
  for (const input of document.getElementsByName("csrfmiddlewaretoken")) input.value = fresh;
});
