# SPDX-License-Identifier: Apache-2.0
"""`await net.NAME.METHOD(...)`: the mirror image of `contract_desk` for asyncio."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from tallystick.client.async_tables import AsyncTableQuery
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
from tallystick.client.links import AsyncLink
from tallystick.client.method_help import describe, signature_of
from tallystick.client.previews import Preview
from tallystick.client.schema import ContractSchema
from tallystick.client.submission import WAIT_MS_DEFAULT
from tallystick.client.table_query import Question
from tallystick.client.typed_values import TypedItem

Result = TypeVar("Result")
_PREVIEW: Final = "preview"


class AsyncPendingAction(Generic[Result]):
    """A call that a node has taken and that may not be final yet."""

    def __init__(self, link: AsyncLink, bound: Bound, raw: bytes, transaction_id: str) -> None:
        """Keep the signed bytes: submitting them again gives the first outcome."""
        self._link = link
        self._bound = bound
        self._raw = raw
        self.id = transaction_id
        """Of the transaction, 64 hex digits."""

    async def done(self) -> bool:
        """Say whether it is in a block, whatever became of it there."""
        return await self._link.run(is_committed(self.id))

    async def result(self, *, timeout_ms: int = WAIT_MS_DEFAULT) -> ActionResult[Result]:
        """Wait until it is committed, and return what came of it.

        Raises:
            Refused: a rule of the contract said no.
            NotFinal, Unavailable, Unverified: as they say; ask again.
        """
        return await self._link.run(finish(self._link.session, self._bound, self._raw, timeout_ms))

    def __repr__(self) -> str:
        return f"<AsyncPendingAction {self._bound.method.name}, tx {self.id[:16]}>"


class AsyncContractMethod:
    """A method of a contract, to be called; `help()` shows its arguments."""

    def __init__(self, link: AsyncLink, bound: Bound) -> None:
        """Take over the method's name, text and signature."""
        self._link = link
        self._bound = bound
        self.schema = bound.method
        self.__name__ = bound.method.name
        self.__doc__ = describe(bound.schema, bound.method)
        self.__signature__: inspect.Signature = signature_of(bound.method)

    async def __call__(self, *given: Any, **named: Any) -> Any:  # noqa: ANN401  # by schema
        """Call it: an action returns an `ActionResult`, a query what it answers.

        `wait=False` returns an `AsyncPendingAction` at once, unless the method has one.

        Raises:
            InvalidArguments: they do not fit; nothing was sent.
            Refused: a rule of the contract said no: one of `errors`, if the contract declares it.
            NotFinal, Unavailable, Unverified: as they say.
        """
        is_own = any(one.name == "wait" for one in self.schema.arguments)
        if not is_own and not named.pop("wait", True):
            return await self.submit(*given, **named)
        args = self._bound.arguments(given, named)
        if self.schema.kind == "query":
            return await self._link.run(ask(self._bound, args))
        session = self._link.session
        raw = await self._link.run(signed_call(session, self._bound, args))
        return await self._link.run(finish(session, self._bound, raw, WAIT_MS_DEFAULT))

    async def submit(self, *given: Any, **named: Any) -> AsyncPendingAction[Any]:  # noqa: ANN401
        """Sign and submit a call without waiting for its block; raises as a call does."""
        args, session = self._bound.arguments(given, named), self._link.session
        raw = await self._link.run(signed_call(session, self._bound, args))
        placed = await self._link.run(hand_in(session, self._bound, raw))
        return AsyncPendingAction(self._link, self._bound, raw, placed.id)

    async def preview(self, *given: Any, **named: Any) -> Preview:  # noqa: ANN401
        """Return what a call would do, and sign nothing.

        Raises:
            InvalidArguments: they do not fit; nothing was asked.
            UsageError: it is a query, or there is no identity.
            Unavailable: try again.
        """
        args = self._bound.arguments(given, named)
        return await self._link.run(foresee(self._link.session, self._bound, args))

    def __repr__(self) -> str:
        bound = self._bound
        return f"<{bound.method.kind} {bound.schema.name}.{self.__name__}{self.__signature__}>"


class AsyncContractDesk:
    """A contract: its methods are attributes to be awaited, its refusals are in `errors`."""

    def __init__(self, link: AsyncLink, contracts: Contracts, schema: ContractSchema) -> None:
        """Use a schema of the link's node."""
        self._link = link
        self._contracts = contracts
        self.schema = schema
        self.__doc__ = f"{schema.description.en}\n\n{schema.description.zh}"

    @property
    def errors(self) -> ContractErrors:
        """The contract's refusals, as exception classes."""
        return self._contracts.errors(self.schema)

    def table(self, name: str) -> AsyncTableQuery[TypedItem]:
        """Return a table of the contract, to be filtered and read."""
        return AsyncTableQuery(self._link, self._contracts, Question(self.schema.name, name))

    def method(self, name: str) -> AsyncContractMethod:
        """Return a method by name, whatever else is called so; raises `UnknownContract`."""
        return AsyncContractMethod(self._link, self._contracts.bound(self.schema, name))

    if not TYPE_CHECKING:  # checkers know methods by the stubs of `tally sdk stubs`

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # the schema decides
            schema: ContractSchema = self.__dict__["schema"]
            if schema.method(name) is None:
                names = ", ".join(one.name for one in schema.methods)
                raise AttributeError(f"{schema.name} has no method {name}; it has {names}")
            return self.method(name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(one.name for one in self.schema.methods)]

    def __repr__(self) -> str:
        names = ", ".join(one.name for one in self.schema.methods)
        return f"<contract {self.schema.name} v{self.schema.version}: {names}>"


class AsyncContractName:
    """A dotted name such as `net.scf.receivable.issue`; awaited when called, unknown before."""

    def __init__(self, link: AsyncLink, contracts: Contracts, path: str) -> None:
        """Stand for a dotted path."""
        self._link = link
        self._contracts = contracts
        self._path = path

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the node offers
        if name[0] == "_":
            raise AttributeError(name)
        schema = self._contracts.look_up(self._path)
        if schema is not None and name == "errors":
            return self._contracts.errors(schema)
        return AsyncContractName(self._link, self._contracts, f"{self._path}.{name}")

    async def __call__(self, *given: Any, **named: Any) -> Any:  # noqa: ANN401
        """Call the method of this name; as `AsyncContractMethod`.

        Raises:
            UnknownContract: the node runs no such contract, or it has no such method.
        """
        contract, _, method = self._path.rpartition(".")
        if method == _PREVIEW and await self._is_a_method(contract):
            contract, _, method = contract.rpartition(".")
            return await (await self._method(contract, method)).preview(*given, **named)
        return await (await self._method(contract, method))(*given, **named)

    async def _is_a_method(self, path: str) -> bool:
        """Say whether a dotted path is a method's rather than a contract's."""
        if self._contracts.look_up(path) is None:
            await self._link.run(self._contracts.load())
        owner = path.rpartition(".")[0]
        return self._contracts.look_up(path) is None and self._contracts.look_up(owner) is not None

    async def _method(self, contract: str, method: str) -> AsyncContractMethod:
        schema = await self._link.run(self._contracts.find(contract))
        return AsyncContractMethod(self._link, self._contracts.bound(schema, method))

    def __dir__(self) -> list[str]:
        schema = self._contracts.look_up(self._path)
        methods = () if schema is None else (one.name for one in schema.methods)
        return sorted({*self._contracts.below(self._path), *methods})

    def __repr__(self) -> str:
        return f"<name {self._path} of a contract or method>"
