// Waiting and failing: marks what a request works on as busy, and says so when no usable answer came.
// Refusals of ours say they are fragments (and where they belong); other error answers are never swapped in.

const busy = (event, state) => {
  const target = event.detail.target;
  if (target instanceof Element && target !== document.body) target.setAttribute("aria-busy", state);
};

const say = (text) => {
  const flash = document.getElementById("flash");
  if (!flash) return;
  const note = document.createElement("div");
  note.className = "note";
  note.dataset.tone = "danger";
  const words = document.createElement("div");
  words.textContent = text;
  note.append(words);
  flash.replaceChildren(note);
  flash.scrollIntoView({ block: "nearest" });
};

document.addEventListener("htmx:beforeRequest", (event) => busy(event, "true"));
document.addEventListener("htmx:afterRequest", (event) => busy(event, "false"));

// What asks by itself while somebody writes says in its own place that it got no answer, and leaves the page where it is.
const sayAt = (event, text) => {
  const own = event.detail.elt?.closest?.("[data-findings]");
  if (!own) {
    say(text);
    return;
  }
  const words = document.createElement("p");
  words.className = "quiet m-0";
  words.textContent = `Not checked. ${text}`;
  own.replaceChildren(words);
};

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 400 || xhr.status === 422) return;
  if (xhr.status >= 500 && event.detail.elt?.closest?.("[data-findings]")) {
    sayAt(event, `The server answered ${xhr.status}.`);
    event.detail.shouldSwap = false;
    return;
  }
  if (xhr.getResponseHeader("X-Fragment")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  } else {
    sayAt(event, `The server answered ${xhr.status}. Nothing on this page has changed; try again.`);
  }
});

document.addEventListener("htmx:sendError", (event) => sayAt(event, "The server could not be reached. Check the connection and try again."));
document.addEventListener("htmx:timeout", (event) => sayAt(event, "The server took too long to answer. Try again."));
