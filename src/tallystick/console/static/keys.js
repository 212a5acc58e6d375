// SPDX-License-Identifier: Apache-2.0
// Keys in files: one signs a digest, or shows its public half, or is made; none leaves this machine.
const FROM_A_MOMENT_MS = 1000;
const TOLD_APART = 12; // characters of a public key, as in the names of `tally private keygen`

const hex = (bytes) => Array.from(new Uint8Array(bytes), (one) => one.toString(16).padStart(2, "0")).join("");

// A new key as PKCS #8 in PEM, as `tally key import` and `openssl pkey` take it.
async function newKey() {
  const made = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const packed = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.exportKey("pkcs8", made.privateKey))));
  return {
    pem: `-----BEGIN PRIVATE KEY-----\n${packed.match(/.{1,64}/g).join("\n")}\n-----END PRIVATE KEY-----\n`,
    shown: hex(await crypto.subtle.exportKey("raw", made.publicKey)),
  };
}

function saved(name, content, type = "application/x-pem-file") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), FROM_A_MOMENT_MS);
}

// `work` makes of a key file's text and its passphrase what is written into the control.
function fills(box, work) {
  if (!globalThis.crypto?.subtle) return; // over plain HTTP from elsewhere there is none
  box.classList.add("has-script");
  const chooser = box.querySelector("input[type=file]");
  const lock = box.querySelector(".key-lock");
  const passphrase = lock.querySelector("input");
  const complaint = box.querySelector(".invalid-feedback");
  let text = "";

  const say = (words) => {
    complaint.textContent = words;
    complaint.classList.toggle("d-block", Boolean(words));
  };

  async function attempt() {
    say("");
    lock.querySelector("button").disabled = true;
    const files = await import(box.dataset.reading);
    try {
      const found = await work(files, text, passphrase.value);
      if (found === null) {
        lock.hidden = false;
      } else {
        document.getElementById(box.dataset.target).value = found;
        lock.hidden = true;
      }
    } catch (problem) {
      say(problem instanceof files.WrongPassphrase ? box.dataset.wrong : box.dataset.failed);
    }
    lock.querySelector("button").disabled = false;
    passphrase.value = "";
    if (!lock.hidden) passphrase.focus();
  }

  chooser.addEventListener("change", async () => {
    lock.hidden = true;
    passphrase.value = "";
    text = await chooser.files[0].text();
    chooser.value = "";
    await attempt();
  });
  lock.querySelector("button").addEventListener("click", attempt);
  passphrase.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // it opens the key, and does not send the form
    attempt();
  });
}

// What a key under a passphrase cannot say without it is null until it was typed.
for (const box of document.querySelectorAll(".key-signs")) {
  fills(box, async (files, text, passphrase) => {
    if (files.needsPassphrase(text) && !passphrase) return null;
    const key = await files.privateKey(text, passphrase, box.dataset.opening);
    return hex(await crypto.subtle.sign("Ed25519", key, files.bytesOf(box.dataset.digest)));
  });
}
for (const box of document.querySelectorAll(".key-shows")) {
  fills(box, async (files, text, passphrase) => {
    if (files.hidesPublicHalf(text) && !passphrase) return null;
    return files.publicHalf(text, passphrase, box.dataset.opening);
  });
  box.querySelector(".key-makes").addEventListener("click", async () => {
    const { pem, shown } = await newKey();
    document.getElementById(box.dataset.target).value = shown;
    saved(`key-${shown.slice(0, 8)}.pem`, pem);
  });
}

// A new sealing key as an age identity file, as `tally private` keeps it, under a passphrase or not.
async function newSealingKey(age, organization, passphrase) {
  const secret = await age.generateX25519Identity();
  const shown = await age.identityToRecipient(secret);
  const text = `# organization: ${organization}\n# public key: ${shown}\n${secret}\n`;
  if (!passphrase) return { shown, content: text };
  const sealer = new age.Encrypter();
  sealer.setPassphrase(passphrase);
  return { shown, content: await sealer.encrypt(text) };
}

for (const box of document.querySelectorAll(".sealing-key-makes")) {
  box.classList.add("has-script");
  const button = box.querySelector("button");
  const passphrase = box.querySelector("input");
  const status = box.querySelector("[role=status]");
  button.addEventListener("click", async () => {
    button.disabled = true;
    status.textContent = box.dataset.working;
    try {
      const { organization, target } = box.dataset;
      const made = await newSealingKey(await import(box.dataset.age), organization, passphrase.value);
      document.getElementById(target).value = made.shown;
      saved(`${organization}-${made.shown.slice(-TOLD_APART)}.age-key`, made.content, "application/octet-stream");
      status.textContent = box.dataset.made;
    } catch {
      status.textContent = box.dataset.failed;
    }
    passphrase.value = "";
    button.disabled = false;
  });
}
