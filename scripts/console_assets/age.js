// SPDX-License-Identifier: Apache-2.0
// What sealing and opening in the browser use of age: X25519 keys and passphrases, nothing else.
export { Decrypter, Encrypter, armor, generateX25519Identity, identityToRecipient } from "age-encryption";
