// SPDX-License-Identifier: Apache-2.0
// A form with a large file that stays chosen while the server says what is missing or wrong: what it
// says is put into the page, and a preview is gone to. Without a script the page comes anew.
const PARTS = ["said", "gaps"];

for (const form of document.querySelectorAll("form[data-keeps-file]")) {
  const state = form.querySelector(".card-footer [role=status]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "yes";
    state.textContent = form.dataset.working;
    const body = new FormData(form, event.submitter);
    if (event.submitter?.name) body.delete("file"); // a row is added: the file is not needed
    try {
      const response = await fetch(form.action, { method: "POST", body });
      if (response.redirected) return location.assign(response.url);
      const page = readPage(await response.text());
      const parts = PARTS.map((id) => page.getElementById(id)).filter(Boolean);
      if (!parts.length) {
        state.textContent = page.querySelector("main")?.textContent.replace(/\s+/g, " ").trim() || form.dataset.failed;
        return;
      }
      for (const part of parts) document.getElementById(part.id).replaceWith(part);
      state.textContent = "";
      document.getElementById("flaws")?.focus();
    } catch {
      state.textContent = form.dataset.failed;
    } finally {
      delete form.dataset.busy;
    }
  });
}
