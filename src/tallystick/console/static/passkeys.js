// Passkeys: a form with `data-passkey` asks the browser's authenticator and is sent with its answer.
// `data-question` holds what is asked, or `data-ask` the address that says it.

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function asOptions(question) {
  const listed = (one) => ({ ...one, id: toBytes(one.id) });
  const options = { ...question, challenge: toBytes(question.challenge) };
  if (question.user) options.user = { ...question.user, id: toBytes(question.user.id) };
  if (question.excludeCredentials) options.excludeCredentials = question.excludeCredentials.map(listed);
  if (question.allowCredentials) options.allowCredentials = question.allowCredentials.map(listed);
  return options;
}

function asAnswer(credential) {
  const said = credential.response;
  const response = { clientDataJSON: toText(said.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (said[name]) response[name] = toText(said[name]);
  }
  if (said.getTransports) response.transports = said.getTransports();
  return JSON.stringify({ id: credential.id, rawId: toText(credential.rawId), type: credential.type, response, clientExtensionResults: {} });
}

async function questionOf(form) {
  if (form.dataset.question) return JSON.parse(form.dataset.question);
  const answer = await fetch(form.dataset.ask, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (!answer.ok) throw new Error(form.dataset.refused);
  return answer.json();
}

async function answer(form) {
  const publicKey = asOptions(await questionOf(form));
  const credential = form.dataset.passkey === "create" ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
  form.elements.answer.value = asAnswer(credential);
  form.submit();
}

function say(form, text) {
  const place = form.querySelector("[data-problem]");
  place.textContent = text;
  place.hidden = false;
}

function attach(form) {
  const isPossible = window.isSecureContext && "credentials" in navigator && !/^[\d.]+$|:/.test(location.hostname);
  form.dataset.attached = "yes";
  if (!isPossible) {
    say(form, form.dataset.impossible);
    form.querySelector("[type=submit]").disabled = true;
    return;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer(form).catch((error) => say(form, `${form.dataset.failed} ${error.message}`));
  });
}

function attachAll() {
  document.querySelectorAll("form[data-passkey]:not([data-attached])").forEach(attach);
}

attachAll();
document.addEventListener("htmx:after:swap", attachAll); // forms that came into the page later
