// The appearance switch without a reload. The server keeps the choice in a cookie; "auto" follows the system by CSS.

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-theme-switch]");
  const chosen = event.submitter?.value;
  if (!form || !chosen) return;
  event.preventDefault();
  fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, event.submitter)), redirect: "manual" });
  if (chosen === "auto") delete document.documentElement.dataset.bsTheme;
  else document.documentElement.dataset.bsTheme = chosen;
  for (const button of form.querySelectorAll("[name=theme]")) {
    button.setAttribute("aria-pressed", String(button === event.submitter));
  }
});
