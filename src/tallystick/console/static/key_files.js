// SPDX-License-Identifier: Apache-2.0
// Key files of Ed25519, read on this machine: PKCS #8 in PEM, and what `tally key` keeps, each with
// or without a passphrase. What comes out is PKCS #8, as browsers take it; nothing is sent.
const PEM = /-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----([\s\S]+)-----END /;
const SEALED_PEM = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
const PUBLIC_PEM = /-----BEGIN PUBLIC KEY-----([\s\S]+)-----END PUBLIC KEY-----/;
const KEY_FORMAT = "tallystick.key.v1";
const SEALED_FORMAT = "tallystick.sealed-key.v1";
const PURPOSE = "member";
const OPERATIONS_MAX = 10;
const MEMORY_BYTES_MAX = 256 * 1024 * 1024;
const ROUNDS_MAX = 10_000_000;
const KEY_BYTES = 32;
// 0, the algorithm, and the key as an octet string within one: RFC 8410.
const PKCS8_HEAD = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32);
const PBES2 = "2a864886f70d01050d";
const PBKDF2 = "2a864886f70d01050c";
const HASHES = { "2a864886f70d0207": "SHA-1", "2a864886f70d0209": "SHA-256", "2a864886f70d020b": "SHA-512" };
const CIPHER_BITS = { "608648016503040102": 128, "608648016503040116": 192, "60864801650304012a": 256 };

// The passphrase is another one; or the file was changed, which looks the same.
export class WrongPassphrase extends Error {}

export const hex = (bytes) => Array.from(new Uint8Array(bytes), (one) => one.toString(16).padStart(2, "0")).join("");
export const bytesOf = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
const unpacked = (text) => Uint8Array.from(atob(text.replace(/\s/g, "")), (one) => one.charCodeAt(0));
const imported = (pkcs8) => crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);

function readDocument(text) {
  return text.trimStart().startsWith("{") ? JSON.parse(text) : null;
}

const sealedIn = (found) => (found.format === SEALED_FORMAT ? found : found.sealed);

export function needsPassphrase(text) {
  const found = readDocument(text);
  return found ? Boolean(sealedIn(found)) : text.includes(SEALED_PEM);
}

// What `tally key` keeps says its public half openly.
export const hidesPublicHalf = (text) => text.includes(SEALED_PEM);

// `opening` is the address of what opens a key under a passphrase; it is loaded when there is one.
export async function privateKey(text, passphrase, opening) {
  const found = readDocument(text);
  if (!found) {
    const inside = unpacked(text.match(PEM)[1]);
    return imported(text.includes(SEALED_PEM) ? await openedPem(inside, passphrase) : inside);
  }
  if (found.format !== KEY_FORMAT && found.format !== SEALED_FORMAT) throw new Error("no key file");
  const sealed = sealedIn(found);
  const seed = sealed ? await opened(sealed, passphrase, await import(opening)) : unpacked(found.seed);
  if (seed.length !== KEY_BYTES) throw new Error("no seed");
  const key = await imported(Uint8Array.of(...PKCS8_HEAD, ...seed));
  if ((await publicOf(key)) !== (sealed ?? found).public_key) throw new Error("not the key it says");
  return key;
}

// Of a public or a private key.
export async function publicHalf(text, passphrase, opening) {
  const found = readDocument(text);
  if (found?.public_key && (found.format === KEY_FORMAT || found.format === SEALED_FORMAT)) return found.public_key;
  if (PUBLIC_PEM.test(text)) {
    const key = await crypto.subtle.importKey("spki", unpacked(text.match(PUBLIC_PEM)[1]), "Ed25519", true, ["verify"]);
    return hex(await crypto.subtle.exportKey("raw", key));
  }
  return publicOf(await privateKey(text, passphrase, opening));
}

async function publicOf(key) {
  const { x } = await crypto.subtle.exportKey("jwk", key);
  return hex(unpacked(x.replaceAll("-", "+").replaceAll("_", "/")));
}

// Argon2id and XChaCha20-Poly1305, bound to purpose and public half: crypto/sealed_key.py.
async function opened(sealed, passphrase, { argon2id, xchacha20poly1305 }) {
  const { operations, memory_bytes: memory, salt, name } = sealed.kdf;
  const isBounded = operations >= 1 && operations <= OPERATIONS_MAX && memory >= 8192 && memory <= MEMORY_BYTES_MAX;
  if (sealed.purpose !== PURPOSE || name !== "argon2id" || sealed.cipher !== "xchacha20poly1305" || !isBounded) {
    throw new Error("another kind of key");
  }
  const key = await argon2id({
    password: passphrase.normalize("NFC"),
    salt: unpacked(salt),
    parallelism: 1,
    iterations: operations,
    memorySize: Math.floor(memory / 1024),
    hashLength: KEY_BYTES,
    outputType: "binary",
  });
  const words = new TextEncoder().encode(`${SEALED_FORMAT}\0${sealed.purpose}\0`);
  const bound = Uint8Array.of(...words, ...bytesOf(sealed.public_key));
  try {
    return xchacha20poly1305(key, unpacked(sealed.nonce), bound).decrypt(unpacked(sealed.sealed));
  } catch {
    throw new WrongPassphrase();
  }
}

// What stands in a DER value that is made of others.
function partsOf(bytes) {
  const parts = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at];
    let size = bytes[at + 1];
    at += 2;
    if (size & 128) {
      const digits = bytes.subarray(at, at + (size & 127));
      at += digits.length;
      size = digits.reduce((sum, one) => sum * 256 + one, 0);
    }
    parts.push({ tag, inside: bytes.subarray(at, at + size) });
    at += size;
  }
  return parts;
}

const within = (part) => partsOf(part.inside);

// PBES2 with PBKDF2 and AES-CBC (RFC 8018), as `tally key export` and openssl write it.
async function openedPem(bytes, passphrase) {
  const [algorithm, content] = within(partsOf(bytes)[0]);
  const [scheme, parameters] = within(algorithm);
  if (hex(scheme.inside) !== PBES2) throw new Error("another scheme");
  const [derivation, cipher] = within(parameters);
  const [function_, choices] = within(derivation);
  if (hex(function_.inside) !== PBKDF2) throw new Error("another derivation");
  const [salt, rounds, ...more] = within(choices);
  const prf = more.find((one) => one.tag === 48);
  const hash = prf ? HASHES[hex(within(prf)[0].inside)] : "SHA-1";
  const iterations = rounds.inside.reduce((sum, one) => sum * 256 + one, 0);
  const [block, iv] = within(cipher);
  const length = CIPHER_BITS[hex(block.inside)];
  if (!hash || !length || iterations > ROUNDS_MAX) throw new Error("another cipher");
  const typed = await crypto.subtle.importKey("raw", new TextEncoder().encode(passphrase), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash, salt: salt.inside, iterations };
  const key = await crypto.subtle.deriveKey(how, typed, { name: "AES-CBC", length }, false, ["decrypt"]);
  try {
    const plain = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-CBC", iv: iv.inside }, key, content.inside));
    if (plain[0] !== 48) throw new WrongPassphrase(); // one in 256 wrong keys is padded rightly
    return plain;
  } catch {
    throw new WrongPassphrase();
  }
}
