# SPDX-License-Identifier: Apache-2.0
"""`net.governance`, in the asynchronous colour."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from tallystick.client import governance as flows
from tallystick.client.contract_records import NodeContracts
from tallystick.client.governance import Proposed
from tallystick.client.governance_records import GovernanceRecord, ProposalRecord
from tallystick.client.links import AsyncLink
from tallystick.client.records import Committed
from tallystick.crypto import SecretKey
from tallystick.model import Action


class AsyncGovernanceDesk:
    """How the network is governed: proposals, votes, and an organisation's own keys and nodes."""

    def __init__(self, link: AsyncLink) -> None:
        """Use a link."""
        self._link = link

    async def overview(self) -> GovernanceRecord:
        """Return rules, parameters, validators, contracts, nodes and log keys."""
        return await self._link.run(flows.fetch_governance())

    def proposals(self, state: str | None = None) -> AsyncIterator[ProposalRecord]:
        """Yield proposals, newest first; `state` is `open` or how they ended."""
        return self._link.rows(flows.proposals(state))

    async def proposal(self, proposal: str) -> ProposalRecord:
        """Return a proposal with its votes, what is missing, and what it would change.

        Raises:
            NotFound: there is none of this id.
        """
        return await self._link.run(flows.fetch_proposal(proposal))

    async def propose(
        self, action: Action, *, expires_at: datetime | int | None = None
    ) -> Proposed:
        """Propose an action; the own organisation votes for it thereby.

        Args:
            action: `AdmitOrganization`, `SetValidator` and so on, from `tallystick.model`.
            expires_at: The last moment to vote; as late as the rules allow if absent.

        Raises:
            RoleMissing: the signer is no governor, or the action is against the own organisation.
            Refused: it could not be executed as things are now.
        """
        return await self._link.run(flows.propose(self._link.session, action, expires_at))

    async def vote(self, proposal: str, *, approve: bool) -> Committed:
        """Cast the organisation's one vote; the vote that decides also executes.

        Raises:
            Duplicate: the organisation has voted.
            WrongState, Expired, UnknownRecord: there is nothing to vote on.
        """
        return await self._link.run(flows.vote(self._link.session, proposal, approve=approve))

    async def contracts(self) -> NodeContracts:
        """Return which contracts run, which are installed on the node, and which it lacks."""
        return await self._link.run(flows.fetch_contracts())

    async def migrate(self, contract: str, *, limit: int | None = None) -> Committed:
        """Move some records of a contract to the version that runs; anyone may.

        The result says how many were `moved`, and whether it is `finished`.

        Args:
            contract: Its name.
            limit: Most records to move; as many as a transaction may if absent.

        Raises:
            WrongState: no records of it are being moved.
        """
        return await self._link.run(flows.migrate(self._link.session, contract, limit))

    async def withdraw(self, proposal: str) -> Committed:
        """Take back a proposal of the own organisation."""
        return await self._link.run(flows.on_proposal(self._link.session, "withdraw", proposal))

    async def execute(self, proposal: str) -> Committed:
        """Try again what passed and could not be executed then."""
        return await self._link.run(flows.on_proposal(self._link.session, "execute", proposal))

    async def rotate_validator_key(self, new: SecretKey) -> Committed:
        """Let the own validator vote with another key, from the second block after this one."""
        return await self._link.run(flows.rotate_validator_key(self._link.session, new))

    async def resign_validator(self) -> Committed:
        """Take the own validator out of the set."""
        return await self._link.run(flows.own(self._link.session, "resign_validator"))

    async def register_node(self, node_id: str) -> Committed:
        """Let a node of the own organisation connect."""
        return await self._link.run(flows.own(self._link.session, "register_node", node_id=node_id))

    async def remove_node(self, node_id: str) -> Committed:
        """Let a node of the own organisation connect no more."""
        return await self._link.run(flows.own(self._link.session, "remove_node", node_id=node_id))

    async def rotate_log_key(self, new: SecretKey, *, replaces: bytes | None = None) -> Committed:
        """Let another key sign receipts, and end the trust in the one it replaces."""
        return await self._link.run(flows.rotate_log_key(self._link.session, new, replaces))

    async def revoke_log_key(self, public_key: bytes) -> Committed:
        """End the trust in what a log key signs from now on."""
        return await self._link.run(
            flows.own(self._link.session, "revoke_log_key", public_key=public_key)
        )

    async def leave(self) -> Committed:
        """Leave the network for good."""
        return await self._link.run(flows.own(self._link.session, "leave"))

    async def validator_proof(self, organization: str, key: SecretKey) -> bytes:
        """Return a key's proof of possession, for a proposal to make it a validator's."""
        return await self._link.run(flows.validator_proof(self._link.session, organization, key))

    async def member_proof(self, organization: str, member: str, key: SecretKey) -> bytes:
        """Return a key's proof of possession, for its enrolment."""
        return await self._link.run(
            flows.member_proof(self._link.session, organization, member, key)
        )
