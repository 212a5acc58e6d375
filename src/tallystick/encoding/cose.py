# SPDX-License-Identifier: Apache-2.0
"""COSE_Sign1 (RFC 9052), tagged, written and read by hand so that every byte is accounted for.

A message is `D2 84 bstr(protected) map(unprotected) bstr(payload)|F6 58 40 signature`. The
protected header is decoded once per distinct byte string: a signer's header repeats.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from msgspec import Struct

from tallystick.encoding.canonical import decode_structure
from tallystick.encoding.heads import decode_cbor, encode_cbor
from tallystick.errors import LimitExceeded, Malformed
from tallystick.units import HEADER_BYTES_MAX

_TAG_SIGN1 = 0xD2
_SIGNATURE_SIZE = 64
_ALG, _CONTENT_TYPE, _KEY_ID, _CLAIMS, _PROOF_STRUCTURE = 1, 3, 4, 15, 395
_ISSUER, _SUBJECT = 1, 2
_LABELS = frozenset({_ALG, _CONTENT_TYPE, _KEY_ID, _CLAIMS, _PROOF_STRUCTURE})
_HEADER_CACHE_SIZE = 65_536


@dataclass(frozen=True, slots=True)
class Header:
    """The protected header fields this package knows; any other label is refused."""

    algorithm: int
    """COSE algorithm, label 1 (EdDSA is -8)."""
    key_id: bytes
    """Label 4: the raw public key of the signer."""
    issuer: str
    """CWT claim `iss` (label 15, claim 1)."""
    subject: str
    """CWT claim `sub` (label 15, claim 2)."""
    content_type: str | None = None
    """Label 3: media type of the payload."""
    proof_structure: int | None = None
    """Label 395 (RFC 9942): 1 is RFC9162_SHA256; only on receipts."""


class Sign1(Struct, frozen=True, gc=False):
    """The parts of a COSE_Sign1 message with an empty unprotected header, as received."""

    protected: bytes
    payload: bytes
    signature: bytes


def encode_header(header: Header) -> bytes:
    """Return the protected header's bytes."""
    fields: dict[int, object] = {
        _ALG: header.algorithm,
        _KEY_ID: header.key_id,
        _CLAIMS: {_ISSUER: header.issuer, _SUBJECT: header.subject},
    }
    if header.content_type is not None:
        fields[_CONTENT_TYPE] = header.content_type
    if header.proof_structure is not None:
        fields[_PROOF_STRUCTURE] = header.proof_structure
    return encode_cbor(fields)


@lru_cache(maxsize=_HEADER_CACHE_SIZE)
def decode_header(protected: bytes) -> Header:
    """Return the header of `protected` bytes.

    Raises:
        Malformed: not deterministic CBOR, a label missing, unknown, or of the wrong type.
        LimitExceeded: larger than `HEADER_BYTES_MAX`.
    """
    if len(protected) > HEADER_BYTES_MAX:
        raise LimitExceeded("protected header too large", field="protected")
    fields = decode_cbor(protected, name="protected")
    if not isinstance(fields, dict) or not _LABELS.issuperset(fields):
        raise _malformed("protected", f"labels among {sorted(_LABELS)} only")
    claims = fields.get(_CLAIMS)
    if not isinstance(claims, dict) or claims.keys() != {_ISSUER, _SUBJECT}:
        raise _malformed("protected.claims", "CWT claims iss and sub")
    header = Header(
        algorithm=fields.get(_ALG, 0),
        key_id=fields.get(_KEY_ID, b""),
        issuer=claims[_ISSUER],
        subject=claims[_SUBJECT],
        content_type=fields.get(_CONTENT_TYPE),
        proof_structure=fields.get(_PROOF_STRUCTURE),
    )
    _check_types(header)
    return header


def _check_types(header: Header) -> None:
    if type(header.algorithm) is not int or header.algorithm == 0:
        raise _malformed("protected.alg", "an algorithm number")
    if type(header.key_id) is not bytes or not header.key_id:
        raise _malformed("protected.kid", "key id bytes")
    if type(header.issuer) is not str or type(header.subject) is not str:
        raise _malformed("protected.claims", "text in iss and sub")
    if type(header.content_type) not in (str, type(None)):
        raise _malformed("protected.content_type", "a media type")
    if type(header.proof_structure) not in (int, type(None)):
        raise _malformed("protected.vds", "a number")


def to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """Return the Sig_structure bytes of RFC 9052 section 4.4 with empty external data."""
    return b"".join((_signed_head(protected), _bytes_head(len(payload)), payload))


@lru_cache(maxsize=_HEADER_CACHE_SIZE)
def _signed_head(protected: bytes) -> bytes:
    return b"\x84\x6aSignature1" + _bytes_head(len(protected)) + protected + b"\x40"


def build_sign1(
    protected: bytes, payload: bytes | None, signature: bytes, *, unprotected: bytes = b"\xa0"
) -> bytes:
    """Return the tagged message; `payload` None means detached (nil)."""
    body = b"\xf6" if payload is None else _bytes_head(len(payload)) + payload
    return b"".join(
        (
            b"\xd2\x84",
            _bytes_head(len(protected)),
            protected,
            unprotected,
            body,
            _bytes_head(len(signature)),
            signature,
        )
    )


def parse_sign1(message: bytes) -> Sign1:
    """Take a tagged COSE_Sign1 with an empty unprotected header apart; the hot path.

    Raises:
        Malformed: any other tag, structure, unprotected content, or encoding.
    """
    if message[:1] != b"\xd2":
        raise _malformed("tag", "CBOR tag 18 (COSE_Sign1)", found=message[:1].hex() or "nothing")
    parts = decode_structure(message[1:], name="message")
    if type(parts) is not list or len(parts) != 4:  # RFC 9052 section 4.2
        raise _malformed("message", "an array of four")
    protected, unprotected, payload, signature = parts
    if type(protected) is not bytes or type(payload) is not bytes:
        raise _malformed("message", "byte strings for protected header and payload")
    if unprotected != {} or type(unprotected) is not dict:
        raise _malformed("unprotected", "an empty unprotected header")
    if type(signature) is not bytes or len(signature) != _SIGNATURE_SIZE:
        raise _malformed("signature", "64 bytes")
    return Sign1(protected, payload, signature)


def _bytes_head(size: int) -> bytes:
    """Return the shortest CBOR head of a byte string of `size` bytes."""
    if size < 24:  # RFC 8949 section 3
        return bytes((0x40 | size,))
    if size < 256:
        return b"\x58" + size.to_bytes(1, "big")
    if size < 65_536:
        return b"\x59" + size.to_bytes(2, "big")
    return b"\x5a" + size.to_bytes(4, "big")


def _malformed(field: str, expected: str, *, found: str | None = None) -> Malformed:
    return Malformed(f"{field}: expected {expected}", field=field, expected=expected, found=found)
