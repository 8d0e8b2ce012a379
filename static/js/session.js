// The time a session has left, and other tabs of the browser: nobody loses what they typed unwarned, no page stays to be
// read once its session is over, and none is taken for somebody else's.

const WARN_SECONDS = 120;
const SAID_AGAIN = [60, 30, 10];
const GRACE_MS = 2000; // never ask the server while the session may still be running: asking would make it longer
const channel = new BroadcastChannel("wardstead");
const { mark } = document.body.dataset;
let ends = 0;
let ticking = 0;
let note = null;

const say = (words) => {
  document.getElementById("announcer").textContent = words;
};

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

const made = (name, className, words = "") => {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = words;
  return element;
};

// The page is emptied before the server is asked what comes instead: sign-in, with the way back to here.
const leave = () => {
  clearInterval(ticking);
  document.body.replaceChildren();
  location.replace(location.href.split("#")[0]);
};

const extend = async (button, words) => {
  button.disabled = true;
  const token = JSON.parse(document.body.getAttribute("hx-headers"));
  const answer = await fetch("/still-here", { method: "POST", headers: { "HX-Request": "true", ...token } }).catch(() => null);
  button.disabled = false;
  const left = Number(answer?.headers.get("X-Seconds-Left"));
  if (answer?.headers.get("HX-Redirect")) leave();
  else if (!answer?.ok || !left) words.textContent = "This page could not ask to stay signed in. Reload it.";
  else {
    count(left);
    if (left <= WARN_SECONDS) words.textContent = "The session has reached its longest time. Save your work, then sign in again. It ends in ";
    else say("You stay signed in.");
  }
};

const warn = () => {
  note = made("section", "note idle-note");
  note.dataset.tone = "attention";
  note.setAttribute("role", "alertdialog");
  note.setAttribute("aria-label", "Your session is about to end");
  const words = made("span", "", "Nothing was done here for a while. Your session ends in ");
  const left = made("b", "idle-left");
  left.setAttribute("aria-hidden", "true");
  const button = made("button", "btn btn-sm btn-primary", "Stay signed in");
  button.type = "button";
  button.addEventListener("click", () => extend(button, words));
  const told = made("span", "");
  told.append(words, left);
  note.append(told, button);
  // A modal dialog makes the rest of the page inert; the warning must stay in reach.
  (document.querySelector("dialog[open]") ?? document.body).append(note);
  say("Your session ends in two minutes. Press Stay signed in to go on.");
};

const tick = () => {
  const left = Math.ceil((ends - Date.now()) / 1000);
  if (left * 1000 <= -GRACE_MS) {
    leave();
    return;
  }
  if (left > WARN_SECONDS) {
    note?.remove();
    note = null;
    return;
  }
  if (!note?.isConnected) warn();
  note.querySelector(".idle-left").textContent = clock(Math.max(0, left));
  if (SAID_AGAIN.includes(left)) say(`Your session ends in ${left} seconds.`);
};

const count = (seconds, told = true) => {
  ends = Date.now() + seconds * 1000;
  clearInterval(ticking);
  ticking = setInterval(tick, 1000);
  tick();
  if (told) channel.postMessage({ mark, seconds });
};

const changed = () => {
  if (document.getElementById("changed-note")) return;
  const told = made("section", "note");
  told.id = "changed-note";
  told.dataset.tone = "attention";
  const button = made("button", "btn btn-sm", "Reload");
  button.type = "button";
  button.addEventListener("click", () => location.reload());
  told.append(made("span", "", "You act as somebody else in another tab of this browser now. Nothing on this page can be changed before you reload it, or switch back."), button);
  document.getElementById("flash").append(told);
};

channel.addEventListener("message", ({ data }) => {
  if (!data.mark) leave();
  else if (data.mark !== mark) changed();
  else {
    document.getElementById("changed-note")?.remove();
    if (data.seconds) count(data.seconds, false);
  }
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const left = Number(detail.xhr.getResponseHeader("X-Seconds-Left"));
  if (left) count(left);
});
// A page that comes back by the Back button may be of a session that is over.
addEventListener("pageshow", (event) => {
  if (event.persisted) leave();
});

count(Number(document.body.dataset.secondsLeft));
