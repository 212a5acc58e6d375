// SPDX-License-Identifier: Apache-2.0
// Verifying: originals are hashed here, piece by piece, and only their hash is asked about.
const PIECE = 4 * 1024 * 1024;
const HEAD = 4096;
const WHOLE_MAX = 256 * 1024 * 1024; // of a file that is held at once
const zone = document.getElementById("zone");
// What tells a proof is one table, that of client/proof_marks.py.
const marks = JSON.parse(zone.dataset.proofMarks);
const heads = marks.heads.map((pattern) => new RegExp(`^${pattern}`));
const names = marks.names.map((pattern) => new RegExp(pattern, "i"));
const results = document.getElementById("results");
const report = document.getElementById("report");
zone.classList.add("has-script");

zone.addEventListener("dragover", (event) => {
  event.preventDefault();
  zone.classList.add("over");
});
zone.addEventListener("dragleave", () => zone.classList.remove("over"));
zone.addEventListener("drop", (event) => {
  event.preventDefault();
  zone.classList.remove("over");
  checkAll([...event.dataTransfer.files]);
});
document.getElementById("files").addEventListener("change", (event) => {
  checkAll([...event.target.files]);
  event.target.value = "";
});

// Codes of older certificates lead to /verify#tallystick:…, also those of a page that is open already.
function follow() {
  const pointed = codePage(location.hash);
  if (pointed) location.replace(pointed.href);
}
follow();
addEventListener("hashchange", follow);

document.getElementById("samples")?.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-sample]");
  if (!link) return;
  event.preventDefault();
  const content = await (await fetch(link.href)).blob();
  await check(new File([content], link.dataset.sample, { type: content.type }));
});

// What was brought before stays at hand: its signature may come later.
const brought = [];

async function checkAll(files) {
  const originals = files.filter((one) => !isSignature(one));
  brought.push(...originals);
  for (const file of files) await check(file, isSignature(file) ? originalOf(file, originals) : undefined);
}

const isSignature = (file) => new RegExp(marks.signatures, "i").test(file.name);

// By its name, as `contract.pdf.p7s` is of `contract.pdf`; else the one file that came with it.
function originalOf(signature, originals) {
  const bare = signature.name.replace(/\.[^.]+$/, "");
  const isNamed = (one) => one.name === bare || one.name.replace(/\.[^.]+$/, "") === bare;
  return brought.findLast(isNamed) ?? (originals.length === 1 ? originals[0] : undefined);
}

async function check(file, original) {
  const place = card(file.name);
  try {
    if (file.type.startsWith("image/") && (await checkCode(file, place))) return;
    if (await isProof(file)) {
      const over = original && (await signedBy(file, original, place));
      if (over === null) return place.remove();
      await show(place, await sendProof(file, place, over));
      return noteProof(file, over);
    }
    const digest = await hash(file, place);
    if (digest === null) return place.remove();
    const asked = new URLSearchParams({ hash: digest, name: file.name, method: "original" });
    await show(place, await fetch(`/v/hash?${asked}`));
    noteHash(asked);
  } catch {
    place.textContent = `${file.name}: ${zone.dataset.failed}`;
    place.classList.add("alert", "alert-danger");
  }
}

// The report covers what was checked on this page: hashes again by themselves, proofs sent again.
function noteHash(asked) {
  for (const [name, value] of asked) {
    report.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  report.hidden = false;
}

function noteProof(file, over) {
  if (over) report.append(Object.assign(document.createElement("input"), { type: "hidden", name: "original", value: over }));
  const input = report.querySelector("input[type=file]");
  const kept = new DataTransfer();
  for (const one of [...input.files, file]) kept.items.add(one);
  input.files = kept.files;
  report.hidden = false;
}

async function isProof(file) {
  if (file.size > Number(zone.dataset.proofMax)) return false;
  const head = String.fromCharCode(...new Uint8Array(await file.slice(0, HEAD).arrayBuffer()));
  if (heads.some((pattern) => pattern.test(head))) return true;
  if (names.some((pattern) => pattern.test(file.name))) return true;
  const latin = new TextDecoder("latin1");
  const whole = async () => latin.decode(await file.arrayBuffer());
  if (head.startsWith("%PDF-")) {
    const text = await whole();
    return marks.pages.some((one) => text.includes(one));
  }
  if (head.trimStart().startsWith("{")) return isDocument(file);
  if (head.startsWith("PK")) return holdsBag(await whole());
  return false;
}

// A JSON document of ours names its format; one that merely speaks of it does not.
async function isDocument(file) {
  try {
    return marks.formats.includes(JSON.parse(await file.text()).format);
  } catch {
    return false;
  }
}

// A bag has its declaration in the archive's list of entries.
function holdsBag(text) {
  return /PK\x01\x02[^]{42}(?:[^\0]{1,200}\/)?bagit\.txt/.test(text);
}

// A signature may be over a longer digest than deposits are known by.
async function signedBy(signature, original, place) {
  const digests = { sha256: await hash(original, place) };
  if (digests.sha256 === null) return null;
  if (globalThis.crypto?.subtle && original.size <= WHOLE_MAX) {
    const content = await original.arrayBuffer();
    for (const [name, called] of [["sha384", "SHA-384"], ["sha512", "SHA-512"]]) {
      const digest = new Uint8Array(await crypto.subtle.digest(called, content));
      digests[name] = Array.from(digest, (one) => one.toString(16).padStart(2, "0")).join("");
    }
  }
  return JSON.stringify({ signature: signature.name, digests });
}

function sendProof(file, place, over) {
  place.querySelector(".word").textContent = zone.dataset.checking;
  const form = new FormData();
  form.set("form_key", zone.dataset.formKey);
  form.set("kind", "proof");
  form.set("file", file);
  if (over) form.set("original", over);
  return fetch("/v/file", { method: "POST", body: form });
}

// Returns null when the reader cancels.
async function hash(file, place) {
  const hasher = await hashwasm.createSHA256();
  hasher.init();
  const bar = place.querySelector("progress");
  let cancelled = false;
  place.querySelector("button").addEventListener("click", () => { cancelled = true; });
  for (let from = 0; from < file.size; from += PIECE) {
    if (cancelled) return null;
    hasher.update(new Uint8Array(await file.slice(from, from + PIECE).arrayBuffer()));
    bar.value = Math.min(1, (from + PIECE) / file.size);
    await new Promise((resume) => setTimeout(resume)); // the page stays alive between pieces
  }
  return cancelled ? null : hasher.digest("hex");
}

// A picture that holds no code is an original like any other.
async function checkCode(file, place) {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture || picture.width * picture.height > 16e6) return false;
  const text = codeText(picture, picture.width, picture.height);
  const page = text && codePage(text);
  if (!page) return false;
  place.replaceChildren(Object.assign(document.createElement("a"), { href: page.href, textContent: page.subject }));
  return true;
}

function card(name) {
  const place = document.createElement("section");
  place.className = "card card-body mb-3";
  const word = Object.assign(document.createElement("p"), { className: "mb-1" });
  const what = Object.assign(document.createElement("span"), { className: "word", textContent: zone.dataset.hashing });
  word.append(what, ` ${name}`);
  const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0, ariaLabel: name });
  const stop = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: zone.dataset.cancel });
  place.append(word, bar, stop);
  results.prepend(place);
  return place;
}

async function show(place, answer) {
  const page = readPage(await answer.text());
  const found = page.querySelectorAll("article.result, .page-body .card");
  if (!found.length) throw new Error("no result");
  const articles = [...page.querySelectorAll("article.result")];
  place.replaceWith(...(articles.length ? articles : [found[0]]));
  (articles[0] ?? results).focus();
}
