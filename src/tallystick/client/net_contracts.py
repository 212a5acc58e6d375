# SPDX-License-Identifier: Apache-2.0
"""The contracts of `Net`: attributes by their names, and tables by theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallystick.client.calling import Contracts
from tallystick.client.certificates import certify
from tallystick.client.contract_desk import ContractDesk, ContractNames, attribute
from tallystick.client.document_desk import DocumentDesk
from tallystick.client.extracts import Extract
from tallystick.client.links import Link
from tallystick.client.named_extracts import with_names
from tallystick.client.net_reader import NetReader
from tallystick.client.private_desk import PrivateDesk
from tallystick.client.table_query import Question
from tallystick.client.tables import TableQuery
from tallystick.client.typed_values import TypedItem
from tallystick.crypto import OrganizationSeal
from tallystick.interchange.certificates import Authority, Paper


class NetContracts(NetReader):
    """What contracts offer: whatever the node says that they do."""

    def __init__(self, link: Link) -> None:
        """Use a link; nothing is asked yet."""
        super().__init__(link)
        self._contracts = Contracts()
        self.private = PrivateDesk(link)
        self.documents = DocumentDesk(link)

    if not TYPE_CHECKING:  # checkers know contracts by the stubs of `tally sdk stubs`

        def __getattr__(self, name: str) -> ContractDesk | ContractNames:
            """Return the contract of this name; the node is asked which there are."""
            found = None if name[0] == "_" else attribute(self._link, self._contracts, name)
            if found is None:
                raise AttributeError(f"a net has no attribute, and its node no contract {name}")
            return found

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._contracts.below("")]

    def contracts(self) -> tuple[ContractDesk, ...]:
        """Return the contracts that the node runs, asked anew."""
        found = self._link.run(self._contracts.load()).values()
        return tuple(ContractDesk(self._link, self._contracts, schema) for schema in found)

    def contract(self, name: str) -> ContractDesk:
        """Return a contract by its name; raises `UnknownContract`."""
        schema = self._link.run(self._contracts.find(name))
        return ContractDesk(self._link, self._contracts, schema)

    def table(self, name: str) -> TableQuery[TypedItem]:
        """Return a contract's table, `CONTRACT.TABLE`, to be filtered and read."""
        return TableQuery(self._link, self._contracts, Question.of(name))

    def with_names(self, extract: Extract) -> Extract:
        """Return an extract with the proven names of the organisations that its facts name.

        Raises:
            Unverified: a proof of the node does not hold.
            HistoryTooLong, Unavailable: the node does not say.
        """
        return self._link.run(with_names(self._link.session, extract))

    def certificate(
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
        return self._link.run(
            certify(session, extract, paper, seal, portal=portal, authority=authority)
        )
