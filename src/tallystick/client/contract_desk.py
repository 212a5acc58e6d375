# SPDX-License-Identifier: Apache-2.0
"""`net.NAME.METHOD(...)`: any contract of a node by the schema that the node offers."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from tallystick.client.calling import (
    ActionResult,
    Bound,
    Contracts,
    ask,
    finish,
    foresee,
    hand_in,
    is_committed,
    signed_call,
)
from tallystick.client.contract_errors import ContractErrors
from tallystick.client.links import Link
from tallystick.client.method_help import describe, signature_of
from tallystick.client.previews import Preview
from tallystick.client.schema import ContractSchema
from tallystick.client.submission import WAIT_MS_DEFAULT
from tallystick.client.table_query import Question
from tallystick.client.tables import TableQuery
from tallystick.client.typed_values import TypedItem

Result = TypeVar("Result")


class PendingAction(Generic[Result]):
    """A call that a node has taken and that may not be final yet."""

    def __init__(self, link: Link, bound: Bound, raw: bytes, transaction_id: str) -> None:
        """Keep the signed bytes: submitting them again gives the first outcome."""
        self._link = link
        self._bound = bound
        self._raw = raw
        self.id = transaction_id
        """Of the transaction, 64 hex digits."""

    def done(self) -> bool:
        """Say whether it is in a block, whatever became of it there."""
        return self._link.run(is_committed(self.id))

    def result(self, *, timeout_ms: int = WAIT_MS_DEFAULT) -> ActionResult[Result]:
        """Wait until it is committed, and return what came of it.

        Raises:
            Refused: a rule of the contract said no.
            NotFinal, Unavailable, Unverified: as they say; ask again.
        """
        return self._link.run(finish(self._link.session, self._bound, self._raw, timeout_ms))

    def __repr__(self) -> str:
        return f"<PendingAction {self._bound.method.name}, tx {self.id[:16]}>"


class ContractMethod:
    """A method of a contract, to be called; `help()` shows its arguments."""

    def __init__(self, link: Link, bound: Bound) -> None:
        """Take over the method's name, text and signature."""
        self._link = link
        self._bound = bound
        self.schema = bound.method
        self.__name__ = bound.method.name
        self.__doc__ = describe(bound.schema, bound.method)
        self.__signature__: inspect.Signature = signature_of(bound.method)

    def __call__(self, *given: Any, **named: Any) -> Any:  # noqa: ANN401  # the schema decides
        """Call it: an action returns an `ActionResult`, a query what it answers.

        `wait=False` returns a `PendingAction` at once, unless the method has an argument `wait`.

        Raises:
            InvalidArguments: they do not fit; nothing was sent.
            Refused: a rule of the contract said no: one of `errors`, if the contract declares it.
            NotFinal, Unavailable, Unverified: as they say.
        """
        is_own = any(one.name == "wait" for one in self.schema.arguments)
        if not is_own and not named.pop("wait", True):
            return self.submit(*given, **named)
        args = self._bound.arguments(given, named)
        if self.schema.kind == "query":
            return self._link.run(ask(self._bound, args))
        session = self._link.session
        raw = self._link.run(signed_call(session, self._bound, args))
        return self._link.run(finish(session, self._bound, raw, WAIT_MS_DEFAULT))

    def submit(self, *given: Any, **named: Any) -> PendingAction[Any]:  # noqa: ANN401
        """Sign and submit a call without waiting for its block; raises as a call does."""
        args, session = self._bound.arguments(given, named), self._link.session
        raw = self._link.run(signed_call(session, self._bound, args))
        placed = self._link.run(hand_in(session, self._bound, raw))
        return PendingAction(self._link, self._bound, raw, placed.id)

    def preview(self, *given: Any, **named: Any) -> Preview:  # noqa: ANN401
        """Return what a call would do, and sign nothing.

        Raises:
            InvalidArguments: they do not fit; nothing was asked.
            UsageError: it is a query, or there is no identity.
            Unavailable: try again.
        """
        args = self._bound.arguments(given, named)
        return self._link.run(foresee(self._link.session, self._bound, args))

    def __repr__(self) -> str:
        bound = self._bound
        return f"<{bound.method.kind} {bound.schema.name}.{self.__name__}{self.__signature__}>"


class ContractDesk:
    """A contract: its methods are attributes, its refusals are in `errors`."""

    def __init__(self, link: Link, contracts: Contracts, schema: ContractSchema) -> None:
        """Use a schema of the link's node."""
        self._link = link
        self._contracts = contracts
        self.schema = schema
        self.__doc__ = f"{schema.description.en}\n\n{schema.description.zh}"

    @property
    def errors(self) -> ContractErrors:
        """The contract's refusals, as exception classes."""
        return self._contracts.errors(self.schema)

    def table(self, name: str) -> TableQuery[TypedItem]:
        """Return a table of the contract, to be filtered and read."""
        return TableQuery(self._link, self._contracts, Question(self.schema.name, name))

    def method(self, name: str) -> ContractMethod:
        """Return a method by name, whatever else is called so; raises `UnknownContract`."""
        return ContractMethod(self._link, self._contracts.bound(self.schema, name))

    if not TYPE_CHECKING:  # checkers know methods by the stubs of `tally sdk stubs`

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # a method, or deeper names
            schema: ContractSchema = self.__dict__["schema"]
            if schema.method(name) is not None:
                return self.method(name)
            found = known(self._link, self._contracts, f"{schema.name}.{name}")
            if found is None:
                names = ", ".join(one.name for one in schema.methods)
                raise AttributeError(f"{schema.name} has no method {name}; it has {names}")
            return found

    def __dir__(self) -> list[str]:
        below = self._contracts.below(self.schema.name)
        return [*super().__dir__(), *(one.name for one in self.schema.methods), *below]

    def __repr__(self) -> str:
        names = ", ".join(one.name for one in self.schema.methods)
        return f"<contract {self.schema.name} v{self.schema.version}: {names}>"


class ContractNames:
    """The first words of contracts' dotted names, such as `net.scf` for `scf.receivable`."""

    def __init__(self, link: Link, contracts: Contracts, path: str) -> None:
        """Stand for a dotted path."""
        self._link = link
        self._contracts = contracts
        self._path = path

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # a contract, or deeper names
        path = f"{self.__dict__['_path']}.{name}"
        found = attribute(self._link, self._contracts, path) if name[0] != "_" else None
        if found is None:
            raise AttributeError(f"the node runs no contract {path}")
        return found

    def __dir__(self) -> list[str]:
        return sorted(self._contracts.below(self._path))

    def __repr__(self) -> str:
        return f"<contracts {self._path}.{{{', '.join(dir(self))}}}>"


def attribute(link: Link, contracts: Contracts, path: str) -> ContractDesk | ContractNames | None:
    """Return what a dotted path of Python names stands for; asks the node for what is not known."""
    found = known(link, contracts, path)
    if found is None:
        link.run(contracts.load())
        found = known(link, contracts, path)
    return found


def known(link: Link, contracts: Contracts, path: str) -> ContractDesk | ContractNames | None:
    """Return the same from what is known already."""
    schema = contracts.look_up(path)
    if schema is not None:
        return ContractDesk(link, contracts, schema)
    return ContractNames(link, contracts, path) if contracts.below(path) else None
