// Two minutes before a session ends it says so, and offers to go on; nobody loses what they typed unwarned.

const WARN_SECONDS = 120;
let timer = 0;

const warn = () => {
  const flash = document.getElementById("flash");
  const note = document.createElement("div");
  note.className = "note";
  note.dataset.tone = "attention";
  const words = document.createElement("div");
  words.textContent = "Your session ends in two minutes unless you go on working. ";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm";
  button.textContent = "Stay signed in";
  button.addEventListener("click", async () => {
    const answer = await fetch("/still-here", { headers: { "HX-Request": "true" } });
    const left = Number(answer.headers.get("X-Seconds-Left"));
    if (left > WARN_SECONDS) {
      note.remove();
      wait(left);
    } else {
      words.textContent = "The session cannot be made longer. Save your work, then sign in again.";
    }
  });
  words.append(button);
  note.append(words);
  flash.append(note);
};

const wait = (seconds) => {
  clearTimeout(timer);
  timer = setTimeout(warn, Math.max(0, seconds - WARN_SECONDS) * 1000);
};

const left = Number(document.body.dataset.secondsLeft);
if (left) {
  wait(left);
  document.addEventListener("htmx:afterRequest", () => wait(left));
}
