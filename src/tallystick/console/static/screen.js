// SPDX-License-Identifier: Apache-2.0
// The display for a wall shows one scene after the other, two on a wall of two screens; without a
// script all stand on one page. It rests while nobody sees it, and draws itself anew at each block,
// and once more when the figures that were counted for others before that block are forgotten.
const broad = matchMedia("(min-aspect-ratio: 5/2)");
const { seconds, forgottenMs } = document.getElementById("wall").dataset;
const hold = document.getElementById("hold");
let turn = 0;
let asking = false;
let again = 0;

function show() {
  const scenes = [...document.querySelectorAll("[data-scene]")];
  const together = Math.min(scenes.length, broad.matches ? 2 : 1);
  const first = turn % scenes.length;
  scenes.forEach((scene, place) => { scene.hidden = (place - first + scenes.length) % scenes.length >= together; });
}

function next() {
  if (document.hidden || hold.getAttribute("aria-pressed") === "true") return;
  turn += broad.matches ? 2 : 1;
  show();
}

// What does not come whole, while a node starts or stops, leaves the wall as it is.
async function renew() {
  if (asking || document.hidden) return;
  asking = true;
  try {
    const answer = await fetch(location.href);
    const drawn = readPage(await answer.text()).getElementById("wall");
    if (answer.ok && drawn) document.getElementById("wall").replaceChildren(...drawn.children);
    show();
  } catch {
    // the line to the node says that it is away
  } finally {
    asking = false;
  }
}

function renewTwice() {
  clearTimeout(again);
  again = setTimeout(renew, Number(forgottenMs));
  return renew();
}

show();
again = setTimeout(renew, Number(forgottenMs));
broad.addEventListener("change", show);
document.body.addEventListener("tally:block", renewTwice);
document.addEventListener("visibilitychange", renewTwice);
setInterval(next, Number(seconds) * 1000);
document.querySelector(".wall-tools").classList.add("has-script");
hold.addEventListener("click", () => hold.setAttribute("aria-pressed", String(hold.getAttribute("aria-pressed") !== "true")));
document.getElementById("whole").addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
});
