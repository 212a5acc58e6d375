# SPDX-License-Identifier: Apache-2.0
"""Flows of governance: proposing, voting, and what an organisation does without a vote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from tallystick.client.contract_records import NodeContracts
from tallystick.client.exchange import Ask, Flow, fetch_json
from tallystick.client.governance_records import GovernanceRecord, ProposalRecord
from tallystick.client.reading import Listing, text_filters, time_ms
from tallystick.client.records import Committed
from tallystick.client.session import Session
from tallystick.client.submission import call
from tallystick.crypto import SecretKey
from tallystick.encoding import Value, parse_hex
from tallystick.errors import UsageError
from tallystick.model import Action, enrolment_message, log_key_message, to_value, validator_message
from tallystick.units import HASH_SIZE

CONTRACT: Final = "governance"
MEMBERSHIP: Final = "membership"
_PATH: Final = "/v1/governance"


@dataclass(frozen=True, slots=True)
class Proposed(Committed):
    """A proposal that was opened; with enough votes at once it is executed already."""

    @property
    def id(self) -> str:
        """Id of the proposal."""
        return str(self.result)

    @property
    def is_executed(self) -> bool:
        """Whether the proposer's vote was enough."""
        return any(event.name == f"{CONTRACT}.Executed" for event in self.events)


def propose(session: Session, action: Action, expires_at: datetime | int | None) -> Flow[Proposed]:
    """Open a proposal; the caller's organisation votes for it thereby."""
    args: dict[str, Value] = {"action": to_value(action)}
    if expires_at is not None:
        args["expires_at"] = time_ms(expires_at)
    done = yield from call(session, CONTRACT, "propose", args)
    return Proposed(done.transaction, done.receipt, done.result, done.events)


def vote(session: Session, proposal: str, *, approve: bool) -> Flow[Committed]:
    """Cast the organisation's vote."""
    args: dict[str, Value] = {"proposal": _proposal_id(proposal), "approve": approve}
    return (yield from call(session, CONTRACT, "vote", args))


def on_proposal(session: Session, method: str, proposal: str) -> Flow[Committed]:
    """Withdraw or execute a proposal."""
    return (yield from call(session, CONTRACT, method, {"proposal": _proposal_id(proposal)}))


def own(session: Session, method: str, **args: Value) -> Flow[Committed]:
    """Do what an organisation may do without a vote."""
    return (yield from call(session, CONTRACT, method, args))


def rotate_validator_key(session: Session, new: SecretKey) -> Flow[Committed]:
    """Let the own validator vote with another key."""
    trust = yield from session.contact()
    message = validator_message(trust.network, _own(session), new.public_key)
    args: dict[str, Value] = {"public_key": new.public_key, "proof": new.sign(message)}
    return (yield from call(session, CONTRACT, "rotate_validator_key", args))


def rotate_log_key(session: Session, new: SecretKey, replaces: bytes | None) -> Flow[Committed]:
    """Let another key sign receipts, and end the trust in the one it replaces."""
    trust = yield from session.contact()
    message = log_key_message(trust.network, _own(session), new.public_key)
    args: dict[str, Value] = {"public_key": new.public_key, "proof": new.sign(message)}
    if replaces is not None:
        args["replaces"] = replaces
    return (yield from call(session, CONTRACT, "rotate_log_key", args))


def validator_proof(session: Session, organization: str, key: SecretKey) -> Flow[bytes]:
    """Return a key's proof that it may become the validator's of an organisation."""
    trust = yield from session.contact()
    return key.sign(validator_message(trust.network, organization, key.public_key))


def member_proof(session: Session, organization: str, member: str, key: SecretKey) -> Flow[bytes]:
    """Return a key's proof that it may be enrolled for a member."""
    trust = yield from session.contact()
    return key.sign(enrolment_message(trust.network, organization, member, key.public_key))


def fetch_governance() -> Flow[GovernanceRecord]:
    """Return how the network is governed."""
    return (yield from fetch_json(Ask("GET", _PATH), GovernanceRecord))


def fetch_contracts() -> Flow[NodeContracts]:
    """Return which contracts run, which are installed on the node, and which it lacks."""
    return (yield from fetch_json(Ask("GET", "/v1/contracts"), NodeContracts))


def migrate(session: Session, contract: str, limit: int | None) -> Flow[Committed]:
    """Move some records of a contract to the version that runs."""
    args: dict[str, Value] = {"contract": contract}
    if limit is not None:
        args["limit"] = limit
    return (yield from call(session, CONTRACT, "migrate_contract", args))


def fetch_proposal(proposal: str) -> Flow[ProposalRecord]:
    """Return a proposal with its votes; raises `NotFound`."""
    ask = Ask("GET", f"{_PATH}/proposals/{_proposal_id(proposal)}")
    return (yield from fetch_json(ask, ProposalRecord))


def proposals(state: str | None) -> Listing[ProposalRecord]:
    """Return the list of proposals, newest first."""
    return Listing(
        f"{_PATH}/proposals",
        text_filters({"state": state}),
        lambda item: msgspec.convert(item, ProposalRecord),
    )


def _own(session: Session) -> str:
    if session.identity is None:
        raise UsageError("signing needs an identity", field="identity")
    return session.identity.organization


def _proposal_id(text: str) -> str:
    return parse_hex(text, size=HASH_SIZE, name="proposal").hex()
