// SPDX-License-Identifier: Apache-2.0
// Prints a style sheet without the rules that no page can use:
//   node purge.mjs SHEET SAFELIST FILE...
// A rule stays when each class, element and attribute of its selector stands as a word in one of
// the files or in the safelist, or is matched as a whole by a line of the safelist.
import { readFileSync } from "node:fs";
import { PurgeCSS } from "purgecss";

const [sheet, safelist, ...files] = process.argv.slice(2);
const lines = readFileSync(safelist, "utf8")
  .split("\n")
  .map((line) => line.trim())
  .filter((line) => line && !line.startsWith("#"));

const [purged] = await new PurgeCSS().purge({
  css: [sheet],
  content: [...files, { raw: lines.join(" "), extension: "txt" }],
  safelist: lines.map((line) => new RegExp(`^(?:${line})$`)),
  defaultExtractor: (text) => text.match(/[\w-]+/g) ?? [],
  keyframes: true,
});
process.stdout.write(purged.css);
