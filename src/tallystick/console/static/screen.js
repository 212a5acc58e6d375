// SPDX-License-Identifier: Apache-2.0
// The display for a wall shows one scene after the other; without a script all stand on one page.
let turn = 0;

function show() {
  const scenes = [...document.querySelectorAll("[data-scene]")];
  scenes.forEach((scene, place) => { scene.hidden = place !== turn % scenes.length; });
}

show();
document.body.addEventListener("htmx:after:swap", show); // new figures keep the scene
setInterval(() => { turn += 1; show(); }, Number(document.getElementById("wall").dataset.seconds) * 1000);
