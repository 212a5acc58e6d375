# SPDX-License-Identifier: Apache-2.0
"""Checks the signatures of the parties to a case: by their keys, and as transactions carried them.

The facts of the case say who signed what with which key, and whether the key's certificate was in
force then; they follow from proven records. Here each signature is verified over its digest, and
looked for in the transactions whose receipts the extract has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from tallystick.cli.answers import Line, Mark
from tallystick.cli.catalogue import say
from tallystick.client import Extract
from tallystick.crypto import is_valid_signature
from tallystick.encoding import format_json
from tallystick.errors import TallystickError
from tallystick.model import Transaction, decode_transaction, parse_receipt


class _Signature(msgspec.Struct, frozen=True, kw_only=True):
    of: str
    party: str
    document: str
    public_key: str
    signature: str
    signed_at: str
    certificate: str
    certificate_in_force: bool


def signature_lines(extract: Extract) -> tuple[Line, ...]:
    """Return a line for each signature that the facts of a case list; none if they list none."""
    listed = extract.facts.get("signatures")
    if listed is None:
        return ()
    try:
        signatures = msgspec.convert(listed, list[_Signature])
        carried = dict(_carried(extract.receipts))
    except (msgspec.ValidationError, TallystickError) as error:
        title = say("bundle.check_parties")
        return (Line(Mark.FAILED, title, str(error), code="signatures"),)
    return tuple(_line(one, carried.get(one.signature)) for one in signatures)


def _line(one: _Signature, carried: Transaction | None) -> Line:
    """Return what became of one signature: the first thing that does not hold, or all of it."""
    title = say("bundle.signature_of", party=one.party, of=one.of)
    words: Mapping[str, str] = {"certificate": one.certificate, "time": one.signed_at}
    if not _is_over(one):
        return Line(Mark.FAILED, title, say("bundle.signature_wrong"), code="signatures")
    if not one.certificate_in_force:
        evidence = say("bundle.certificate_over", **words)
        return Line(Mark.FAILED, title, evidence, code="signatures")
    if carried is None:
        return Line(Mark.FAILED, title, say("bundle.not_carried"), code="signatures")
    method = f"{carried.call.contract}.{carried.call.method}"
    evidence = say("bundle.signature_holds", method=method, sender=carried.organization, **words)
    return Line(Mark.OK, title, evidence, code="signatures")


def _is_over(one: _Signature) -> bool:
    try:
        key, document, signature = (
            bytes.fromhex(text) for text in (one.public_key, one.document, one.signature)
        )
    except ValueError:
        return False
    return is_valid_signature(key, document, signature)


def _carried(receipts: tuple[Mapping[str, object], ...]) -> Iterator[tuple[str, Transaction]]:
    """Yield every text that a transaction's arguments have, with the transaction."""
    for receipt in receipts:
        text = format_json(dict(receipt))
        transaction = decode_transaction(parse_receipt(text).transaction)
        for found in _texts(transaction.call.args):
            yield found, transaction


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
