# SPDX-License-Identifier: Apache-2.0
"""Fuzz targets for whatever takes bytes or text apart.

Accepted means: encoding what was understood gives the same bytes back, so there is one spelling.
"""

from __future__ import annotations

import json
import math

from tallystick.client import Trust
from tallystick.client.finality_check import check_finality
from tallystick.encoding import (
    build_sign1,
    canonical,
    decode,
    decode_cbor,
    encode,
    encode_cbor,
    encode_header,
    format_base64,
    format_base64url,
    format_json,
    parse_base64,
    parse_base64url,
    parse_hex,
    parse_json,
    parse_sign1,
)
from tallystick.encoding import decode_header as decode_cose_header
from tallystick.model import (
    EngineStart,
    FinalityProof,
    Receipt,
    Transition,
    build_log_receipt,
    decode_certificate,
    decode_entry,
    decode_finality,
    decode_genesis,
    decode_header,
    decode_log_receipt,
    decode_transaction,
    decode_validators,
    decode_write_set,
    encode_call,
    encode_entry,
    encode_validators,
    encode_write_set,
    open_checkpoint,
    open_cosignatures,
    parse_receipt,
    split_transparent_statement,
    transparent_statement,
)
from tallystick.units import INTEGER_MAX
from tests import factories
from tests.fuzz.agreement import agreement_world
from tests.fuzz.kit import attempt, expect, same_by_every_encoder, text_of
from tests.fuzz.world import receipt_world

ROUND_TRIP = "what was accepted encodes to the same bytes"
_ORIGIN = factories.NETWORK


def canonical_bytes(data: bytes) -> bool:
    """Canonical CBOR: both encoders, accept or refuse, and the same value."""
    value = same_by_every_encoder(lambda given: [decode(given)], data)
    if value is None:
        return False
    again = same_by_every_encoder(lambda given: encode(decode(given)), data)
    expect(again == data, ROUND_TRIP, again)
    return True


def cose_headers(data: bytes) -> bool:
    """CBOR with integer keys, and the protected header made of it."""
    value = attempt(decode_cbor, data)
    if value is not None:
        expect(encode_cbor(value) == data, ROUND_TRIP, value)
    header = attempt(decode_cose_header, data)
    if header is None:
        return False
    expect(encode_header(header) == data, ROUND_TRIP, header)  # type: ignore[arg-type]
    return True


def cose_message(data: bytes) -> bool:
    """COSE_Sign1 with an empty unprotected header."""
    message = same_by_every_encoder(parse_sign1, data)
    if message is None:
        return False
    found = parse_sign1(data)
    expect(build_sign1(found.protected, found.payload, found.signature) == data, ROUND_TRIP)
    return True


def transaction(data: bytes) -> bool:
    """A transaction, by each encoder; its payload is canonical by itself."""
    if same_by_every_encoder(decode_transaction, data) is None:
        return False
    found = decode_transaction(data)
    payload = encode_call(found.call)
    expect(payload == parse_sign1(data).payload, ROUND_TRIP, found)
    expect(attempt(decode, payload) is not None, "a payload is canonical by itself", found)
    return True


def entry(data: bytes) -> bool:
    """A log entry."""
    if same_by_every_encoder(decode_entry, data) is None:
        return False
    found = decode_entry(data)
    expect(encode_entry(found) == data, ROUND_TRIP, found)
    for number in (found.height, found.block_time):
        expect(0 <= number <= INTEGER_MAX, "numbers of an entry are in range", found)
    return True


def write_set(data: bytes) -> bool:
    """A write set."""
    if same_by_every_encoder(decode_write_set, data) is None:
        return False
    expect(encode_write_set(decode_write_set(data)) == data, ROUND_TRIP)
    return True


def block_header(data: bytes) -> bool:
    """A block header."""
    if same_by_every_encoder(decode_header, data) is None:
        return False
    found = decode_header(data)
    expect(found.encode() == data, ROUND_TRIP, found)
    for number in (found.height, found.time, found.log_size):
        expect(0 <= number <= INTEGER_MAX, "numbers of a header are in range", found)
    return True


def genesis(data: bytes) -> bool:
    """A genesis document: all fields present, no others."""
    if same_by_every_encoder(decode_genesis, data) is None:
        return False
    found = decode_genesis(data)
    expect(found.encode() == data, ROUND_TRIP, found)
    expect(0 <= found.created <= INTEGER_MAX, "numbers of a genesis are in range", found)
    return True


def checkpoint(data: bytes) -> bool:
    """A signed note: as it is if the first byte is 0, else its body with an honest signature."""
    text = text_of(data[1:])
    if text is None:
        return False
    note = text
    is_raw = data[:1] == b"\0"
    if not is_raw:
        blob = bytes.fromhex(_hint()) + factories.LOG_KEY.sign(text.encode())
        note = f"{text}\n— {_ORIGIN} {format_base64(blob)}\n"
    public_key = factories.LOG_KEY.public_key
    found = attempt(lambda: open_checkpoint(note, public_key, origin=_ORIGIN))
    if found is None:
        return False
    body = open_checkpoint(note, public_key, origin=_ORIGIN).body()
    signed = note.partition("\n\n")[0] + "\n"
    expect(body == signed, "what was signed is what was understood", body)
    if is_raw:
        honest = [one.partition("\n\n")[0] + "\n" for one in receipt_world().checkpoints.values()]
        expect(body in honest, "only what the log key signed verifies", body)
    return True


def _hint() -> str:
    return receipt_world().trust.verifier_keys[0].split("+", 2)[1]


def log_receipt(data: bytes) -> bool:
    """A COSE Receipt."""
    if attempt(decode_log_receipt, data) is None:
        return False
    found = decode_log_receipt(data)
    again = build_log_receipt(
        found.origin,
        found.key_id,
        signature=found.signature,
        size=found.size,
        index=found.index,
        path=found.path,
    )
    expect(again == data, ROUND_TRIP, found)
    return True


def statement(data: bytes) -> bool:
    """A transparent statement."""
    if attempt(split_transparent_statement, data) is None:
        return False
    expect(transparent_statement(*split_transparent_statement(data)) == data, ROUND_TRIP)
    return True


def finality(data: bytes) -> bool:
    """A finality proof; what is accepted can be hashed and looked into without a fault."""
    found = attempt(decode_finality, data)
    if not isinstance(found, FinalityProof):
        return False
    expect(found.encode() == data, ROUND_TRIP, found)
    attempt(check_finality, found, found.header.chain_id)
    return True


def certificate(data: bytes) -> bool:
    """A certificate of a validator-set history, and what the walk makes of it."""
    found = attempt(decode_certificate, data)
    if not isinstance(found, Transition | EngineStart):
        return False
    expect(found.encode() == data, ROUND_TRIP, found)
    world = agreement_world()
    history = attempt(world.trust.validators_with, [data])
    if history is not None:
        expect(data in world.certificates, "only what the validators signed extends a history")
    return True


def validator_record(data: bytes) -> bool:
    """The record of a validator set in the membership tree."""
    found = attempt(decode_validators, data)
    if not isinstance(found, tuple):
        return False
    expect(encode_validators(found) == data, ROUND_TRIP, found)
    return True


def cosignatures(data: bytes) -> bool:
    """Signature lines after a checkpoint's body: only organisations that signed are named."""
    world = agreement_world()
    text = text_of(data)
    if text is None:
        return False
    keys = [(organization, key) for key, organization in world.trust.log_keys.items()]
    note, network = world.body + text, world.trust.network
    found = attempt(lambda: open_cosignatures(note, keys, network=network))
    if not isinstance(found, list):
        return False
    expect(all(one in world.cosignatures for one in found), "only what was signed is named", found)
    return bool(found)


def receipt_file(data: bytes) -> bool:
    """A receipt file's JSON; its parts need not decode, but must survive a round trip."""
    found = attempt(parse_receipt, data)
    if not isinstance(found, Receipt):
        return False
    expect(parse_receipt(found.to_json()) == found, ROUND_TRIP, found)
    return True


def trust_file(data: bytes) -> bool:
    """A trust file's JSON."""
    found = attempt(Trust.parse, data)
    if not isinstance(found, Trust):
        return False
    expect(Trust.parse(found.to_json()) == found, ROUND_TRIP, found)
    return True


def strict_json(data: bytes) -> bool:
    """JSON: nothing that Python's own reader refuses, no duplicate key, no infinity."""
    found = attempt(lambda: [parse_json(data)])
    text = text_of(data)
    if found is None:
        return False
    expect(text is not None, "JSON is UTF-8", data)
    value = json.loads(text or "", object_pairs_hook=_pairs)
    expect(repr(_plain(value)) == repr(parse_json(data)), "the same value as a plain reader", value)
    _check_finite(value)
    expect(parse_json(format_json(parse_json(data))) == parse_json(data), ROUND_TRIP, value)
    return True


class _Pairs(list[tuple[str, object]]):
    """A map as it stands in the text, duplicates and all."""


def _pairs(pairs: list[tuple[str, object]]) -> _Pairs:
    names = [name for name, _ in pairs]
    expect(len(set(names)) == len(names), "no duplicate keys", names)
    return _Pairs(pairs)


def _plain(value: object) -> object:
    if isinstance(value, _Pairs):
        return {name: _plain(child) for name, child in value}
    return [_plain(child) for child in value] if isinstance(value, list) else value


def _check_finite(value: object) -> None:
    children = [child for _, child in value] if isinstance(value, _Pairs) else value
    for child in children if isinstance(children, list) else ():
        _check_finite(child)
    if isinstance(value, float):
        expect(math.isfinite(value), "no infinity and no NaN", value)


def text_forms(data: bytes) -> bool:
    """Base64, base64url and hex: one spelling for each byte string (hex: two cases)."""
    text = text_of(data)
    if text is None:
        return False
    found = [attempt(parse, text) for parse in (parse_base64, parse_base64url, parse_hex)]
    for value, form in zip(found[:2], (format_base64, format_base64url), strict=True):
        expect(value is None or form(value) == text, ROUND_TRIP, text)  # type: ignore[arg-type]
    if isinstance(found[2], bytes):
        expect(found[2].hex() == text.lower(), ROUND_TRIP, text)
    return any(value is not None for value in found)


def encoder_name() -> str:
    """Return which encoder the package itself has chosen here."""
    return canonical.ENCODER
