# SPDX-License-Identifier: Apache-2.0
"""The contracts of `AsyncNet`: attributes by their names, and tables by theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallystick.client.async_contract_desk import AsyncContractDesk, AsyncContractName
from tallystick.client.async_net_reader import AsyncNetReader
from tallystick.client.async_tables import AsyncTableQuery
from tallystick.client.calling import Contracts
from tallystick.client.certificates import certify
from tallystick.client.document_desk import AsyncDocumentDesk
from tallystick.client.extracts import Extract
from tallystick.client.links import AsyncLink
from tallystick.client.named_extracts import with_names
from tallystick.client.private_desk import AsyncPrivateDesk
from tallystick.client.table_query import Question
from tallystick.client.typed_values import TypedItem
from tallystick.crypto import OrganizationSeal
from tallystick.interchange.certificates import Authority, Paper


class AsyncNetContracts(AsyncNetReader):
    """What contracts offer: whatever the node says that they do."""

    def __init__(self, link: AsyncLink) -> None:
        """Use a link; nothing is asked yet."""
        super().__init__(link)
        self._contracts = Contracts()
        self.private = AsyncPrivateDesk(link)
        self.documents = AsyncDocumentDesk(link)

    if not TYPE_CHECKING:  # checkers know contracts by the stubs of `tally sdk stubs`

        def __getattr__(self, name: str) -> AsyncContractName:
            """Return the name of a contract; the node is asked when one of its methods is."""
            if name[0] == "_":
                raise AttributeError(name)
            return AsyncContractName(self._link, self._contracts, name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._contracts.below("")]

    async def contracts(self) -> tuple[AsyncContractDesk, ...]:
        """Return the contracts that the node runs, asked anew."""
        found = (await self._link.run(self._contracts.load())).values()
        return tuple(AsyncContractDesk(self._link, self._contracts, schema) for schema in found)

    async def contract(self, name: str) -> AsyncContractDesk:
        """Return a contract by its name; raises `UnknownContract`."""
        schema = await self._link.run(self._contracts.find(name))
        return AsyncContractDesk(self._link, self._contracts, schema)

    def table(self, name: str) -> AsyncTableQuery[TypedItem]:
        """Return a contract's table, `CONTRACT.TABLE`, to be filtered and read."""
        return AsyncTableQuery(self._link, self._contracts, Question.of(name))

    async def with_names(self, extract: Extract) -> Extract:
        """Return an extract with the proven names of the organisations that its facts name.

        Raises:
            Unverified: a proof of the node does not hold.
            HistoryTooLong, Unavailable: the node does not say.
        """
        return await self._link.run(with_names(self._link.session, extract))

    async def certificate(
        self,
        extract: Extract,
        paper: Paper,
        seal: OrganizationSeal,
        *,
        portal: str | None = None,
        authority: Authority | None = None,
    ) -> bytes:
        """Return an extract as a sealed PDF/A-3 in two languages, which proves itself.

        Args:
            extract: From `read_extract`.
            paper: Title and names of its facts: `Paper.of(take_away.title, take_away.labels)`.
            seal: The organisation's seal, from `SealStore`.
            portal: Address for the QR code; without it the code is a text for `tally verify`.
            authority: Answers requests for time-stamps (RFC 3161): a seal with a trusted time.

        Raises:
            UnknownRecord: the organisation has no seal in force.
            InvalidSeal: the ledger has another seal of it in force.
            Unverified: the node's proof does not hold.
            TimeStampRefused: the authority cannot be reached, or gave no token.
        """
        session = self._link.session
        return await self._link.run(
            certify(session, extract, paper, seal, portal=portal, authority=authority)
        )
