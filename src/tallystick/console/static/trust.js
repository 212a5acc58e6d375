// SPDX-License-Identifier: Apache-2.0
// What text may become markup (Trusted Types), before any other script; docs/auditor/console-scripts.md.
(() => {
  const types = globalThis.trustedTypes;
  // Only to look at: what it parses never gets into a page.
  const look = types?.createPolicy("tally-look", { createHTML: (text) => text }) ?? { createHTML: (text) => text };
  const refuse = (what) => { throw new TypeError(`not from this console: ${what}`); };
  const isOwnFile = (address) => {
    const url = new URL(address, location.href);
    return url.origin === location.origin && url.pathname.startsWith("/static/");
  };
  const FRAMES = "iframe, frame, object, embed, base, portal";

  // Throws if markup could run anything but the console's own files; templates are looked into.
  function check(root) {
    if (root.querySelector(FRAMES)) refuse("a frame");
    for (const script of root.querySelectorAll("script")) {
      const source = script.getAttribute("src") ?? script.getAttribute("href");
      if (script.textContent.trim() || !source || !isOwnFile(source)) refuse("a script");
    }
    for (const one of root.querySelectorAll("*")) {
      for (const { name, value } of one.attributes) {
        if (/^on|^srcdoc$|^(data-)?hx-on/i.test(name)) refuse(name);
        const scheme = /(href|src|action)$/i.test(name) && /^[a-z]+:/i.exec(value.replace(/[\u0000-\u0020]/g, ""))?.[0].toLowerCase();
        if (scheme === "javascript:" || scheme === "vbscript:" || (scheme === "data:" && one.localName !== "img")) refuse(name);
      }
      if (one.content instanceof DocumentFragment) check(one.content);
    }
  }

  function page(text) {
    check(new DOMParser().parseFromString(look.createHTML(text), "text/html"));
    return text;
  }

  const rules = { createHTML: page, createScript: (text) => text.trim() ? refuse("a script") : "" };
  const policy = types?.createPolicy("tally", rules) ?? rules;
  // ECharts empties its box by `innerHTML = ""`, and htmx copies the addresses of scripts it has parsed.
  types?.createPolicy("default", {
    createHTML: (text) => text === "" ? "" : refuse("markup"),
    createScriptURL: (address) => isOwnFile(address) ? address : refuse("a script"),
  });

  // For our own scripts: an answer of this server as a document that was looked through.
  globalThis.readPage = (text) => new DOMParser().parseFromString(policy.createHTML(text), "text/html");

  // Last of all scripts is htmx: as soon as it is there it learns to ask, and to run no text.
  document.addEventListener("DOMContentLoaded", () => globalThis.htmx?.registerExtension("tally", {
    init: (inside) => inside.initSecurity(policy, () => refuse("code"), () => refuse("code")),
  }), { once: true, capture: true });
})();
