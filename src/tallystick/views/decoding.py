# SPDX-License-Identifier: Apache-2.0
"""Take the transactions, entries, write sets and records of a whole block apart at once.

Blocks were checked when they were committed; here only shapes are looked at, and what has an
unexpected one is shown as far as it can be read, never refused: the views must not stop.
Decoding item by item would cost more in calls than in decoding, so the items of a block are
decoded as one canonical list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

import msgspec

from tallystick.crypto import sha256
from tallystick.encoding import Value, decode_header, decode_structure, encode
from tallystick.errors import Corrupted, Malformed, TallystickError

Request: TypeAlias = "tuple[str | None, bytes | None, str | None, str | None, str | None]"
"""Organisation, public key, contract, method and arguments as JSON text: all known, or none."""
Events: TypeAlias = "list[tuple[str, str, Value]]"
"""Names, fields as JSON text, and the fields themselves."""
Result: TypeAlias = "tuple[bytes, str, Events]"
"""Transaction id, code and events."""
Write: TypeAlias = "tuple[bytes, bytes | None]"
"""State key and value; None deletes."""

UNREADABLE: Final = "unreadable"
"""Stands for the code of an entry that cannot be read."""

_TAG_SIGN1: Final = b"\xd2"
_NULL: Final = encode(None)
_UNKNOWN: Final[Request] = (None, None, None, None, None)
_PLAIN: Final = frozenset({str, int, bool, type(None)})
_to_json_lines = msgspec.json.Encoder().encode_lines
_from_json = msgspec.json.Decoder().decode


class _Broken:
    """Stands for the value of bytes that are not canonical."""


BROKEN: Final = _Broken()


def decode_all(items: Sequence[bytes]) -> list[Any]:
    """Return the value of each item; `BROKEN` for one that is not canonical.

    One decoding serves all: the head of a list and the items one after the other are a list. It
    fails if an item is broken, and only then they are decoded one by one.
    """
    if not items:
        return []
    try:
        values = decode_structure(_list_head(len(items)) + b"".join(items), name="block")
    except Malformed:
        return [_decode_one(item) for item in items]
    return values  # type: ignore[return-value]  # it begins with the head of a list


def read_requests(transactions: Sequence[bytes]) -> list[Request]:
    """Return what each transaction asks for."""
    messages = decode_all([raw[1:] if raw[:1] == _TAG_SIGN1 else _NULL for raw in transactions])
    calls = decode_all([_payload(message) for message in messages])
    requests = [_request(message, call) for message, call in zip(messages, calls, strict=True)]
    texts = json_texts([None if asked is None else asked[4] for asked in requests])
    return [
        _UNKNOWN if asked is None else (*asked[:4], text)
        for asked, text in zip(requests, texts, strict=True)
    ]


def read_results(entries: Sequence[bytes], transactions: Sequence[bytes]) -> list[Result]:
    """Return what each log entry says about its transaction."""
    found = [
        _result(entry, raw) for entry, raw in zip(decode_all(entries), transactions, strict=True)
    ]
    texts = iter(json_texts([fields for _, _, events in found for _, fields in events]))
    return [
        (transaction_id, code, [(name, next(texts), fields) for name, fields in events])
        for transaction_id, code, events in found
    ]


def read_write_sets(write_sets: Sequence[bytes]) -> list[list[Write]]:
    """Return the writes of each write set; none of one that cannot be read."""
    return [
        [
            (pair[0], pair[1])
            for pair in (pairs if type(pairs) is list else ())
            if type(pair) is list
            and len(pair) == 2
            and type(pair[0]) is bytes
            and (pair[1] is None or type(pair[1]) is bytes)
        ]
        for pairs in decode_all(write_sets)
    ]


def json_texts(values: Sequence[Value]) -> list[str]:
    """Return each value as JSON text, with byte strings as hexadecimal."""
    if not values:
        return []
    shown = [_without_bytes(value) if _holds_bytes(value) else value for value in values]
    # JSON escapes line ends inside texts, so each line is one value.
    return _to_json_lines(shown).decode().rstrip("\n").split("\n")


def json_text(value: Value) -> str:
    """Return one value as `json_texts` does."""
    return json_texts([value])[0]


def parse_json_text(text: str) -> Value:
    """Return the value of JSON that `json_text` wrote; byte strings stay hexadecimal.

    Raises:
        Corrupted: the text is damaged.
    """
    try:
        value: Value = _from_json(text)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Corrupted(
            f"the views are damaged: {error}", hint="Stop the node, then run `tally views rebuild`."
        ) from error
    return value


@lru_cache(maxsize=64)
def _list_head(count: int) -> bytes:
    """Return how the canonical bytes of a list of `count` items begin."""
    return encode([None] * count)[: -count * len(_NULL)]


def _decode_one(item: bytes) -> Any:  # noqa: ANN401  # whatever it is
    try:
        return decode_structure(item, name="item")
    except Malformed:
        return BROKEN


def _payload(message: Any) -> bytes:  # noqa: ANN401
    if type(message) is list and len(message) == 4 and type(message[2]) is bytes:
        return message[2]
    return _NULL


def _request(message: Any, call: Any) -> tuple[str, bytes, str, str, Value] | None:  # noqa: ANN401
    try:
        header = decode_header(message[0])
        contract, method, args = call["contract"], call["method"], call["args"]
    except (TallystickError, TypeError, KeyError):
        return None
    if type(contract) is not str or type(method) is not str:
        return None
    return header.issuer, header.key_id, contract, method, args


def _result(entry: Any, raw: bytes) -> tuple[bytes, str, list[tuple[str, Value]]]:  # noqa: ANN401
    try:
        _, transaction_id, _, _, code, _, events, _ = entry
        if type(transaction_id) is bytes and type(code) is str:
            return transaction_id, code, _named(events)
    except (TypeError, ValueError):
        pass
    return sha256(raw), UNREADABLE, []


def _named(events: Iterable[Any]) -> list[tuple[str, Value]]:
    found = [(name, fields) for name, fields in events]
    if any(type(name) is not str for name, _ in found):
        raise TypeError("the name of an event is text")
    return found


def _holds_bytes(value: Any) -> bool:  # noqa: ANN401
    kind = type(value)
    if kind is dict:
        children = value.values()
    elif kind is list:
        children = value
    else:
        return kind is bytes
    if _PLAIN.issuperset(map(type, children)):
        return False
    return any(_holds_bytes(child) for child in children if type(child) not in _PLAIN)


def _without_bytes(value: Value) -> Value:
    if type(value) is dict:
        return {key: _without_bytes(child) for key, child in value.items()}
    if type(value) is list:
        return [_without_bytes(child) for child in value]
    return value.hex() if type(value) is bytes else value
