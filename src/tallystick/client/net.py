# SPDX-License-Identifier: Apache-2.0
"""`Net`: a network through one of its nodes, with blocking calls.

- Lists are iterators that page by themselves; writes return once they are committed, with a
  receipt that was verified first; errors are those of `tallystick.errors`, by the node's code.
- `AsyncNet` is its mirror image; both only drive the flows that this room shares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from tallystick.client.files import FileSource, facts_of
from tallystick.client.links import Link
from tallystick.client.net_contracts import NetContracts
from tallystick.client.net_evidence import EvidenceDesk
from tallystick.client.net_governance import GovernanceDesk
from tallystick.client.online import check_at_hand, check_by_hash
from tallystick.client.problems import Placed
from tallystick.client.records import Committed, TransactionRecord, VerifiedReceipt
from tallystick.client.submission import (
    WAIT_MS_DEFAULT,
    call,
    fetch_receipt,
    submit,
    submit_many,
    wait_for,
)
from tallystick.client.trust import Trust
from tallystick.client.verification import Verification
from tallystick.client.verify_offline import ReceiptSource
from tallystick.encoding import Value
from tallystick.errors import TallystickError
from tallystick.model import Checkpoint


class Net(NetContracts):
    """A network; made by `connect`, used as a context manager."""

    def __init__(self, link: Link) -> None:
        """Use a link; nothing is sent yet."""
        super().__init__(link)
        self.evidence = EvidenceDesk(link)
        self.governance = GovernanceDesk(link)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        identity = self._link.session.identity
        who = f" as {identity.member} of {identity.organization}" if identity else ""
        return f"<Net {self._link.session.url}{who}>"

    def close(self) -> None:
        """Close the connections."""
        self._link.close()

    @property
    def trust(self) -> Trust:
        """The trust in this network: named by the user, or pinned at first contact.

        Raises:
            WrongNetwork, Unverified: the node is not the one it was.
            Unavailable: it cannot be reached.
        """
        return self._link.run(self._link.session.contact())

    def sign(self, contract: str, method: str, args: Mapping[str, Value]) -> bytes:
        """Return a call as a signed transaction, not submitted yet; raises `UsageError`."""
        return self._link.run(self._link.session.signed(contract, method, args))

    def call(self, contract: str, method: str, /, **args: Value) -> Committed:
        """Sign a call, submit it, wait for it, and return what it did, from its verified receipt.

        Raises:
            Refused: a rule of the contract said no; code and facts in the error.
            Rejected: the request itself is at fault.
            NotFinal, Unavailable, Unverified: as they say.
        """
        return self._link.run(call(self._link.session, contract, method, args))

    def submit(
        self, transaction: bytes, *, wait: bool = True, timeout_ms: int = WAIT_MS_DEFAULT
    ) -> Placed:
        """Submit a signed transaction; the same bytes again give the first outcome.

        Raises:
            Rejected: refused, by the door or by a rule.
            NotFinal, Unavailable: repeat it.
        """
        session = self._link.session
        return self._link.run(submit(session, transaction, wait=wait, timeout_ms=timeout_ms))

    def submit_many(
        self, transactions: Sequence[bytes], *, timeout_ms: int = WAIT_MS_DEFAULT
    ) -> list[Placed | TallystickError]:
        """Submit signed transactions; a place or an error for each, in order."""
        session = self._link.session
        return self._link.run(submit_many(session, transactions, timeout_ms=timeout_ms))

    def wait(self, transaction_id: str, *, timeout_ms: int = WAIT_MS_DEFAULT) -> TransactionRecord:
        """Return a transaction once it is committed, whatever its code; raises `NotFinal`."""
        return self._link.run(wait_for(transaction_id, timeout_ms=timeout_ms))

    def receipt(self, transaction_id: str, *, witnesses: int = 0) -> VerifiedReceipt:
        """Return the receipt of a transaction, verified.

        Args:
            transaction_id: 64 hex digits.
            witnesses: Other organisations that must have cosigned its checkpoint.

        Raises:
            NotFound: there is no such transaction.
            NotWitnessed: fewer organisations cosigned.
            Unverified: what the node sent does not check out.
        """
        session = self._link.session
        return self._link.run(fetch_receipt(session, transaction_id, witnesses=witnesses))

    def verify(
        self,
        what: ReceiptSource | FileSource,
        *,
        receipt: ReceiptSource | None = None,
        original: FileSource | None = None,
        witnesses_min: int = 0,
    ) -> Verification:
        """Verify as `tallystick.verify`; without a receipt at hand, ask the node for one.

        Raises:
            FileProblem, UsageError: as `tallystick.verify`.
            Unavailable: the node is needed and cannot be reached.
        """
        found = check_at_hand(what, self.trust, receipt, original, witnesses_min)
        if found is not None:
            return found
        facts = facts_of(what)  # type: ignore[arg-type]  # a receipt would have been at hand
        return self._link.run(check_by_hash(self._link.session, facts, witnesses_min))

    def check_log(self) -> Checkpoint | None:
        """Return the log's newest signed head, after proof that it only grew since last seen.

        Raises:
            Unverified: the log went backwards, forked, or was rewritten: stop using the node.
        """
        return self._link.run(self._link.session.follow_log(self.trust))
