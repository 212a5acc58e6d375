// SPDX-License-Identifier: Apache-2.0
// What pages do beyond links and forms: copying, keys, and the live line to the node.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await copyText(button.dataset.copy);
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 1500);
});

async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea"); // plain HTTP on a local network has no clipboard
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && event.target.closest(".search")) leaveSearch();
  if (/^Arrow(Up|Down)$/.test(event.key) && event.target.closest(".search")) step(event);
});

// Arrow keys go through the suggestions; Enter follows the link that has the focus.
function step(event) {
  const places = [document.getElementById("search"), ...document.querySelectorAll("#suggestions a")];
  const now = places.indexOf(document.activeElement);
  const next = now + (event.key === "ArrowDown" ? 1 : -1);
  if (next < 0 || next >= places.length) return;
  event.preventDefault();
  places[next].focus();
}

function leaveSearch() {
  document.getElementById("suggestions").replaceChildren();
  document.activeElement.blur();
}

// Enter that ends a composition of Chinese characters must not send the form.
document.getElementById("search")?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.isComposing) event.preventDefault();
});

// What scrolls sideways can be scrolled by keys: it takes the focus where nothing in it does.
function reachScrolled() {
  for (const box of document.querySelectorAll(".table-responsive, pre, .diagram-frame")) {
    const isScrolled = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
    if (isScrolled && !box.querySelector("a, button, input, select, summary")) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}
reachScrolled();
addEventListener("resize", reachScrolled);
document.addEventListener("htmx:after:swap", reachScrolled);
document.addEventListener("toggle", reachScrolled, true); // what was folded is measured when it opens

// One stream a visible tab; a hidden tab drops it and catches up when it is looked at again.
const chip = document.getElementById("live");
let stream = null;
let waiting = null;

function show(state) {
  chip.dataset.state = state;
  chip.querySelector(".live-word").textContent = chip.dataset[state];
}

function follow() {
  if (stream || document.hidden) return;
  stream = new EventSource("/v1/blocks/follow");
  stream.onopen = () => show("live");
  stream.onmessage = (event) => announce(JSON.parse(event.data).height);
  stream.onerror = () => {
    show("reconnecting");
    if (stream?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    stream = null;
    setTimeout(follow, 2000);
  };
}

function announce(height) {
  const shown = chip.querySelector(".live-height"); // the display for a wall has none
  if (shown) shown.textContent = `#${height.toLocaleString("en")}`;
  if (String(height) === chip.dataset.height) return; // what this page was made from
  chip.dataset.height = height;
  if (waiting) return;
  waiting = setTimeout(() => {
    waiting = null;
    document.body.dispatchEvent(new CustomEvent("tally:block"));
  }, 300);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden && stream) {
    stream.close();
    stream = null;
    show("paused");
  } else {
    follow();
  }
});
if (chip) follow();
