// SPDX-License-Identifier: Apache-2.0
// Keys in files: one signs a digest, or shows its public half, or is made; none leaves this machine.
const PRIVATE = /-----BEGIN PRIVATE KEY-----([\s\S]+)-----END PRIVATE KEY-----/;
const PUBLIC = /-----BEGIN PUBLIC KEY-----([\s\S]+)-----END PUBLIC KEY-----/;
const FROM_A_MOMENT_MS = 1000;

const hex = (bytes) => Array.from(new Uint8Array(bytes), (one) => one.toString(16).padStart(2, "0")).join("");
const bytesOf = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
const unpacked = (text) => Uint8Array.from(atob(text.replace(/\s/g, "")), (one) => one.charCodeAt(0));

const privateKey = (text) => crypto.subtle.importKey("pkcs8", unpacked(text.match(PRIVATE)[1]), "Ed25519", true, ["sign"]);

async function publicHalf(text) {
  if (PUBLIC.test(text)) {
    const key = await crypto.subtle.importKey("spki", unpacked(text.match(PUBLIC)[1]), "Ed25519", true, ["verify"]);
    return hex(await crypto.subtle.exportKey("raw", key));
  }
  const { x } = await crypto.subtle.exportKey("jwk", await privateKey(text));
  return hex(unpacked(x.replaceAll("-", "+").replaceAll("_", "/")));
}

async function signature(text, digest) {
  return hex(await crypto.subtle.sign("Ed25519", await privateKey(text), bytesOf(digest)));
}

// A new key as PKCS #8 in PEM, as `tally key import` and `openssl pkey` take it.
async function newKey() {
  const made = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const packed = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.exportKey("pkcs8", made.privateKey))));
  return {
    pem: `-----BEGIN PRIVATE KEY-----\n${packed.match(/.{1,64}/g).join("\n")}\n-----END PRIVATE KEY-----\n`,
    shown: hex(await crypto.subtle.exportKey("raw", made.publicKey)),
  };
}

function saved(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/x-pem-file" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), FROM_A_MOMENT_MS);
}

// `work` makes of a key file's text what is written into the control.
function fills(box, work) {
  if (!globalThis.crypto?.subtle) return; // over plain HTTP from elsewhere there is none
  box.classList.add("has-script");
  const chooser = box.querySelector("input[type=file]");
  const complaint = box.querySelector(".invalid-feedback");
  chooser.addEventListener("change", async () => {
    complaint.classList.remove("d-block");
    try {
      document.getElementById(box.dataset.target).value = await work(await chooser.files[0].text());
    } catch {
      complaint.textContent = box.dataset.failed;
      complaint.classList.add("d-block");
    }
    chooser.value = "";
  });
}

for (const box of document.querySelectorAll(".key-signs")) fills(box, (text) => signature(text, box.dataset.digest));
for (const box of document.querySelectorAll(".key-shows")) {
  fills(box, publicHalf);
  box.querySelector("button").addEventListener("click", async () => {
    const { pem, shown } = await newKey();
    document.getElementById(box.dataset.target).value = shown;
    saved(`key-${shown.slice(0, 8)}.pem`, pem);
  });
}
