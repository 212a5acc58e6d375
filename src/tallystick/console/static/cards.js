// SPDX-License-Identifier: Apache-2.0
// Whether a file is what an object was declared as: hashed here, with the salt of a private card.
// Neither leaves this machine; asked for is the object's name alone.
const PIECE = 4 * 1024 * 1024;
const CARD = "tallystick.custody-card.v1";
const CARD_BYTES_MAX = 64 * 1024;
const utf8 = new TextEncoder();

class Complaint extends Error {}

const joined = async (pieces) => new Uint8Array(await new Blob(pieces).arrayBuffer());
const bytesOf = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));

// Canonical CBOR of texts and bytes shorter than 65,536, in a list: contracts/digests.py.
function item(kind, bytes) {
  const size = bytes.length;
  const head = size < 24 ? [size] : size < 0x100 ? [24, size] : [25, size >> 8, size & 255];
  head[0] |= kind << 5;
  return [Uint8Array.from(head), bytes];
}
async function digestOf(...values) {
  const items = values.flatMap((one) => (typeof one === "string" ? item(3, utf8.encode(one)) : item(2, one)));
  return hashwasm.sha256(await joined([Uint8Array.of(0, 0x80 | values.length), ...items]));
}

async function hashOf(file, told) {
  const hasher = await hashwasm.createSHA256();
  hasher.init();
  for (let from = 0; from < file.size; from += PIECE) {
    hasher.update(new Uint8Array(await file.slice(from, from + PIECE).arrayBuffer()));
    told(Math.min(100, Math.round(((from + PIECE) / file.size) * 100)));
  }
  return hasher.digest("hex");
}

async function cardIn(file, box) {
  const found = file.size > CARD_BYTES_MAX ? null : await file.text().then(JSON.parse).catch(() => null);
  const isCard = found?.format === CARD && typeof found.object === "string" && /^[0-9a-f]{64}$/.test(found.salt);
  if (!isCard) throw new Complaint(box.dataset.cardless);
  if (box.dataset.object && found.object !== box.dataset.object) throw new Complaint(`${box.dataset.other} ${found.object}`);
  return found;
}

async function onLedger(box, name) {
  const response = await fetch(`${box.dataset.ask}?object=${encodeURIComponent(name)}`);
  const found = await response.json().catch(() => ({}));
  if (found.problem) throw new Complaint([found.problem.detail || found.problem.title, found.problem.found].filter(Boolean).join(": "));
  if (!response.ok || !found.on_ledger) throw new Complaint(box.dataset.failed);
  return found.on_ledger;
}

for (const box of document.querySelectorAll(".original")) {
  const [cards, files] = box.querySelectorAll("input[type=file]");
  const state = box.querySelector("span[role=status]");
  const part = (name) => box.querySelector(`[data-${name}]`);
  const shown = box.querySelector("dl");
  const button = box.querySelector("button");
  box.classList.add("has-script");
  const say = (name, value) => { part(name).textContent = value; };

  async function compare() {
    if (!cards.files[0] || !files.files[0]) throw new Complaint(box.dataset.lacking);
    const card = await cardIn(cards.files[0], box);
    const expected = await onLedger(box, card.object);
    const sha256 = await hashOf(files.files[0], (percent) => { state.textContent = `${box.dataset.working} ${percent} %`; });
    const found = await digestOf("custody-plain", card.object, sha256, bytesOf(card.salt));
    say("name", card.object);
    say("sha256", sha256);
    say("found", found);
    say("expected", expected);
    shown.hidden = false;
    part(found === expected ? "same" : "different").hidden = false;
  }

  button.addEventListener("click", async () => {
    for (const one of [part("problem"), part("same"), part("different"), shown]) one.hidden = true;
    state.textContent = box.dataset.working;
    button.disabled = true;
    try {
      await compare();
    } catch (problem) {
      say("problem", problem instanceof Complaint ? problem.message : box.dataset.failed);
      part("problem").hidden = false;
    }
    state.textContent = "";
    button.disabled = false;
  });
}

// A file is sealed to a key of its own, that key with the file's name to the own organisation, and a
// card is made; then the form is sent with the sealed bytes. Spec: docs/spec/document-exchange.md.
const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

async function encrypted(age, recipient, plain) {
  const encrypter = new age.Encrypter();
  encrypter.addRecipient(recipient);
  return encrypter.encrypt(plain);
}

async function sealedFile(form, file, object) {
  if (file.name.toLowerCase().endsWith(".pdf") || file.type === "application/pdf") {
    const looking = await import(form.dataset.looking);
    if (await looking.hasScripts(file)) throw new Complaint(form.dataset.active);
  }
  const age = await import(form.dataset.age);
  const plain = new Uint8Array(await file.arrayBuffer());
  const identity = await age.generateX25519Identity();
  const content = await encrypted(age, await age.identityToRecipient(identity), plain);
  const secret = `# tallystick document, name ${base64url(utf8.encode(file.name))}\n${identity}\n`;
  const wrap = await encrypted(age, form.dataset.recipient, utf8.encode(secret));
  const salt = crypto.getRandomValues(new Uint8Array(32));
  const sha256 = await hashOf(file, () => {});
  return {
    card: { format: CARD, object, sha256, salt: hex(salt) },
    figures: {
      sha256,
      plain_size: String(plain.length),
      media_type: file.type || "application/octet-stream",
      plain: await digestOf("custody-plain", object, sha256, salt),
    },
    files: { sealed: new Blob([content]), wrap: new Blob([wrap]) },
  };
}

// What went wrong is said in the form, in words of the page.
function sayingIn(form, problem, state) {
  return async (work) => {
    problem.hidden = true;
    state.textContent = form.dataset.working;
    try {
      await work();
    } catch (reason) {
      problem.textContent = reason instanceof Complaint ? reason.message : form.dataset.failed;
      problem.hidden = false;
    }
    state.textContent = "";
  };
}

function offered(box, card) {
  const link = box.querySelector("a[download]");
  if (link.href) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([`${JSON.stringify(card, null, 2)}\n`]));
  link.download = `${card.object.replace(/[^\w.-]+/g, "-")}.card.json`;
  return link;
}

for (const box of document.querySelectorAll(".sealer")) {
  const form = box.closest("form");
  const file = form.querySelector("#original");
  const object = form.querySelector("[name=id]");
  const [problem, done] = [box.querySelector("[data-problem]"), box.querySelector("[data-done]")];
  const state = form.querySelector(".card-footer [role=status]");
  const send = form.querySelector(".card-footer button");
  let made = null;
  box.classList.add("has-script");

  const forget = () => {
    made = null;
    done.hidden = send.disabled = true;
  };
  // The commitment binds the object's name: another name, or another file, is sealed anew.
  for (const one of [file, object]) one.addEventListener("input", forget);

  const said = sayingIn(form, problem, state);

  box.querySelector("button").addEventListener("click", () => said(async () => {
    forget();
    const chosen = file.files[0];
    if (!chosen?.size || !object.value.trim()) throw new Complaint(form.dataset.lacking);
    if (chosen.size > Number(form.dataset.sizeMax)) throw new Complaint(form.dataset.large);
    made = await sealedFile(form, chosen, object.value.trim());
    const link = offered(box, made.card);
    done.hidden = send.disabled = false;
    link.focus();
  }));

  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter !== send) return; // a row of a list is added or removed
    event.preventDefault();
    if (!made) return;
    said(async () => {
      const body = new FormData(form);
      for (const [name, text] of Object.entries(made.figures)) body.set(name, text);
      for (const [name, content] of Object.entries(made.files)) body.set(name, content, name);
      const response = await fetch(form.action, { method: "POST", body });
      if (response.redirected) return location.assign(response.url);
      const page = readPage(await response.text());
      throw new Complaint((page.getElementById("flaws") ?? page.querySelector("main"))?.textContent.replace(/\s+/g, " ").trim() || form.dataset.failed);
    });
  });
}

// The card of a document that is in the register: its hash is the ledger's, its salt is made here.
async function registeredHash(box, name) {
  const response = await fetch(`${box.dataset.ask}?document=${encodeURIComponent(name)}`);
  const found = await response.json().catch(() => ({}));
  if (found.problem) throw new Complaint([found.problem.detail || found.problem.title, found.problem.found].filter(Boolean).join(": "));
  if (!found.sha256) throw new Error("no answer");
  return found.sha256;
}

for (const box of document.querySelectorAll(".carder")) {
  const form = box.closest("form");
  const [named, object, plain] = [form.querySelector("#document"), form.querySelector("[name=id]"), form.querySelector("[name=plain]")];
  const cards = box.querySelector("input[type=file]");
  const [problem, done] = [box.querySelector("[data-problem]"), box.querySelector("[data-done]")];
  const send = form.querySelector(".card-footer button");
  const said = sayingIn(form, problem, form.querySelector(".card-footer [role=status]"));
  box.classList.add("has-script");

  const forget = () => {
    plain.value = "";
    done.hidden = send.disabled = true;
  };
  for (const one of [named, object, cards]) one.addEventListener("input", forget);

  box.querySelector("button").addEventListener("click", () => said(async () => {
    forget();
    const [wanted, name] = [named.value.trim(), object.value.trim()];
    if (!wanted || !name) throw new Complaint(box.dataset.lacking);
    const sha256 = await registeredHash(box, wanted);
    const salt = hex(crypto.getRandomValues(new Uint8Array(32)));
    const card = cards.files[0] ? await cardIn(cards.files[0], box) : { format: CARD, object: name, sha256, salt };
    if (card.object !== name || card.sha256 !== sha256) throw new Complaint(box.dataset.foreign);
    plain.value = await digestOf("custody-plain", name, sha256, bytesOf(card.salt));
    const link = offered(box, card);
    done.hidden = send.disabled = false;
    link.focus();
  }));
}
