// Copy buttons: copies data-copy, says so aloud and shows a tick for a moment.  Print buttons print the page.

const announce = (text) => {
  const announcer = document.getElementById("announcer");
  if (announcer) announcer.textContent = text;
};

const copied = (button) => {
  const use = button.querySelector("use");
  if (!use || button.dataset.copied) return;
  const before = use.getAttribute("href");
  button.dataset.copied = "true";
  use.setAttribute("href", before.replace(/#.*/, "#check"));
  setTimeout(() => {
    use.setAttribute("href", before);
    delete button.dataset.copied;
  }, 1600);
};

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    copied(button);
    announce(`${button.getAttribute("aria-label").replace(/^Copy /, "")} copied`);
  } catch {
    // Browsers refuse the clipboard to pages without https: leave the text selected instead.
    const text = button.dataset.copies
      ? document.getElementById(button.dataset.copies)
      : button.parentElement.querySelector("code, .mono");
    if (text) getSelection().selectAllChildren(text);
    announce("The browser did not allow copying; the text is selected.");
  }
});
