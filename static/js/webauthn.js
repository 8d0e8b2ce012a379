// Forms that a security key answers.  data-webauthn says which ceremony ("create" or "get"), data-options what to ask,
// or data-options-from where to fetch that.  The answer goes into the field "credential", and the form is sent; what
// went wrong is said in [data-key-problem].  Parts with data-where-keys-work are shown where the browser has keys.
// With data-autofill the browser is asked beforehand to offer passkeys in the fields whose autocomplete has "webauthn";
// where it cannot, or nobody chooses one, nothing is said.

const PROBLEMS = {
  NotAllowedError: "The key was not used in time, or the request was cancelled. Try again.",
  InvalidStateError: "This key is registered for you already.",
  SecurityError: "Keys do not work at this address.",
  NotSupportedError: "This browser and key have no way of signing in common.",
  ConstraintError: "The key must know you by PIN or fingerprint. Set one up on the key, or use another.",
};
const ABSENT = "This browser cannot use security keys here. They need a current browser, and https or localhost.";

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const known = (list) => (list ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

const asked = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
  ...(options.excludeCredentials && { excludeCredentials: known(options.excludeCredentials) }),
  ...(options.allowCredentials && { allowCredentials: known(options.allowCredentials) }),
});

const said = (credential) => {
  const from = credential.response;
  const response = { clientDataJSON: text(from.clientDataJSON) };
  if (from.attestationObject) {
    response.attestationObject = text(from.attestationObject);
    response.transports = from.getTransports?.() ?? [];
  } else {
    response.authenticatorData = text(from.authenticatorData);
    response.signature = text(from.signature);
    if (from.userHandle) response.userHandle = text(from.userHandle);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
};

const wanted = async (form) => {
  if (!form.dataset.optionsFrom) return form.dataset.options;
  const answer = await fetch(form.dataset.optionsFrom, { method: "POST", body: new FormData(form) });
  if (!answer.ok) throw new DOMException("no options", "SecurityError");
  return answer.text();
};

const ceremony = async (form, quietly = {}) => {
  const publicKey = asked(JSON.parse(await wanted(form)));
  return form.dataset.webauthn === "create"
    ? navigator.credentials.create({ publicKey })
    : navigator.credentials.get({ publicKey, ...quietly });
};

const finish = (form, credential) => {
  form.elements.credential.value = said(credential);
  form.submit();
};

// A challenge lasts five minutes: one that is older than four is asked for anew when somebody comes to the field.
const YOUNG = 4 * 60 * 1000;
const offered = { stop: new AbortController(), since: 0 };

const offer = async (form) => {
  offered.stop.abort();
  offered.stop = new AbortController();
  offered.since = Date.now();
  try {
    finish(form, await ceremony(form, { mediation: "conditional", signal: offered.stop.signal }));
  } catch {
    // Stopped for a request by the button, cancelled, or not to be had: the page has other ways in.
  }
};

const offerInFields = async (form) => {
  if (!(await window.PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  offer(form);
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches("[autocomplete~=webauthn]") && Date.now() - offered.since > YOUNG) offer(form);
  });
};

const tell = (form, words) => {
  const place = form.querySelector("[data-key-problem]");
  place.hidden = !words;
  place.querySelector("[data-words]").textContent = words;
};

const answer = async (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.webauthn) return;
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  const waiting = form.querySelector("[data-key-waiting]");
  tell(form, "");
  button.disabled = true;
  waiting.hidden = false;
  try {
    if (!window.PublicKeyCredential) throw new TypeError(ABSENT);
    offered.stop.abort();
    finish(form, await ceremony(form));
  } catch (problem) {
    tell(form, PROBLEMS[problem.name] ?? (window.PublicKeyCredential ? "The key could not be used. Try again." : ABSENT));
    button.disabled = false;
    waiting.hidden = true;
  }
};

document.addEventListener("submit", answer);
if (window.PublicKeyCredential) {
  for (const part of document.querySelectorAll("[data-where-keys-work]")) part.hidden = false;
  const form = document.querySelector("form[data-autofill]");
  if (form) offerInFields(form);
}
