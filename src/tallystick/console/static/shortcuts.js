// SPDX-License-Identifier: Apache-2.0
// Keys without a modifier: they go places and through rows, never while somebody types or composes.
// Who dictates or often hits keys by chance turns them off in the sheet (WCAG 2.2, 2.1.4).
const KEPT = "tally-keys";
const PLACES = { o: "/explorer", b: "/b", t: "/t", i: "/inbox", v: "/v" };
const ROWS = "main tbody tr, main .list-group-item, main .card-link";
const SECOND_WITHIN_MS = 1500;
const sheet = document.getElementById("keys");
const choice = document.getElementById("keys-on");
let goes = null; // set while the second key of `g …` is awaited

const isOn = () => {
  try {
    return localStorage.getItem(KEPT) !== "off";
  } catch {
    return true; // a browser that keeps nothing
  }
};

const isTyping = ({ isComposing, keyCode, target }) =>
  isComposing || keyCode === 229 || target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

function go(key) {
  clearTimeout(goes);
  goes = null;
  if (PLACES[key]) location.assign(PLACES[key]);
}

// A row takes the focus at its first link, so that Enter opens it.
function row(step) {
  const rows = [...document.querySelectorAll(ROWS)]
    .map((one) => (one.matches("a") ? one : one.querySelector("a[href]")))
    .filter((link) => link?.checkVisibility());
  const now = rows.findIndex((link) => link === document.activeElement || link.closest("tr, li, .list-group-item")?.contains(document.activeElement));
  rows[now < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(now + step, 0), rows.length - 1)]?.focus();
}

function open() {
  choice.checked = isOn();
  sheet.showModal();
}

document.addEventListener("keydown", (event) => {
  if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || sheet.open || !isOn()) return;
  const { key } = event;
  if (goes !== null) return go(key);
  if (key === "g") goes = setTimeout(() => { goes = null; }, SECOND_WITHIN_MS);
  else if (key === "j") row(1);
  else if (key === "k") row(-1);
  else if (key === "?") open();
  else if (key === "/") document.getElementById("search").focus();
  else return;
  event.preventDefault();
});

choice.addEventListener("change", () => {
  try {
    localStorage.setItem(KEPT, choice.checked ? "on" : "off");
  } catch {
    // then they are on again with the next page
  }
});
for (const button of document.querySelectorAll("[data-opens-keys]")) {
  button.classList.add("has-script");
  button.addEventListener("click", open);
}
