// SPDX-License-Identifier: Apache-2.0
// Before the first paint: a page that follows the system takes its colours without a flash.
(() => {
  const root = document.documentElement;
  if (root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches) {
    root.dataset.bsTheme = "dark";
  }
})();
