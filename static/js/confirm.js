// Confirm dialogs that htmx brings: opened as modal, closed by Cancel, and held until the word is typed.

const open = (root) => {
  for (const dialog of root.querySelectorAll("dialog[data-modal]:not([open])")) {
    const asker = document.activeElement;
    dialog.showModal();
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (asker instanceof HTMLElement && asker.isConnected) asker.focus();
    });
  }
};

const check = (input) => {
  const button = input.form?.querySelector("[type=submit]");
  if (button) button.disabled = input.value.trim() !== input.dataset.confirmWord;
};

document.addEventListener("htmx:afterSettle", () => {
  const slot = document.getElementById("dialog-slot");
  if (!slot) return;
  open(slot);
  slot.querySelectorAll("[data-confirm-word]").forEach(check);
});
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-confirm-word]")) check(event.target);
});
document.addEventListener("click", (event) => {
  const closer = event.target.closest("[data-close]");
  const dialog = closer?.closest("dialog");
  if (!dialog) return;
  event.preventDefault();
  dialog.close();
});
document.querySelectorAll("[data-confirm-word]").forEach(check);
