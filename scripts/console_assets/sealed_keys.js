// SPDX-License-Identifier: Apache-2.0
// What opens a signing key that lies under a passphrase, see src/tallystick/crypto/sealed_key.py.
export { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
export { argon2id } from "hash-wasm";
