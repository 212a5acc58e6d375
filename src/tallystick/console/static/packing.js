// SPDX-License-Identifier: Apache-2.0
// Packing: originals are found by their hash on this machine and put into the package here. The node
// gives the package without them: a ZIP of stored files whose manifest says which original goes where.
const PIECE = 4 * 1024 * 1024;
const PACKAGE_BYTES_MAX = 0xffffffff;
const MANIFEST = "manifest-sha256.txt";
const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50];
const [LOCAL_SIZE, CENTRAL_SIZE, END_SIZE] = [30, 46, 22];
const utf8 = new TextEncoder();

class Complaint extends Error {}

const box = document.getElementById("packing");
const form = document.getElementById("packing-form"); // which deposits, where some can be left out
const rows = [...document.querySelectorAll("#originals tr[data-sha256]")];
const status = box?.querySelector("[role=status]");
const alert = box?.querySelector("[data-problem]");
const bar = box?.querySelector("progress");
const button = box?.querySelector("button");
const link = box?.querySelector("a[download]");
const words = box?.dataset;
const found = new Map(); // SHA-256 -> file
const brought = new Map(); // path -> file: proofs lie beside originals

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
  return byte;
});

function crcAfter(crc, bytes) {
  for (let at = 0; at < bytes.length; at++) crc = CRC[(crc ^ bytes[at]) & 255] ^ (crc >>> 8);
  return crc;
}

const pathOf = (file) => file.webkitRelativePath || file.name;
const isTicked = (row) => row.querySelector("input[type=checkbox]")?.checked ?? true;
const wanted = () => rows.filter(isTicked);

// Reads a file piece by piece; the bar says how far of everything that is read.
async function read(file, progress, take) {
  for (let from = 0; from < file.size; from += PIECE) {
    const bytes = new Uint8Array(await file.slice(from, from + PIECE).arrayBuffer());
    take(bytes);
    progress.done += bytes.length;
    bar.value = progress.all ? progress.done / progress.all : 1;
    await new Promise((resume) => setTimeout(resume)); // the page stays alive between pieces
  }
}

async function started(create) {
  const hasher = await create();
  return hasher.init();
}

const total = (files) => ({ done: 0, all: files.reduce((sum, one) => sum + one.size, 0) });

async function look(files) {
  for (const one of files) brought.set(pathOf(one), one);
  const sizes = new Set(rows.map((row) => row.dataset.size));
  const likely = files.filter((one) => sizes.has(undefined) || sizes.has(String(one.size)));
  const progress = total(likely);
  for (const file of likely) {
    const hasher = await started(hashwasm.createSHA256);
    await read(file, progress, (bytes) => hasher.update(bytes));
    const digest = hasher.digest("hex");
    if (rows.some((row) => row.dataset.sha256 === digest)) found.set(digest, file);
  }
  show();
  if (!rows.some((row) => found.has(row.dataset.sha256))) throw new Complaint(words.none);
}

function show() {
  for (const row of rows) {
    const file = found.get(row.dataset.sha256);
    const place = row.querySelector("[data-place]");
    const use = place.querySelector("use");
    use.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#${file ? "circle-check" : "circle-dashed"}`);
    place.querySelector("span").textContent = file ? `${words.here}: ${file.name}` : words.missing;
  }
  const here = wanted().filter((row) => found.has(row.dataset.sha256)).length;
  const all = wanted().length;
  button.disabled = !here || (words.needsAll && here < all);
  link.hidden = true;
  return words.counted.replace("{found}", here).replace("{all}", all);
}

async function base64(file) {
  const reader = new FileReader();
  await new Promise((resolve, reject) => {
    reader.onload = resolve;
    reader.onerror = reject;
    reader.readAsDataURL(file);
  });
  return reader.result.slice(reader.result.indexOf(",") + 1);
}

async function described(digest, file, progress) {
  const [sha256, sha512] = [await started(hashwasm.createSHA256), await started(hashwasm.createSHA512)];
  let crc = -1;
  await read(file, progress, (bytes) => {
    sha256.update(bytes);
    sha512.update(bytes);
    crc = crcAfter(crc, bytes);
  });
  if (sha256.digest("hex") !== digest) throw new Complaint(words.changed);
  const beside = {};
  for (const suffix of words.suffixes.split(" ")) {
    const proof = brought.get(pathOf(file) + suffix);
    if (proof) beside[suffix] = await base64(proof);
  }
  return { crc: ~crc >>> 0, said: { name: file.name, sha256: digest, sha512: sha512.digest("hex"), beside } };
}

async function make() {
  const chosen = wanted().filter((row) => found.has(row.dataset.sha256));
  if (!chosen.length || (words.needsAll && chosen.length < wanted().length)) throw new Complaint(words.lacking);
  const digests = [...new Set(chosen.map((row) => row.dataset.sha256))];
  const progress = total(digests.map((one) => found.get(one)));
  if (progress.all > PACKAGE_BYTES_MAX) throw new Complaint(words.large);
  const originals = new Map();
  for (const one of digests) originals.set(one, await described(one, found.get(one), progress));
  status.textContent = words.making;
  const body = form ? new FormData(form) : new FormData();
  body.set("form_key", box.querySelector("[name=form_key]").value);
  const said = JSON.stringify([...originals.values()].map((one) => one.said));
  body.set("originals", new Blob([said], { type: "application/json" }), "originals.json");
  const frame = await answered(await fetch(`${words.address}.json`, { method: "POST", body }));
  status.textContent = words.putting;
  const made = filled(frame, (digest) => ({ file: found.get(digest), crc: originals.get(digest).crc }));
  if (link.href) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(made);
  link.download = `${words.name.replace(/[^\w.-]+/g, "-")}.zip`;
  link.hidden = false;
  link.focus();
  return words.done;
}

async function answered(response) {
  if (response.ok && response.headers.get("content-type") === "application/zip") {
    return new Uint8Array(await response.arrayBuffer());
  }
  const { problem } = await response.json().catch(() => ({}));
  const told = [problem?.detail || problem?.title, problem?.hint].filter(Boolean).join(" ");
  throw new Complaint(told || words.failed);
}

// The files of a ZIP without a comment, and where its table of contents stands.
function contents(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - END_SIZE;
  if (view.getUint32(end, true) !== END) throw new Error("no archive");
  const [count, size, offset] = [view.getUint16(end + 10, true), view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  const files = new Map();
  for (let at = offset; at < offset + size; ) {
    const [name, extra, note] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    const local = view.getUint32(at + 42, true);
    const from = local + LOCAL_SIZE + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const called = new TextDecoder().decode(bytes.subarray(at + CENTRAL_SIZE, at + CENTRAL_SIZE + name));
    files.set(called, bytes.subarray(from, from + view.getUint32(at + 24, true)));
    at += CENTRAL_SIZE + name + extra + note;
  }
  return { count, size, offset, files };
}

// What both headers of a stored file say, from its version on: the first day of ZIP, checksum, sizes.
function headed(size, signature, from, name, { file, crc }) {
  const bytes = new Uint8Array(size + name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, signature, true);
  view.setUint16(from, 20, true);
  view.setUint16(from + 2, name.some((byte) => byte > 127) ? 0x800 : 0, true);
  view.setUint16(from + 8, 0x21, true);
  view.setUint32(from + 10, crc, true);
  view.setUint32(from + 14, file.size, true);
  view.setUint32(from + 18, file.size, true);
  view.setUint16(from + 22, name.length, true);
  bytes.set(name, size);
  return { bytes, view };
}

// The package with its originals: they come after its other files, then the table of contents.
function filled(frame, original) {
  const { count, size, offset, files } = contents(frame);
  const lines = new TextDecoder().decode(files.get(MANIFEST)).trimEnd().split("\n");
  const [bodies, table] = [[frame.subarray(0, offset)], [frame.subarray(offset, offset + size)]];
  let at = offset;
  for (const line of lines) {
    const [digest, path] = [line.slice(0, 64), line.slice(66)];
    const one = original(digest);
    const name = utf8.encode(path);
    const local = headed(LOCAL_SIZE, LOCAL, 4, name, one).bytes;
    const { bytes, view } = headed(CENTRAL_SIZE, CENTRAL, 6, name, one);
    view.setUint16(4, (3 << 8) | 20, true); // made on Unix, where it is a plain file
    view.setUint32(38, 0o100644 << 16, true);
    view.setUint32(42, at, true);
    bodies.push(local, one.file);
    table.push(bytes);
    at += local.length + one.file.size;
  }
  const length = table.reduce((sum, one) => sum + one.length, 0);
  if (at + length > PACKAGE_BYTES_MAX) throw new Complaint(words.large);
  const end = new DataView(new ArrayBuffer(END_SIZE));
  end.setUint32(0, END, true);
  for (const place of [8, 10]) end.setUint16(place, count + lines.length, true);
  end.setUint32(12, length, true);
  end.setUint32(16, at, true);
  return new Blob([...bodies, ...table, end], { type: "application/zip" });
}

// One thing at a time; what went wrong is said in words of the page.
async function working(work) {
  const controls = [...box.querySelectorAll("input"), button, ...rows.flatMap((row) => [...row.querySelectorAll("input")])];
  alert.hidden = true;
  link.hidden = true;
  bar.hidden = false;
  bar.value = 0;
  status.textContent = words.working;
  for (const one of controls) one.inert = true;
  let said = "";
  try {
    said = (await work()) ?? "";
  } catch (problem) {
    alert.textContent = problem instanceof Complaint ? problem.message : words.failed;
    alert.hidden = false;
  }
  for (const one of controls) one.inert = false;
  bar.hidden = true;
  status.textContent = said || show();
}

if (box) {
  for (const one of document.querySelectorAll(".needs-script")) one.classList.add("has-script");
  for (const input of box.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", async () => {
      const files = [...input.files];
      input.value = ""; // the same files can be chosen again
      if (files.length) await working(() => look(files));
    });
  }
  form?.addEventListener("change", (event) => {
    if (event.target.type === "checkbox") status.textContent = show();
  });
  button.addEventListener("click", () => working(make));
  status.textContent = show();
}
