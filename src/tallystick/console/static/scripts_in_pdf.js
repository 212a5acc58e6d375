// SPDX-License-Identifier: Apache-2.0
// Whether a PDF has a script, an action or a program inside, told on this machine: the file is sent
// nowhere. The rules are those of interchange/certificates/passive.py; what is encrypted or larger
// than is looked into is not known here, and passes, as it does at the command line.
const BYTES_MAX = 64 * 1024 * 1024;
const UNPACKED_MAX = 256 * 1024 * 1024;
const SCRIPTS = /\/(?:JavaScript|JS|Launch|SubmitForm|ImportData|RichMediaContent|RichMediaExecute|Rendition|XFA|GoToE|GoToR)(?![A-Za-z0-9])/;
const PROGRAMS = /\/U?F\s*\([^)]{0,200}\.(?:exe|dll|com|scr|bat|cmd|ps1|vbs|js|jar|msi|sh|py|hta|lnk|wsf|app|apk)\s*\)/i;
const latin = new TextDecoder("latin1");

export async function hasScripts(file) {
  const head = latin.decode(await file.slice(0, 1024).arrayBuffer());
  if (!head.includes("%PDF-")) return false;
  const data = new Uint8Array(await file.slice(0, BYTES_MAX).arrayBuffer());
  const text = latin.decode(data);
  let left = UNPACKED_MAX;
  let from = 0; // what is between streams is what a reader takes for objects
  for (const found of text.matchAll(/stream\r?\n/g)) {
    const start = found.index + found[0].length;
    if (found.index < from || text.slice(found.index - 3, found.index) === "end") continue;
    const between = text.slice(from, found.index);
    if (isActive(between)) return true;
    const end = text.indexOf("endstream", start);
    if (end < 0) break;
    from = end;
    const about = between.slice(-2000);
    if (!/\/ObjStm|\/EmbeddedFile/.test(plain(about.slice(about.lastIndexOf(" obj"))))) continue;
    const content = await unpacked(data.subarray(start, end), left);
    left -= content.length;
    if (isActive(latin.decode(content)) || isProgram(content)) return true;
  }
  return isActive(text.slice(from));
}

function isActive(text) {
  const names = plain(text);
  return SCRIPTS.test(names) || PROGRAMS.test(names);
}

// A name may be written with its characters as #xx.
function plain(text) {
  return text.replace(/#([0-9A-Fa-f]{2})/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
}

function isProgram(content) {
  const head = latin.decode(content.subarray(0, 4));
  return /^(?:MZ|\x7fELF|#!|\xca\xfe\xba\xbe|\xcf\xfa\xed\xfe)/.test(head);
}

// What is packed otherwise, or not at all, stays as it is; what is behind a damage is lost.
async function unpacked(bytes, bytesMax) {
  const pieces = [];
  let size = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  try {
    for (let one = await reader.read(); !one.done && size < bytesMax; one = await reader.read()) {
      pieces.push(one.value);
      size += one.value.length;
    }
  } catch {
    if (!size) return bytes;
  }
  reader.cancel().catch(() => {});
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
