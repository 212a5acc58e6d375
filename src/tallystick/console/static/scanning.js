// SPDX-License-Identifier: Apache-2.0
// The camera reads QR codes where browsers let pages have one: over HTTPS, and on this machine.
const box = document.getElementById("camera");
const button = document.getElementById("scan");
const note = document.getElementById("camera-note");
const view = document.getElementById("camera-view");
box.classList.add("has-script");
if (window.isSecureContext && navigator.mediaDevices) button.hidden = false;
else note.hidden = false;

// The bar of a telephone leads here from any page.
function aim() {
  if (location.hash !== "#camera") return;
  box.scrollIntoView({ block: "center" });
}
aim();
addEventListener("hashchange", aim);

button.addEventListener("click", async () => {
  button.disabled = true;
  try {
    view.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    view.hidden = false;
    await view.play();
    await look();
  } catch {
    note.textContent = box.dataset.none;
    note.hidden = false;
    button.disabled = false;
  }
});

// Frame after frame, until one holds a code of ours.
async function look() {
  const text = view.videoWidth ? codeText(view, view.videoWidth, view.videoHeight) : undefined;
  const page = text && codePage(text);
  if (page) return location.assign(page.href);
  if (text) {
    note.textContent = box.dataset.foreign;
    note.hidden = false;
  }
  await new Promise((resume) => setTimeout(resume, 200));
  return look();
}
