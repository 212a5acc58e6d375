# SPDX-License-Identifier: Apache-2.0
"""Receipts of other transparency services (RFC 9942, tree RFC9162_SHA256)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tallystick.encoding import ForeignSign1, decode_foreign, parse_foreign_sign1, to_be_signed
from tallystick.errors import InvalidReceipt, InvalidSignature, Malformed
from tallystick.interchange.transparency.parties import Party
from tallystick.merkle import inclusion_root, leaf_hash

TREE_RFC9162_SHA256: Final = 1
_CRITICAL, _KEY_ID, _CLAIMS, _TREE, _PROOFS, _INCLUSION = 2, 4, 15, 395, 396, -1
_ISSUER, _ISSUED_AT = 1, 6
_UNDERSTOOD: Final = frozenset({1, _CRITICAL, _KEY_ID, _CLAIMS, _TREE})
_PROOFS_MAX: Final = 16
_OWN_NETWORK: Final = re.compile(r"[^.]+\.[0-9a-f]{32}")
"""A name, and the beginning of the hash of the genesis document."""


@dataclass(frozen=True, slots=True)
class Registration:
    """Where a service has a statement in its log."""

    index: int
    size: int


@dataclass(frozen=True, slots=True)
class ServiceReceipt:
    """A receipt; nothing of it is believed yet."""

    message: ForeignSign1
    issuer: str | None
    """The service, as it names itself; None if it does not."""
    tree: int
    """What kind of tree its log is: 1 is RFC9162_SHA256."""
    time_ms: int | None
    """When the service says it gave the receipt."""

    @property
    def key_id(self) -> object:
        """What the service calls its key; None if it does not."""
        return self.message.header.get(_KEY_ID)


def is_receipt(data: bytes) -> bool:
    """Say whether this COSE_Sign1 is a receipt: it names a kind of tree, or holds proofs."""
    try:
        message = parse_foreign_sign1(data)
    except Malformed:
        return False
    return _TREE in message.header or _PROOFS in message.unprotected


def is_foreign_receipt(data: bytes) -> bool:
    """Say whether the log of a receipt is none of ours, by the name it has; unread it is ours."""
    try:
        issuer = read_receipt(data).issuer
    except InvalidReceipt:
        return False
    return issuer is None or _OWN_NETWORK.fullmatch(issuer) is None


def read_receipt(data: bytes) -> ServiceReceipt:
    """Return the receipt in a message.

    Raises:
        InvalidReceipt: another form, or labels that are critical and unknown.
    """
    try:
        message = parse_foreign_sign1(data, name="receipt")
    except Malformed as error:
        raise InvalidReceipt(error.message, field=error.field) from error
    header = message.header
    tree, claims, critical = header.get(_TREE), header.get(_CLAIMS, {}), header.get(_CRITICAL, ())
    if message.payload is not None:
        raise _malformed("receipt.payload", "a detached payload")
    if type(tree) is not int:
        raise _malformed("receipt.vds", "the kind of the tree")
    if not isinstance(critical, list | tuple) or not _UNDERSTOOD.issuperset(critical):
        raise _malformed("receipt.crit", "labels that are known here")
    if not isinstance(claims, Mapping):
        raise _malformed("receipt.claims", "CWT claims")
    issuer, moment = claims.get(_ISSUER), claims.get(_ISSUED_AT)
    if not isinstance(issuer, str | None):
        raise _malformed("receipt.claims", "an issuer that is a text")
    return ServiceReceipt(
        message, issuer, tree, moment * 1000 if type(moment) is int and moment >= 0 else None
    )


def check_registration(receipt: ServiceReceipt, statement: bytes, service: Party) -> Registration:
    """Check that a service has a statement in its log, by its receipt.

    Args:
        receipt: Over a tree RFC9162_SHA256.
        statement: The statement as it was registered.
        service: Whose keys and entries they should be.

    Raises:
        InvalidReceipt: it holds no proof of inclusion, or a malformed one.
        InvalidProof: a proof has not the only form for its numbers.
        InvalidSignature: no key of the service signed a root to which a proof leads.
    """
    leaf = leaf_hash(service.entry_of(statement))
    message, failure = receipt.message, InvalidSignature("no such key", field="receipt.kid")
    for size, index, path in _proofs(message):
        signed = to_be_signed(message.protected, inclusion_root(leaf, index, size, path))
        for key in service.keys_named(receipt.key_id):
            try:
                key.verify(message.header.get(1), signed, message.signature)
            except InvalidSignature as error:
                failure = error
            else:
                return Registration(index, size)
    raise failure


def _proofs(message: ForeignSign1) -> list[tuple[int, int, list[bytes]]]:
    """Return every proof of inclusion, all of them well formed; raises `InvalidReceipt`."""
    proofs = message.unprotected.get(_PROOFS)
    listed = proofs.get(_INCLUSION) if isinstance(proofs, Mapping) else None
    if not isinstance(listed, list | tuple) or not 1 <= len(listed) <= _PROOFS_MAX:
        raise _malformed("receipt.proofs", f"1 to {_PROOFS_MAX} proofs of inclusion")
    return [_proof(one) for one in listed]


def _proof(data: object) -> tuple[int, int, list[bytes]]:
    try:
        value = decode_foreign(data, name="receipt.proof") if isinstance(data, bytes) else None
    except Malformed as error:
        raise InvalidReceipt(error.message, field=error.field) from error
    match value:
        case [int() as size, int() as index, [*nodes]]:
            path = [node for node in nodes if isinstance(node, bytes)]
            if len(path) == len(nodes):
                inclusion_root(bytes(32), index, size, path)  # its form; the leaf comes later
                return size, index, path
    raise _malformed("receipt.proof", "[tree size, leaf index, path]")


def _malformed(field: str, expected: str) -> InvalidReceipt:
    return InvalidReceipt(f"{field}: expected {expected}", field=field, expected=expected)
