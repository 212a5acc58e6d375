# SPDX-License-Identifier: Apache-2.0
"""Flows that call contracts by their schema: find it, turn values, submit, read what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from msgspec import Struct

from tallystick.client.contract_errors import ContractErrors
from tallystick.client.exchange import Ask, Flow, fetch_json
from tallystick.client.previews import Preview, fetch_preview
from tallystick.client.problems import Placed
from tallystick.client.reading import fetch_transaction, query
from tallystick.client.records import VerifiedReceipt
from tallystick.client.schema import ContractSchema, MethodSchema, python_name
from tallystick.client.session import Session
from tallystick.client.submission import committed, fetch_receipt, submit
from tallystick.client.typed_values import TypedItem, from_ledger, to_json, to_ledger, typed_item
from tallystick.encoding import Value, format_json
from tallystick.errors import (
    InvalidArguments,
    NotFound,
    TallystickError,
    UnknownContract,
    UsageError,
)

Result = TypeVar("Result")


class _Schemas(Struct, frozen=True):
    items: list[ContractSchema]


@dataclass(frozen=True, slots=True)
class ContractEvent:
    """A fact that a call announced, with Python values."""

    name: str
    """`contract.Event`."""
    fields: TypedItem


@dataclass(frozen=True, slots=True)
class ActionResult(Generic[Result]):
    """An action that took effect, with its verified receipt."""

    tx: Placed
    receipt: VerifiedReceipt
    result: Result
    """What the method returned, from the verified log entry, with Python values."""
    events: tuple[ContractEvent, ...]

    def __repr__(self) -> str:
        return f"<ActionResult {self.result!r} in block {self.tx.height}, tx {self.tx.id[:16]}>"

    def to_dict(self) -> dict[str, Any]:
        """Return the outcome as plain JSON values."""
        result = self.result
        return {
            "transaction": self.tx.id,
            "height": self.tx.height,
            "result": result.to_dict() if isinstance(result, TypedItem) else to_json(result),
            "events": [{"name": e.name, "fields": e.fields.to_dict()} for e in self.events],
        }

    def json(self) -> str:
        """Return the outcome as JSON text."""
        return format_json(self.to_dict(), indent=2)


@dataclass(frozen=True, slots=True)
class Bound:
    """A method of a contract and what refusals of the contract become."""

    schema: ContractSchema
    method: MethodSchema
    errors: ContractErrors

    def arguments(
        self, given: tuple[Any, ...], named: Mapping[str, Any], *, is_complete: bool = True
    ) -> dict[str, Value]:
        """Return the arguments of a call as the ledger takes them.

        Raises:
            InvalidArguments: one is missing, unknown, given twice, or of another type.
        """
        names = [one.name for one in self.method.arguments]
        places = dict(zip(names, given, strict=False))
        twice = places.keys() & named.keys()
        if twice or len(given) > len(names):
            raise InvalidArguments(
                f"{self.method.name} takes each argument once",
                field=next(iter(twice), self.method.name),
                expected=", ".join(names) or "no arguments",
                found=f"{len(given)} by place",
            )
        values = to_ledger(places | dict(named), self.method.arguments)
        missing = [
            one.name for one in self.method.arguments if one.is_required and one.name not in values
        ]
        if missing and is_complete:
            raise InvalidArguments(
                f"{self.method.name} also needs {', '.join(missing)}",
                field=missing[0],
                expected=", ".join(names),
            )
        return values


class Contracts:
    """The schemas that a node offers, fetched when first needed."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._errors: dict[str, ContractErrors] = {}
        self.known: dict[str, ContractSchema] = {}

    def load(self) -> Flow[dict[str, ContractSchema]]:
        """Return the node's contracts by name, asked anew."""
        found = (yield from fetch_json(Ask("GET", "/v1/contracts"), _Schemas)).items
        self.known = {one.name: one for one in found}
        self._errors = {}
        return self.known

    def find(self, name: str) -> Flow[ContractSchema]:
        """Return a contract's schema; a name that is not known may have been activated since.

        Raises:
            UnknownContract: the node runs no such contract.
        """
        found = self.look_up(name)
        if found is None:
            yield from self.load()
            found = self.look_up(name)
        if found is None:
            raise UnknownContract(
                f"the node runs no contract {name[:80]}",
                field="contract",
                expected=", ".join(self.known) or "none are active",
                found=name[:80],
            )
        return found

    def look_up(self, name: str) -> ContractSchema | None:
        """Return a known contract by its name or by its name in Python."""
        spelled = (one for one in self.known.values() if python_name(one.name) == name)
        return self.known.get(name) or next(spelled, None)

    def below(self, path: str) -> set[str]:
        """Return the next words of known contracts' names after a dotted path."""
        start = f"{path}." if path else ""
        names = [python_name(one) for one in self.known]
        return {n[len(start) :].partition(".")[0] for n in names if n.startswith(start)}

    def errors(self, schema: ContractSchema) -> ContractErrors:
        """Return the classes of a contract's refusals: the same ones every time."""
        if schema.name not in self._errors:
            self._errors[schema.name] = ContractErrors(schema)
        return self._errors[schema.name]

    def bound(self, schema: ContractSchema, method: str) -> Bound:
        """Return a method by name.

        Raises:
            UnknownContract: the contract has none of this name.
        """
        found = schema.method(method)
        if found is None:
            raise UnknownContract(
                f"{schema.name} has no method {method[:80]}",
                field="method",
                expected=", ".join(one.name for one in schema.methods),
                found=method[:80],
            )
        return Bound(schema, found, self.errors(schema))


def signed_call(session: Session, bound: Bound, args: dict[str, Value]) -> Flow[bytes]:
    """Return a call as a signed transaction.

    Raises:
        UsageError: a query takes no transaction.
    """
    if bound.method.kind != "action":
        raise UsageError(f"{bound.method.name} is a query: nothing to submit", field="method")
    return (yield from session.signed(bound.schema.name, bound.method.name, args))


def foresee(session: Session, bound: Bound, args: Mapping[str, Value]) -> Flow[Preview]:
    """Return what a call would do; a refusal is part of the answer.

    Raises:
        UsageError: a query changes nothing.
    """
    if bound.method.kind != "action":
        raise UsageError(f"{bound.method.name} is a query: call it", field="method")
    return (yield from fetch_preview(session, bound.schema.name, bound.method.name, args))


def hand_in(session: Session, bound: Bound, raw: bytes) -> Flow[Placed]:
    """Submit a signed call without waiting for its block; a refusal may still come."""
    return (yield from _typed(bound, submit(session, raw, wait=False)))


def finish(session: Session, bound: Bound, raw: bytes, timeout_ms: int) -> Flow[ActionResult[Any]]:
    """Submit a signed call and return what came of it; the same bytes again do no harm.

    Raises:
        Refused: a rule said no, as the class that the contract declares for it.
        NotFinal, Unavailable, Unverified: as `submit` and `fetch_receipt`.
    """
    placed = yield from _typed(bound, submit(session, raw, timeout_ms=timeout_ms))
    receipt = yield from fetch_receipt(session, placed.id)
    done = committed(placed, receipt)
    events = tuple(
        ContractEvent(one.name, typed_item(one.fields, bound.schema.event_type(one.name)))
        for one in done.events
    )
    return ActionResult(placed, receipt, from_ledger(done.result, bound.method.result), events)


def ask(bound: Bound, args: Mapping[str, Value]) -> Flow[Any]:
    """Return what a query answers, with Python values: the node's word, not a proof."""
    texts = {name: _query_text(value) for name, value in args.items() if value is not None}
    found = yield from _typed(bound, query(bound.schema.name, bound.method.name, texts))
    return from_ledger(found, bound.method.result)


def _typed(bound: Bound, flow: Flow[Result]) -> Flow[Result]:
    """Run a flow, in which a refusal is raised as the class that the contract declares for it."""
    try:
        return (yield from flow)
    except TallystickError as error:
        typed = bound.errors.typed(error)
        if typed is error:
            raise
        raise typed from error


def is_committed(transaction_id: str) -> Flow[bool]:
    """Say whether a transaction is in a block, whatever became of it there."""
    try:
        yield from fetch_transaction(transaction_id)
    except NotFound:
        return False
    return True


def _query_text(value: Value) -> str:
    plain = to_json(value)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    return format_json(plain) if isinstance(plain, list | dict) else str(plain)
