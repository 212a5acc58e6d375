// SPDX-License-Identifier: Apache-2.0
// Forms and lists of work: hashing a file here, keeping input through a change of language, one
// sending of each form, and a list that stands still while rows of it are selected.
const PIECE = 4 * 1024 * 1024;
const form = document.getElementById("form");

document.getElementById("flaws")?.focus();

// The page is made anew in the other language or theme from what stands in the form now.
for (const link of document.querySelectorAll("a[data-keeps-form]")) {
  link.addEventListener("click", (event) => {
    if (!form || !form.dataset.keepsInput) return;
    event.preventDefault();
    const wish = new URL(link.href);
    const chosen = Object.assign(document.createElement("input"), { type: "hidden", name: "choose" });
    chosen.value = `${wish.pathname.slice(1)}:${wish.searchParams.get("to")}`;
    form.append(chosen);
    sessionStorage.setItem("place", String(scrollY));
    form.submit();
  });
}
const place = sessionStorage.getItem("place");
if (place !== null && form) {
  sessionStorage.removeItem("place");
  scrollTo(0, Number(place));
}

// Pressed twice, a form is sent once.
for (const one of document.querySelectorAll("form[method=post]")) {
  one.addEventListener("submit", (event) => {
    if (one.dataset.sent) event.preventDefault();
    one.dataset.sent = "yes";
    setTimeout(() => delete one.dataset.sent, 5000); // a download or a failure leaves the page here
  });
}

document.addEventListener("htmx:before:request", (event) => {
  if (event.target.id === "tasks" && document.querySelector("#tasks input:checked")) event.preventDefault();
});

for (const box of document.querySelectorAll(".file-hash")) {
  const input = box.querySelector("input");
  const chooser = box.querySelector("input[type=file]");
  box.querySelector(".needs-script").classList.add("has-script");
  chooser.addEventListener("change", async () => {
    const file = chooser.files[0];
    const bar = box.querySelector("progress");
    // A form that can say "kept as it is" keeps no PDF with scripts without it.
    const kept = document.getElementById(input.id.replace(/[^.]*$/, "active_content"));
    const refusal = box.querySelector(".active-file");
    refusal.hidden = true;
    if (!file) return;
    if (kept && !kept.checked && (await hasScripts(box, file))) {
      input.value = chooser.value = "";
      refusal.hidden = false;
      kept.focus();
      return;
    }
    bar.hidden = false;
    input.value = await hashOf(file, box.dataset.algorithm, bar);
    bar.hidden = true;
    const size = document.getElementById(input.id.replace(/[^.]*$/, "size"));
    if (size) size.value = file.size;
  });
}

async function hasScripts(box, file) {
  const looking = await import(box.dataset.looking);
  return looking.hasScripts(file);
}

async function hashOf(file, algorithm, bar) {
  const hasher = await (algorithm === "sm3" ? hashwasm.createSM3() : hashwasm.createSHA256());
  hasher.init();
  for (let from = 0; from < file.size; from += PIECE) {
    hasher.update(new Uint8Array(await file.slice(from, from + PIECE).arrayBuffer()));
    bar.value = Math.min(1, (from + PIECE) / file.size);
  }
  return hasher.digest("hex");
}
