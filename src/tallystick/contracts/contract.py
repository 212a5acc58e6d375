# SPDX-License-Identifier: Apache-2.0
"""The base class of contracts and the marks on their methods."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Final, Literal, TypeVar, overload

from msgspec import Struct
from msgspec.structs import replace

from tallystick.contracts.label import Label
from tallystick.contracts.records import Event
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.wording import NO_WORDS, Words
from tallystick.errors import InvalidContract

ANY_MEMBER: Final = "*"
"""The role that every active member of the network holds."""

_NAME: Final = re.compile("[a-z][a-z0-9]*([._-][a-z0-9]+)*")
_NAME_CHARACTERS_MAX: Final = 64
_RESERVED: Final = frozenset({"governance", "membership", "tallystick"})
_MARK: Final = "__tallystick_method__"

Function = TypeVar("Function", bound=Callable[..., Any])


class MethodMark(Struct, frozen=True, kw_only=True):
    """What `@action` and `@query` note on a function."""

    kind: Literal["action", "query"]
    label: Label | None
    roles: tuple[str, ...] = ()
    emits: tuple[type[Event], ...] = ()
    refuses: tuple[type[Refusal], ...] = ()
    emits_listed_in: str = ""
    """Attribute of the contract with further events, for a method that several contracts share."""


class Contract:
    """A program on the ledger: tables, actions that change them, queries that read them.

    ```python
    class Notes(Contract, name="notes", version=1):
        notes = Table(Note, key="id")

        @action(role="writer", label=Label(zh="记录", en="Write a note"))
        def write(self, ctx: Context, text: BoundedText) -> str: ...
    ```

    Contracts keep everything in tables: an instance takes no attributes, because what one call
    leaves on it another node would not have.
    """

    name: ClassVar[str] = ""
    version: ClassVar[int] = 0
    label: ClassVar[Label] = Label(zh="", en="")
    exclusive_roles: ClassVar[tuple[tuple[str, ...], ...]] = ()
    words: ClassVar[Words] = NO_WORDS
    """What fields, arguments, choices and states are called; see `words`."""

    def __init_subclass__(
        cls,
        *,
        name: str,
        version: int,
        label: Label | None = None,
        exclusive_roles: tuple[tuple[str, ...], ...] = (),
    ) -> None:
        """Take the contract's name and version.

        `exclusive_roles` are groups such as `(("officer", "reviewer"),)`: who holds two roles of
        a group can call no action that asks for one of them.

        Raises:
            InvalidContract: the name has another form or is the platform's, or a version below 1.
        """
        super().__init_subclass__()
        if _NAME.fullmatch(name) is None or len(name) > _NAME_CHARACTERS_MAX or name in _RESERVED:
            raise InvalidContract(
                f"{cls.__name__}: {name!r} cannot be the name of a contract",
                field=cls.__name__,
                expected="lower-case words joined by dots or hyphens, at most 64 characters",
                found=name[:80],
            )
        if version < 1:
            raise InvalidContract(f"{cls.__name__}: versions start at 1", found=str(version))
        cls.name = name
        cls.version = version
        cls.label = label or Label(zh=name, en=name)
        cls.exclusive_roles = exclusive_roles

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: state belongs into tables."""
        raise AttributeError(f"a contract keeps its state in tables; {name!r} would be lost")


def action(
    *,
    role: str | tuple[str, ...],
    label: Label,
    emits: tuple[type[Event], ...] = (),
    refuses: tuple[type[Refusal], ...] = (),
    emits_listed_in: str = "",
) -> Callable[[Function], Function]:
    """Mark a method that changes state by a transaction: `def method(self, ctx: Context, ...)`.

    `role` is the role a signer needs, or several of which one suffices, or `ANY_MEMBER`.
    `emits` and `refuses` name the events and the contract's own refusals. A method that several
    contracts share names the attribute in which each of them lists the events of its own.
    """
    roles = (role,) if isinstance(role, str) else role
    return _marker(
        MethodMark(
            kind="action",
            label=label,
            roles=roles,
            emits=emits,
            refuses=refuses,
            emits_listed_in=emits_listed_in,
        )
    )


@overload
def query(function: Function, /) -> Function: ...
@overload
def query(*, label: Label) -> Callable[[Function], Function]: ...
def query(
    function: Function | None = None, /, *, label: Label | None = None
) -> Function | Callable[[Function], Function]:
    """Mark a method that reads only, for everyone: `def method(self, ...)`, without a context."""
    marker: Callable[[Function], Function] = _marker(MethodMark(kind="query", label=label))
    return marker if function is None else marker(function)


def _marker(mark: MethodMark) -> Callable[[Function], Function]:
    def put(function: Function) -> Function:
        setattr(function, _MARK, mark)
        return function

    return put


def marked_methods(
    contract: type[Contract],
) -> Iterator[tuple[str, Callable[..., Any], MethodMark]]:
    """Yield name, function and mark of every marked method, in the order of definition.

    Raises:
        InvalidContract: the contract does not list the events of a method that it shares.
    """
    for name, value in class_attributes(contract).items():
        mark = mark_of(value)
        if mark is not None:
            yield name, value, _with_listed_events(contract, name, mark)


def _with_listed_events(contract: type[Contract], method: str, mark: MethodMark) -> MethodMark:
    if not mark.emits_listed_in:
        return mark
    listed = getattr(contract, mark.emits_listed_in, None)
    if not isinstance(listed, tuple):
        raise InvalidContract(
            f"{contract.__name__}.{method}: the contract does not list what it announces",
            field=f"{contract.__name__}.{mark.emits_listed_in}",
            expected=f"{mark.emits_listed_in} = (Event, ...), or () if there is nothing",
        )
    return replace(mark, emits=(*mark.emits, *listed), emits_listed_in="")


def mark_of(value: object) -> MethodMark | None:
    """Return what a decorator noted about a method; None for anything else."""
    mark = getattr(value, _MARK, None)
    return mark if isinstance(mark, MethodMark) else None


def mutable_attributes(contract: type[Contract]) -> list[str]:
    """Return the names of class attributes in which calls could leave something behind."""
    kinds = (list, dict, set, bytearray)
    return [name for name, value in class_attributes(contract).items() if isinstance(value, kinds)]


def class_attributes(contract: type[Contract]) -> dict[str, Any]:
    """Return what a contract class and its bases define, by name, in the order of definition."""
    found: dict[str, Any] = {}
    for owner in reversed(contract.__mro__[:-1]):  # without `object`
        found |= vars(owner)
    return {name: value for name, value in found.items() if not name.startswith("__")}
