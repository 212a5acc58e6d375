# SPDX-License-Identifier: Apache-2.0
"""The checkpoint: the signed head of the log, in the C2SP tlog-checkpoint text form.

Extension lines carry height, block time, state root and membership root, so that proofs of state
verify offline against the same signature; spec: docs/spec/checkpoint.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tallystick.crypto import SecretKey, is_valid_signature, sha256
from tallystick.encoding import format_base64, parse_base64
from tallystick.errors import InvalidCheckpoint, Malformed
from tallystick.units import HASH_SIZE, INTEGER_MAX

SIGNATURE_PREFIX: Final = "— "
KEY_HINT_SIZE: Final = 4
COSIGNED_TIME_SIZE: Final = 8
"""Before the signature in a line of C2SP tlog-cosignature v1."""
_ED25519_TYPE = b"\x01"
NOTE_BYTES_MAX: Final = 16 * 1024
_EXTENSIONS = ("height", "time", "state", "membership")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the log looked like after a block."""

    origin: str
    """The log's name: the network id."""
    size: int
    root: bytes
    height: int
    time: int
    """Block time, unix milliseconds."""
    state_root: bytes
    membership_root: bytes

    def body(self) -> str:
        """Return the text that is signed, with its final newline."""
        return (
            f"{self.origin}\n{self.size}\n{format_base64(self.root)}\n"
            f"height {self.height}\ntime {self.time}\n"
            f"state {format_base64(self.state_root)}\n"
            f"membership {format_base64(self.membership_root)}\n"
        )


def sign_checkpoint(checkpoint: Checkpoint, secret: SecretKey) -> str:
    """Return the signed note; the key's name is the origin."""
    body = checkpoint.body()
    blob = key_hint(checkpoint.origin, _ED25519_TYPE + secret.public_key) + secret.sign(
        body.encode()
    )
    return f"{body}\n{SIGNATURE_PREFIX}{checkpoint.origin} {format_base64(blob)}\n"


def verifier_key(origin: str, public_key: bytes) -> str:
    """Return the C2SP vkey text by which other programs know a log key."""
    typed = format_base64(_ED25519_TYPE + public_key)
    return f"{origin}+{key_hint(origin, _ED25519_TYPE + public_key).hex()}+{typed}"


def open_checkpoint(note: str, public_key: bytes, *, origin: str) -> Checkpoint:
    """Return the checkpoint in `note` if `public_key` signed it for `origin`.

    Raises:
        InvalidCheckpoint: malformed, another origin, or no valid signature by the key.
    """
    body, signatures = split_note(note)
    checkpoint = read_body(body)
    if checkpoint.origin != origin:
        raise InvalidCheckpoint(
            "the checkpoint is of another log",
            field="origin",
            expected=origin,
            found=checkpoint.origin,
        )
    hint = key_hint(origin, _ED25519_TYPE + public_key)
    for signer, blob in signatures:
        if (signer, blob[:KEY_HINT_SIZE]) == (origin, hint) and is_valid_signature(
            public_key, body.encode(), blob[KEY_HINT_SIZE:]
        ):
            return checkpoint
    raise InvalidCheckpoint(
        "no valid signature by the log's key", field="signature", expected=hint.hex()
    )


def parse_checkpoint(note: str) -> Checkpoint:
    """Return what a note says, whoever signed it.

    Raises:
        InvalidCheckpoint: malformed.
    """
    return read_body(split_note(note)[0])


def split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Return the body that is signed, and (key name, key hint and signature) of each line.

    Raises:
        InvalidCheckpoint: too large, or a line that is not of the form of a signed note.
    """
    body, separator, signatures = note.partition("\n\n")
    # A lone surrogate, which JSON can spell, has no bytes that anyone could have signed.
    if not separator or len(note) > NOTE_BYTES_MAX or not _is_utf8(note):
        raise InvalidCheckpoint("a signed note has a body, an empty line and signatures")
    if not signatures.endswith("\n"):
        raise InvalidCheckpoint("the last signature line has no newline")
    return body + "\n", [_signature(line) for line in signatures[:-1].split("\n")]


def _signature(line: str) -> tuple[str, bytes]:
    prefix, _, rest = line.partition(SIGNATURE_PREFIX)
    signer, _, encoded = rest.partition(" ")
    if prefix or not signer or not encoded:
        raise InvalidCheckpoint("a signature line is malformed", found=line[:80])
    try:
        return signer, parse_base64(encoded, name="signature")
    except Malformed as error:
        raise InvalidCheckpoint("a signature is not base64", found=line[:80]) from error


def read_body(body: str) -> Checkpoint:
    """Return what the text that is signed says, whoever signed it.

    Raises:
        InvalidCheckpoint: malformed.
    """
    lines = body[:-1].split("\n")
    if len(lines) != 3 + len(_EXTENSIONS):
        raise InvalidCheckpoint("a checkpoint has origin, size, root and four extension lines")
    origin, size, root, *extensions = lines
    values = []
    for name, line in zip(_EXTENSIONS, extensions, strict=True):
        label, _, value = line.partition(" ")
        if label != name:
            raise InvalidCheckpoint("an extension line is missing", expected=name, found=line[:80])
        values.append(value)
    return Checkpoint(
        origin=origin,
        size=_number(size),
        root=_hash(root),
        height=_number(values[0]),
        time=_number(values[1]),
        state_root=_hash(values[2]),
        membership_root=_hash(values[3]),
    )


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or (text[0] == "0" and text != "0"):
        raise InvalidCheckpoint("a number is malformed", found=text[:40])
    number = int(text[:20])
    if number > INTEGER_MAX or len(text) > 19:  # digits of 2^63-1
        raise InvalidCheckpoint("a number is too large", found=text[:40])
    return number


def _hash(text: str) -> bytes:
    try:
        value = parse_base64(text, name="hash")
    except Malformed as error:
        raise InvalidCheckpoint("a hash is not base64", found=text[:80]) from error
    if len(value) != HASH_SIZE:
        raise InvalidCheckpoint("a hash is not 32 bytes", found=text[:80])
    return value


def key_hint(name: str, typed_key: bytes) -> bytes:
    """Return the four bytes by which a signature line says whose it is (C2SP signed-note)."""
    return sha256(name.encode() + b"\n" + typed_key)[:KEY_HINT_SIZE]


def cosigned_bytes(body: str, time: int) -> bytes:
    """Return what a cosignature of a checkpoint's text at a time signs."""
    return f"cosignature/v1\ntime {time}\n{body}".encode()
