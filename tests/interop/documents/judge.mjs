// SPDX-License-Identifier: Apache-2.0
// Addresses and CAR files of documents, judged by the JavaScript libraries of IPFS:
//
//     node judge.mjs EXPORTS
//
// `ipfs-unixfs-importer` cuts and hashes the same content by its own `unixfs-v1-2025`; `@ipld/car`
// reads an archive, `multiformats` hashes each block, `ipfs-unixfs-exporter` puts the file together.
import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";

import { CarBlockIterator } from "@ipld/car";
import { BlackHoleBlockstore } from "blockstore-core/black-hole";
import { MemoryBlockstore } from "blockstore-core/memory";
import { exporter } from "ipfs-unixfs-exporter";
import { importer } from "ipfs-unixfs-importer";
import { CID } from "multiformats/cid";
import { sha256 } from "multiformats/hashes/sha2";

const NAME = "unixfs";
const CHUNK = 1 << 20;
const folder = process.argv[2];

const judges = { "document-address": judgeAddress, "document-car": judgeCar };

let right = 0;
let wrong = 0;
for (const one of JSON.parse(readFileSync(join(folder, "cases.json"), "utf8"))) {
  const judge = judges[one.kind];
  if (judge === undefined) {
    continue;
  }
  let said = "accepted";
  let why = "";
  try {
    await judge(one);
  } catch (error) {
    said = "refused";
    why = ` (${String(error).replace(/\s+/g, " ").slice(0, 100)})`;
  }
  const must = one.accept ? "accepted" : "refused";
  const is_right = said === must;
  right += is_right ? 1 : 0;
  wrong += is_right ? 0 : 1;
  const mark = is_right ? "ok   " : "WRONG";
  console.log(`${mark} ${NAME}: ${one.kind}: ${one.name}, ${said}, must be ${must}${why}`);
}
console.log(`${NAME}: ${right} passed, ${wrong} failed`);
process.exit(wrong > 0 || right === 0 ? 1 : 0);

// The content of a case: chunk number n is filled with the byte n mod 251.
async function* content(size) {
  for (let start = 0; start < size; start += CHUNK) {
    yield new Uint8Array(Math.min(CHUNK, size - start)).fill((start / CHUNK) % 251);
  }
}

async function judgeAddress({ size, cid }) {
  const options = { profile: "unixfs-v1-2025", wrapWithDirectory: false };
  const source = [{ path: "document", content: content(size) }];
  for await (const entry of importer(source, new BlackHoleBlockstore(), options)) {
    if (entry.cid.toString() !== cid) {
      throw new Error(`it is ${entry.cid}`);
    }
    return;
  }
  throw new Error("nothing was imported");
}

async function judgeCar({ file, cid, sha256: digest }) {
  const archive = await CarBlockIterator.fromIterable(createReadStream(join(folder, file)));
  const roots = (await archive.getRoots()).map(String);
  if (roots.length !== 1 || roots[0] !== cid) {
    throw new Error(`its roots are ${roots}`);
  }
  const blocks = new MemoryBlockstore();
  for await (const block of archive) {
    const found = await sha256.digest(block.bytes);
    if (Buffer.compare(found.bytes, block.cid.multihash.bytes) !== 0) {
      throw new Error(`another block than ${block.cid}`);
    }
    await blocks.put(block.cid, block.bytes);
  }
  const hash = createHash("sha256");
  const entry = await exporter(CID.parse(cid), blocks);
  for await (const piece of entry.content()) {
    hash.update(piece);
  }
  if (hash.digest("hex") !== digest) {
    throw new Error("another content");
  }
}
