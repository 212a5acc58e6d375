// SPDX-License-Identifier: Apache-2.0
// Starts Swagger UI on a part of this node's own document; no request leaves this origin.
window.addEventListener("load", function () {
  const place = document.getElementById("swagger-ui");
  window.SwaggerUIBundle({
    url: place.dataset.document,
    dom_id: "#swagger-ui",
    deepLinking: true,
    validatorUrl: null,
    defaultModelsExpandDepth: 0,
    docExpansion: "list",
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
  });
  // It leaves choices among values without a name for those who cannot see the row.
  new MutationObserver(function () {
    for (const choice of place.querySelectorAll("select:not([aria-label])")) {
      const row = choice.closest("tr");
      choice.setAttribute("aria-label", (row && row.dataset.paramName) || "media type");
    }
  }).observe(place, { childList: true, subtree: true });
});
