// Small comforts of menus, tables and tag pairs; all of them work without this file, only less smoothly.

// A <details> menu closes on Escape and on a click elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// data-select-all checks every box of its table; data-selected shows how many are, data-needs-selection waits for one.
const count = (table) => {
  const boxes = [...table.querySelectorAll("tbody input[type=checkbox][data-select]")];
  const chosen = boxes.filter((box) => box.checked).length;
  const all = table.querySelector("[data-select-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  const scope = table.closest("form, section, .panel") ?? document;
  scope.querySelectorAll("[data-selected]").forEach((place) => {
    place.textContent = chosen ? `${chosen} selected` : "";
  });
  scope.querySelectorAll("[data-needs-selection]").forEach((button) => {
    button.disabled = chosen === 0;
  });
};
const countAll = () => {
  document.querySelectorAll("table:has([data-select])").forEach(count);
};
document.addEventListener("change", (event) => {
  const table = event.target.closest("table");
  if (!table) return;
  if (event.target.matches("[data-select-all]")) {
    for (const box of table.querySelectorAll("[data-select]")) box.checked = event.target.checked;
  }
  if (event.target.matches("[data-select], [data-select-all]")) count(table);
});
document.addEventListener("htmx:afterSettle", countAll);
countAll();

// Enter in a search box inside a form searches; it does not send the form.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.("[data-no-submit]")) event.preventDefault();
});

// Tag pairs: clear one, or add another by copying the last.
document.addEventListener("click", (event) => {
  const clear = event.target.closest("[data-pair-clear]");
  if (clear) {
    const inputs = clear.closest(".pair").querySelectorAll("input");
    for (const input of inputs) input.value = "";
    inputs[0].focus();
  }
  const add = event.target.closest("[data-pair-add]");
  if (!add) return;
  const pairs = add.closest("fieldset").querySelectorAll(".pair");
  const last = pairs[pairs.length - 1];
  const next = last.cloneNode(true);
  const number = pairs.length + 1;
  for (const part of next.querySelectorAll("[id], [for]")) {
    for (const name of ["id", "for"]) {
      const value = part.getAttribute(name);
      if (value) part.setAttribute(name, value.replace(/\d+$/, number));
    }
  }
  for (const input of next.querySelectorAll("input")) input.value = "";
  last.after(next);
  next.querySelector("input").focus();
});
