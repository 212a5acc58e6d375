# SPDX-License-Identifier: Apache-2.0
"""hypothesis strategies from the types of contracts, and a state machine over their actions.

Needs hypothesis, which the package itself does not require.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, ClassVar, Final, NamedTuple
from unicodedata import is_normalized, normalize

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tallystick.contracts import (
    Contract,
    FieldSchema,
    ValueType,
    check_arguments,
    describe_type,
    schema_of,
)
from tallystick.errors import Rejected, TallystickError
from tallystick.testing.net import Net
from tallystick.testing.organizations import credit_code
from tallystick.testing.people import Person
from tallystick.testing.random_values import Memory, learn_from

_SIZE_MAX: Final = 20
"""Without a bound in the type, texts and lists are at most this much above their least size."""
_NATIVE: Final = (bytes,)
_TEXT: Final = st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Co", "Cn"))
_LINE_RULE: Final = "^(?!"
_ORGANIZATIONS: Final = st.sampled_from([credit_code(name) for name in "abcdef"])
_HEXADECIMAL: Final = st.text("0123456789abcdef", min_size=64, max_size=64)
_DIGIT_OR_LETTER: Final = string.ascii_letters + string.digits


def values_of(annotation: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401  # any annotation
    """Return the values of an annotation: of a record class, `Amount`, `list[Digest]` and so on.

    Raises:
        InvalidContract: it means something that ledger data cannot hold.
    """
    plain = plain_values(describe_type(annotation))
    return plain.map(partial(msgspec.convert, type=annotation, builtin_types=_NATIVE))


def arguments_of(contract: type[Contract], method: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return arguments that a method takes, as plain data by name.

    They are of the right types; whether the contract's rules like them is another matter.

    Raises:
        UnknownContract: the contract has no such method.
    """
    return fields_of(schema_of(contract).method(method).arguments)


def fields_of(fields: tuple[FieldSchema, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Return maps with the fields' values; those with a default may be left out."""
    required = {field.name: plain_values(field.type) for field in fields if field.is_required}
    optional = {field.name: plain_values(field.type) for field in fields if not field.is_required}
    return st.fixed_dictionaries(required, optional=optional)


def plain_values(kind: ValueType) -> st.SearchStrategy[Any]:
    """Return the values of a schema's type, as plain data."""
    found = _SIMPLE[kind.kind](kind)
    return st.none() | found if kind.is_nullable else found


class _Action(NamedTuple):
    """An action, with the strategy of each argument, which is dear to make."""

    contract: str
    method: str
    arguments: tuple[tuple[FieldSchema, st.SearchStrategy[Any]], ...]

    def __repr__(self) -> str:
        return f"{self.contract}.{self.method}"


@cache
def _actions(contract: type[Contract]) -> tuple[_Action, ...]:
    return tuple(
        _Action(
            contract.name,
            method.name,
            tuple((field, plain_values(field.type)) for field in method.arguments),
        )
        for method in schema_of(contract).methods
        if method.kind == "action"
    )


class ContractMachine(RuleBasedStateMachine):
    """Fires random actions of random people and lets time pass; hypothesis shrinks what breaks.

    Subclass it, name the contracts, and add invariants (`hypothesis.stateful.invariant`) that look
    at `self.net`:

    ```python
    class LoansMachine(ContractMachine):
        contracts = (Loans,)

        @invariant()
        def nobody_holds_what_nobody_owns(self) -> None: ...


    TestLoans = LoansMachine.TestCase
    ```
    """

    contracts: ClassVar[tuple[type[Contract], ...]] = ()
    organizations: ClassVar[tuple[str, ...]] = ("core", "supplier", "bank")

    def __init__(self) -> None:
        """Start with an empty ledger."""
        super().__init__()
        self.net = Net(self.contracts)
        self.people: list[Person] = list(self.net.orgs(*self.organizations))
        self._memory = Memory()
        classes: tuple[Any, ...] = self.contracts  # hashable, whatever the type checker thinks
        self._actions = [one for contract in classes for one in _actions(contract)]

    @rule(data=st.data())
    def act(self, data: st.DataObject) -> None:
        """Call an action; a refusal is an outcome like others."""
        action = data.draw(st.sampled_from(self._actions), label="action")
        person = data.draw(st.sampled_from(self.people), label="person")
        arguments = {
            field.name: data.draw(self._values(field, fresh), label=field.name)
            for field, fresh in action.arguments
        }
        try:
            answer = self.net.perform(person, action.contract, action.method, **arguments)
        except TallystickError:
            return
        learn_from(self._memory, answer)

    @rule(hours=st.integers(1, 72))
    def let_time_pass(self, hours: int) -> None:
        """Move the clock."""
        self.net.warp(hours=hours)

    def _values(self, field: FieldSchema, fresh: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        if field.type.format == "organization":
            return st.sampled_from([person.code for person in self.people])
        seen = [
            value for group in self._memory.candidates(field.type, field.name) for value in group
        ]
        return st.sampled_from(seen) | fresh if seen else fresh


def _sizes(kind: ValueType) -> dict[str, Any]:
    least = kind.size_min or 0
    most = least + _SIZE_MAX
    return {
        "min_size": least,
        "max_size": most if kind.size_max is None else min(most, kind.size_max),
    }


def _texts(kind: ValueType) -> st.SearchStrategy[str]:
    known = _FORMATS.get(kind.format or "")
    if known is not None:
        return known.filter(partial(_is_text_of, kind))
    if kind.pattern is None or kind.pattern.startswith(_LINE_RULE):
        made: st.SearchStrategy[str] = st.text(_TEXT, **_sizes(kind))
    else:
        made = st.from_regex(kind.pattern)
    return made.map(partial(normalize, "NFC")).filter(partial(_is_text_of, kind))


def _is_text_of(kind: ValueType, text: str) -> bool:
    if not (kind.size_min or 0) <= len(text) <= (kind.size_max or len(text)):
        return False
    if not is_normalized("NFC", text):
        return False
    try:
        check_arguments({"text": text})
    except Rejected:
        return False
    return kind.pattern is None or re.search(kind.pattern, text) is not None


def _items(kind: ValueType) -> st.SearchStrategy[Any]:
    return plain_values(kind.items or ValueType(kind="text"))


_Make = Callable[[ValueType], st.SearchStrategy[Any]]
_SIMPLE: Final[Mapping[str, _Make]] = {
    "text": _texts,
    "integer": lambda kind: st.integers(kind.minimum, kind.maximum),
    "boolean": lambda _: st.booleans(),
    "bytes": lambda kind: st.binary(**_sizes(kind)),
    "date": lambda _: st.dates().map(lambda day: day.isoformat()),
    "choice": lambda kind: st.sampled_from(kind.choices),
    "list": lambda kind: st.lists(_items(kind), **_sizes(kind)),
    "map": lambda kind: st.dictionaries(
        st.text(_DIGIT_OR_LETTER, min_size=1, max_size=8), _items(kind), **_sizes(kind)
    ),
    "record": lambda kind: fields_of(kind.fields),
}
_FORMATS: Final[Mapping[str, st.SearchStrategy[str]]] = {
    "sha256": _HEXADECIMAL,
    "sm3": _HEXADECIMAL,
    "digest": _HEXADECIMAL,
    "organization": _ORGANIZATIONS,
    "identifier": st.from_regex("[A-Za-z0-9][A-Za-z0-9._-]{0,31}", fullmatch=True),
    "media-type": st.sampled_from(["text/plain", "application/pdf", "image/png"]),
}
"""Formats whose pattern alone would give values that hypothesis finds slowly, or no real ones."""
