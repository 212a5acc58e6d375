// SPDX-License-Identifier: Apache-2.0
// `tus-js-client` uploads a file:
//
//     node tus.mjs FILE CHUNK_BYTES create URL     or: resume URL
//
// It knows nothing of our signatures: before each request it prints one line of JSON, {method, url,
// start, stop} with the bytes of the file that go along, and takes the signature as a line. After
// each chunk it prints {sent}, and in the end {done: true} or {failed, body}.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

import { Upload } from "tus-js-client";

const [file, chunk, how, url] = process.argv.slice(2);
const content = readFileSync(file);
const chunkSize = Number(chunk);
const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

function tell(what) {
  console.log(JSON.stringify(what));
}

async function sign(request) {
  const method = request.getMethod();
  const start = Number(request.getHeader("Upload-Offset") ?? 0);
  const stop = method === "PATCH" ? Math.min(start + chunkSize, content.length) : start;
  tell({ method, url: request.getURL(), start, stop });
  const { value } = await answers.next();
  if (value) {
    request.setHeader("Tally-Request", value);
  }
}

function finish(what) {
  tell(what);
  process.exit(0);
}

new Upload(content, {
  [how === "create" ? "endpoint" : "uploadUrl"]: url,
  chunkSize,
  retryDelays: null,
  storeFingerprintForResuming: false,
  onBeforeRequest: sign,
  onChunkComplete: (_size, sent) => tell({ sent }),
  onSuccess: () => finish({ done: true }),
  onError: (error) =>
    finish({ failed: error.message, body: error.originalResponse?.getBody() ?? "" }),
}).start();
