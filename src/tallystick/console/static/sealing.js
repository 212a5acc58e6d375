// SPDX-License-Identifier: Apache-2.0
// Sealed contents: sealed here to the keys of those who may read, and opened here with a key file.
// Neither what is in clear nor a secret key leaves this machine. Spec: docs/spec/private-data.md.
const NONCE_BYTES = 32;
const TEXT_BYTES_MAX = 256 * 1024;
const PASSPHRASE_HEAD = "age-encryption.org/v1\n-> scrypt ";
const WRAP_HEAD = "age-encryption.org/v1\n-> X25519 ";
const DOCUMENT_NAME = /^# tallystick document, name ([\w-]+)$/m;
const ARMOR_HEAD = "-----BEGIN AGE ENCRYPTED FILE-----";
const IDENTITY = /^AGE-SECRET-KEY-1[0-9A-Z]+$/gm;
const SECRET = /^# tallystick private data, nonce ([0-9a-f]{64})\n(AGE-SECRET-KEY-1[0-9A-Z]{58})\n$/;
const utf8 = new TextEncoder();

class Complaint extends Error {}

const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
const bytesOf = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
const latin = (bytes) => new TextDecoder("latin1").decode(bytes);
const joined = async (pieces) => new Uint8Array(await new Blob(pieces).arrayBuffer());
const bytesIn = async (blob) => new Uint8Array(await blob.arrayBuffer());

// Canonical CBOR, of what is needed here.
function head(kind, count) {
  if (count < 24) return Uint8Array.of((kind << 5) | count);
  if (count < 0x100) return Uint8Array.of((kind << 5) | 24, count);
  if (count < 0x10000) return Uint8Array.of((kind << 5) | 25, count >> 8, count & 255);
  return Uint8Array.of((kind << 5) | 26, count >>> 24, (count >>> 16) & 255, (count >>> 8) & 255, count & 255);
}
const byteItem = (bytes, kind = 2) => [head(kind, bytes.length), bytes];
const textItem = (text) => byteItem(utf8.encode(text), 3);

async function commitment(record, plain, nonce) {
  const items = [...textItem("private"), ...textItem(record), ...byteItem(plain), ...byteItem(nonce)];
  return hashwasm.sha256(await joined([Uint8Array.of(0), head(4, 4), ...items]));
}

async function encrypted(age, recipient, plain) {
  const encrypter = new age.Encrypter();
  encrypter.addRecipient(recipient);
  return encrypter.encrypt(plain);
}

async function decrypted(age, identities, sealed) {
  const decrypter = new age.Decrypter();
  for (const one of identities) decrypter.addIdentity(one);
  return decrypter.decrypt(sealed);
}

// The package for stores, and what the contract is to declare of it.
async function sealed(age, place, readers, plain) {
  const dataKey = await age.generateX25519Identity();
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const content = await encrypted(age, await age.identityToRecipient(dataKey), plain);
  const secret = utf8.encode(`# tallystick private data, nonce ${hex(nonce)}\n${dataKey}\n`);
  const wraps = [];
  for (const one of [...readers].sort((a, b) => (a.organization < b.organization ? -1 : 1))) {
    wraps.push(...textItem(one.organization), ...byteItem(await encrypted(age, one.public_key, secret)));
  }
  const body = [head(5, 2), ...textItem("wraps"), head(5, readers.length), ...wraps, ...textItem("sealed"), ...byteItem(content)];
  return {
    bytes: new Blob(body),
    size: content.length,
    ciphertext: await hashwasm.sha256(content),
    plaintext: await commitment(place.record, plain, nonce),
  };
}

// What went wrong, in words of the page; a failure that nobody foresaw is said as such.
function saying(box, work) {
  const alert = box.querySelector("[data-problem]");
  const state = box.querySelector("[role=status]");
  const buttons = box.querySelectorAll("button");
  return async () => {
    alert.hidden = true;
    state.textContent = box.dataset.working;
    for (const one of buttons) one.disabled = true;
    try {
      await new Promise((resume) => setTimeout(resume)); // what is said is drawn before the work
      state.textContent = (await work()) ?? "";
    } catch (problem) {
      state.textContent = "";
      alert.textContent = problem instanceof Complaint ? problem.message : box.dataset.failed;
      alert.hidden = false;
    }
    for (const one of buttons) one.disabled = false;
  };
}

// What the server answers; a problem is said in its words.
async function answered(box, response) {
  const found = await response.json().catch(() => ({}));
  if (found.problem) throw new Complaint([found.problem.detail || found.problem.title, found.problem.hint].filter(Boolean).join(" "));
  if (found.flaws?.length) throw new Complaint(found.flaws.join("\n"));
  if (!response.ok) throw new Complaint(box.dataset.failed);
  return found;
}

function saved(link, content, name) {
  if (link.href) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.hidden = false;
}

const nameOf = (record) => record.replace(/[^\w.-]+/g, "-");

function sealsIn(box) {
  const form = document.getElementById("form");
  const shown = box.querySelector(".readers");
  const file = box.querySelector("input[type=file]");
  const text = box.querySelector("textarea");
  const figures = (name) => document.getElementById(`${box.dataset.target}.${name}`);
  let asked = null;
  box.classList.add("has-script");

  const forget = () => {
    asked = null;
    shown.hidden = true;
  };
  // What is sealed is bound to its record and its readers: another form is another record.
  form.addEventListener("input", (event) => {
    if (box.contains(event.target) || event.target.id.startsWith(`${box.dataset.target}.`)) return;
    if (box.dataset.sealed) {
      delete box.dataset.sealed;
      for (const name of ["ciphertext", "plaintext", "size"]) figures(name).value = "";
      box.querySelector("[role=status]").textContent = box.dataset.changed;
    }
    forget();
  });

  box.querySelector(".ask-readers").addEventListener("click", saying(box, async () => {
    forget();
    const body = new FormData(form);
    body.set("seal", box.dataset.target);
    const found = await answered(box, await fetch(`${box.dataset.ask}.json`, { method: "POST", body }));
    const list = shown.querySelector("ul");
    list.replaceChildren(...found.readers.map((one) => {
      const row = document.createElement("li");
      const key = Object.assign(document.createElement("code"), { textContent: one.public_key ?? box.dataset.keyless });
      row.append(`${one.name} `, key);
      return row;
    }));
    shown.querySelector("[data-record]").textContent = found.place.record;
    shown.hidden = false;
    const isLacking = found.readers.some((one) => !one.public_key);
    shown.querySelector("button").hidden = isLacking;
    if (isLacking) throw new Complaint(box.dataset.lacking);
    asked = found;
    shown.querySelector("button").focus();
  }));

  shown.querySelector("button").addEventListener("click", saying(box, async () => {
    if (!asked) throw new Complaint(box.dataset.lacking);
    const plain = file.files[0] ? await bytesIn(file.files[0]) : utf8.encode(text.value);
    if (!plain.length) throw new Complaint(box.dataset.empty);
    const age = await import(box.dataset.age);
    const made = await sealed(age, asked.place, asked.readers, plain);
    if (made.size > asked.bytes_max) throw new Complaint(box.dataset.large);
    const body = new FormData();
    body.set("form_key", form.querySelector("[name=form_key]").value);
    body.set("package", made.bytes, "package");
    await answered(box, await fetch("/sealed-packages.json", { method: "POST", body }));
    for (const name of ["ciphertext", "plaintext", "size"]) figures(name).value = made[name];
    const given = form.querySelector(`[name="${box.dataset.target}.?"]`);
    if (given) given.checked = true;
    box.dataset.sealed = "yes";
    saved(box.querySelector("a[download]"), made.bytes, `${nameOf(asked.place.record)}.sealed`);
    return box.dataset.done;
  }));
}

// The identities in a key file; one under a passphrase is opened by it, as age tools do.
async function identitiesIn(age, box, bytes, passphrase) {
  let text = latin(bytes);
  if (text.startsWith(ARMOR_HEAD)) text = latin(bytes = age.armor.decode(text));
  if (text.startsWith(PASSPHRASE_HEAD)) {
    if (!passphrase) throw new Complaint(box.dataset.passphrase);
    const decrypter = new age.Decrypter();
    decrypter.addPassphrase(passphrase);
    text = await decrypter.decrypt(bytes, "text").catch(() => {
      throw new Complaint(box.dataset.wrong);
    });
  }
  const found = text.match(IDENTITY);
  if (!found) throw new Complaint(box.dataset.keyless);
  return found;
}

async function fetched(box, address) {
  const response = await fetch(address);
  if (response.ok) return bytesIn(response);
  const page = readPage(await response.text());
  throw new Complaint(page.querySelector("main")?.textContent.replace(/\s+/g, " ").trim() || box.dataset.failed);
}

// What was chosen is opened and shown; `work` takes identities and sealed keys, and gives what came out.
function opening(box, work) {
  const keys = box.querySelector("input[type=file]");
  const passphrase = box.querySelector("input[type=password]");
  const shown = box.querySelector("pre");
  const link = box.querySelector("a[download]");
  box.classList.add("has-script");
  passphrase.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    box.querySelector("button").click();
  });
  box.querySelector("button").addEventListener("click", saying(box, async () => {
    shown.hidden = link.hidden = true;
    const age = await import(box.dataset.age);
    const identities = [];
    const wraps = [];
    for (const file of keys.files) {
      const bytes = await bytesIn(file);
      if (latin(bytes.subarray(0, WRAP_HEAD.length)) === WRAP_HEAD) wraps.push(bytes);
      else identities.push(...(await identitiesIn(age, box, bytes, passphrase.value)));
    }
    if (!identities.length) throw new Complaint(box.dataset.keyless);
    passphrase.value = "";
    const { plain, name } = await work(age, identities, wraps);
    const text = readText(plain);
    shown.textContent = text ?? "";
    shown.hidden = text === null;
    const ending = latin(plain.subarray(0, 5)) === "%PDF-" ? "pdf" : text === null ? "bin" : "txt";
    saved(link, new Blob([plain]), name || `${nameOf(box.dataset.name)}.${ending}`);
    link.focus();
    return box.dataset.opened;
  }));
}

function opensIn(box) {
  const foreign = () => {
    throw new Complaint(box.dataset.foreign);
  };
  opening(box, async (age, identities) => {
    const [wrap, content] = await Promise.all([fetched(box, box.dataset.wrap), fetched(box, box.dataset.bytes)]);
    if ((await hashwasm.sha256(content)) !== box.dataset.ciphertext) throw new Complaint(box.dataset.differs);
    const secret = latin(await decrypted(age, identities, wrap).catch(foreign)).match(SECRET);
    if (!secret) throw new Complaint(box.dataset.differs);
    const plain = await decrypted(age, [secret[2]], content);
    const is = await commitment(box.dataset.name, plain, bytesOf(secret[1]));
    if (is !== box.dataset.plaintext) throw new Complaint(box.dataset.differs);
    return { plain };
  });
}

// A kept file: its own key comes in a file, in clear or sealed to the organisation's.
function opensFile(box) {
  const foreign = () => {
    throw new Complaint(box.dataset.foreign);
  };
  opening(box, async (age, identities, wraps) => {
    const found = [...identities];
    let name = "";
    for (const wrap of wraps) {
      const secret = latin(await decrypted(age, identities, wrap).catch(foreign));
      found.push(...(secret.match(IDENTITY) ?? []));
      name = nameIn(secret) || name;
    }
    const content = await fetched(box, box.dataset.bytes);
    return { plain: await decrypted(age, found, content).catch(foreign), name };
  });
}

// The name that the owner gave a document, in the file of its key: docs/spec/document-exchange.md.
function nameIn(secret) {
  const coded = secret.match(DOCUMENT_NAME)?.[1].replaceAll("-", "+").replaceAll("_", "/");
  if (!coded) return "";
  return new TextDecoder().decode(Uint8Array.from(atob(coded), (one) => one.charCodeAt(0)));
}

// The content as text, if it is one that can be read on a page.
function readText(plain) {
  if (plain.length > TEXT_BYTES_MAX) return null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(plain);
    return /[\0-\x08\x0e-\x1f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}

for (const box of document.querySelectorAll(".seals")) sealsIn(box);
for (const box of document.querySelectorAll(".opens")) opensIn(box);
for (const box of document.querySelectorAll(".opens-file")) opensFile(box);
