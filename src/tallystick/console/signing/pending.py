# SPDX-License-Identifier: Apache-2.0
"""Transactions that wait for their signer's word: prepared once, confirmed once, never sent twice.

What will be signed is fixed when the preview is made, nonce included; so a page that is reloaded,
or a button that is pressed twice, ends in the same transaction.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, insert, select, update

from tallystick.client import problem_of
from tallystick.console.audit import Kind, note
from tallystick.console.confirmations import tie_confirmation
from tallystick.console.ledger import Json, at
from tallystick.console.records import METADATA, Records
from tallystick.console.sealed_packages import hand_over
from tallystick.console.signing.sendings import (
    LOST_AFTER_MS,
    SENDINGS,
    begin_sending,
    drop_sending,
    find_sending,
    note_taken,
)
from tallystick.console.visit import Person, Visit
from tallystick.crypto import sha256
from tallystick.encoding import build_sign1, format_base64, parse_base64
from tallystick.errors import NotFound, Rejected, TallystickError, Unavailable
from tallystick.model import decode_call, protected_header

PENDING: Final = Table(
    "pending",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("account", Integer, ForeignKey("accounts.id"), nullable=False),
    Column("contract", String(64), nullable=False),
    Column("method", String(64), nullable=False),
    Column("args", Text, nullable=False),
    Column("prepared", Text, nullable=False),
    Column("back", String(500), nullable=False),
    Column("made_at", Integer, nullable=False),
    Column("valid_until", Integer, nullable=False),
    Column("transaction", String(64)),
)
_ID_BYTES: Final = 16
_SENDINGS_MAX: Final = 20
_ON_ITS_WAY: Final = "accepted"
"""The node's word for what it has taken and what is in no block yet."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A transaction that waits, or what became of it."""

    id: str
    account: int
    contract: str
    method: str
    args: dict[str, Json]
    prepared: dict[str, Any]
    """What the node's `prepare` answered."""
    back: str
    """Address of the page it came from."""
    made_at: int
    valid_until: int
    transaction: str | None
    """Id, once it was sent."""

    @property
    def to_be_signed(self) -> bytes:
        """The exact bytes that the key signs."""
        return parse_base64(self.prepared["to_be_signed"])

    @property
    def digest(self) -> bytes:
        """SHA-256 of them: what a passkey is asked to confirm."""
        return sha256(self.to_be_signed)


async def propose(
    visit: Visit, contract: str, method: str, args: dict[str, Json], *, back: str = "/"
) -> str:
    """Prepare a call for the person who has signed in; return the address of its preview.

    Raises:
        Rejected: nobody has signed in, or the account has no key here.
        TallystickError: the arguments are not what the contract takes; `field` names which.
    """
    return f"/sign/{await prepare(visit, contract, method, args, back=back)}"


async def prepare(
    visit: Visit, contract: str, method: str, args: dict[str, Json], *, back: str
) -> str:
    """Prepare a call; return the id under which it waits. Raises as `propose`."""
    person, public_key = signer_of(visit)
    prepared = await visit.ledger.post(
        at("contracts", contract, method, "prepare"),
        {"args": args, "public_key": public_key, "organization": person.organization},
    )
    name = secrets.token_hex(_ID_BYTES)
    with visit.records.write() as connection:
        connection.execute(
            insert(PENDING).values(
                id=name,
                account=person.account,
                contract=contract,
                method=method,
                args=msgspec.json.encode(args).decode(),
                prepared=msgspec.json.encode(prepared).decode(),
                back=back,
                made_at=visit.now_ms,
                valid_until=prepared["valid_until_ms"],
            )
        )
    return name


def signer_of(visit: Visit) -> tuple[Person, str]:
    """Return who signs, and the public half of the key.

    Raises:
        Rejected: nobody has signed in, or the account has no key here.
    """
    person = visit.somebody()
    public_key = visit.vault.public_key(person.account)
    if public_key is None:
        raise Rejected(
            "this account keeps no key here",
            hint="Ask an administrator of this console for an invitation.",
        )
    return person, public_key


def find_pending(records: Records, name: str, account: int) -> Pending:
    """Return a transaction of an account; raises `NotFound`, for those of others too."""
    with records.read() as connection:
        wanted = select(PENDING).where(PENDING.c.id == name, PENDING.c.account == account)
        row = connection.execute(wanted).one_or_none()
    if row is None:
        raise NotFound("there is no such transaction waiting for you", field="id")
    values = dict(row._mapping)  # noqa: SLF001 # SQLAlchemy's public name
    for column in ("args", "prepared"):
        values[column] = msgspec.json.decode(values[column])
    return Pending(**values)


def digests_of(records: Records, account: int) -> dict[str, bytes]:
    """Return the digests of an account's waiting transactions: id -> SHA-256 of what is signed."""
    wanted = select(PENDING.c.id, PENDING.c.prepared).where(
        PENDING.c.account == account, PENDING.c.transaction.is_(None)
    )
    with records.read() as connection:
        return {
            row.id: sha256(parse_base64(msgspec.json.decode(row.prepared)["to_be_signed"]))
            for row in connection.execute(wanted)
        }


async def preview_of(visit: Visit, pending: Pending) -> Json:
    """Return what a transaction would do now, as the node tries it without keeping it.

    Raises:
        TallystickError: the node does not take such a call at all.
    """
    person, public_key = signer_of(visit)
    return await visit.ledger.post(
        f"{at('contracts', pending.contract, pending.method)}/preview",
        {"args": pending.args, "public_key": public_key, "organization": person.organization},
    )


async def send(visit: Visit, pending: Pending, *, patience_ms: int | None = None) -> Pending:
    """Sign and send a transaction that its signer has confirmed; again gives the first outcome.

    What is on the ledger already is not sent; what is not there yet is sent as the same bytes,
    which the node takes once.

    Args:
        visit: of the signer.
        pending: what was prepared.
        patience_ms: how long to wait until it is final; as long as the node likes if absent. After
            that the transaction is on its way, and what became of it is to be looked up.

    Raises:
        Rejected: it is too old, or the account has no key here.
        TallystickError: the node did not take it.
    """
    begun = find_sending(visit.records, pending.id)
    known = pending.transaction or (None if begun is None else begun.transaction)
    if known is not None and await on_ledger(visit, known) is not None:
        return await _taken(visit, pending, known, is_final=True)
    signed, transaction = _signed(visit, pending)
    begin_sending(visit.records, pending.id, transaction, visit.now_ms)
    place = at("contracts", pending.contract, pending.method)
    params: dict[str, str | int] = {"wait": "committed"}
    if patience_ms is not None:
        params["timeout_ms"] = patience_ms
    try:
        answer = await visit.ledger.ask("POST", place, json=signed, params=params)
    except TallystickError as error:
        said = problem_of(error)
        if said is None or said.transaction is None:
            if begun is None and not isinstance(error, Unavailable):
                drop_sending(visit.records, pending.id)
            raise
        is_final = True  # refused, and on the ledger so
    else:
        is_final = answer["transaction"]["level"] != _ON_ITS_WAY
    return await _taken(visit, pending, transaction, is_final=is_final)


async def on_ledger(visit: Visit, transaction: str) -> Json | None:
    """Return a transaction as the ledger has it, or None if it is in no block yet."""
    return await visit.ledger.find(at("transactions", transaction))


def _signed(visit: Visit, pending: Pending) -> tuple[dict[str, Json], str]:
    """Return a signed call as the node takes it, and the id that its transaction has.

    Raises:
        Rejected: it is too old, or the account has no key here.
    """
    person, public_key = signer_of(visit)
    if visit.now_ms >= pending.valid_until:
        raise Rejected("this preview is too old to be signed", hint=pending.back)
    signature = visit.vault.sign(person.account, pending.to_be_signed)
    if signature is None:
        raise Rejected(
            "this account keeps no key here",
            hint="Ask an administrator of this console for an invitation.",
        )
    signed = {
        "payload": pending.prepared["payload"],
        "signature": format_base64(signature),
        "public_key": public_key,
        "organization": person.organization,
    }
    payload = parse_base64(pending.prepared["payload"])
    network = decode_call(payload).network
    protected = protected_header(network, bytes.fromhex(public_key), person.organization)
    return signed, sha256(build_sign1(protected, payload, signature)).hex()


async def _taken(visit: Visit, pending: Pending, transaction: str, *, is_final: bool) -> Pending:
    """Note what became of a transaction; that it was sent is written down once."""
    if pending.transaction is None:
        with visit.records.write() as connection:
            sent = update(PENDING).where(PENDING.c.id == pending.id)
            connection.execute(sent.values(transaction=transaction))
        tie_confirmation(visit.records, pending.id, transaction)
        await note(visit, Kind.SIGNED, f"{pending.contract}.{pending.method} {transaction}")
    note_taken(visit.records, pending.id, visit.now_ms, is_final=is_final)
    if is_final:
        await hand_over(visit, pending.args, transaction)
    return find_pending(visit.records, pending.id, pending.account)


def sendings_of(records: Records, account: int, now_ms: int) -> list[dict[str, Any]]:
    """Return what an account signed and what may still come into a block, the latest first."""
    wanted = (
        select(PENDING.c.id, PENDING.c.contract, PENDING.c.method, SENDINGS.c.transaction)
        .add_columns(SENDINGS.c.signed_at, SENDINGS.c.taken_at)
        .join(SENDINGS, SENDINGS.c.pending == PENDING.c.id)
        .where(
            PENDING.c.account == account,
            SENDINGS.c.final_at.is_(None),
            PENDING.c.valid_until > now_ms - LOST_AFTER_MS,
        )
        .order_by(SENDINGS.c.signed_at.desc())
        .limit(_SENDINGS_MAX)
    )
    with records.read() as connection:
        return [dict(row) for row in connection.execute(wanted).mappings()]
