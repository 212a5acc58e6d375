# SPDX-License-Identifier: Apache-2.0
"""`AsyncNet`: the mirror image of `Net` for asyncio; files are hashed in threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from tallystick.client.async_net_contracts import AsyncNetContracts
from tallystick.client.async_net_evidence import AsyncEvidenceDesk
from tallystick.client.async_net_governance import AsyncGovernanceDesk
from tallystick.client.files import FileSource, facts_of
from tallystick.client.links import AsyncLink
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


class AsyncNet(AsyncNetContracts):
    """A network; made by `connect_async`, used as an asynchronous context manager."""

    def __init__(self, link: AsyncLink) -> None:
        """Use a link; nothing is sent yet."""
        super().__init__(link)
        self.evidence = AsyncEvidenceDesk(link)
        self.governance = AsyncGovernanceDesk(link)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        identity = self._link.session.identity
        who = f" as {identity.member} of {identity.organization}" if identity else ""
        return f"<AsyncNet {self._link.session.url}{who}>"

    async def close(self) -> None:
        """Close the connections."""
        await self._link.close()

    async def trust(self) -> Trust:
        """The trust in this network: named by the user, or pinned at first contact.

        Raises:
            WrongNetwork, Unverified: the node is not the one it was.
            Unavailable: it cannot be reached.
        """
        return await self._link.run(self._link.session.contact())

    async def sign(self, contract: str, method: str, args: Mapping[str, Value]) -> bytes:
        """Return a call as a signed transaction, not submitted yet; raises `UsageError`."""
        return await self._link.run(self._link.session.signed(contract, method, args))

    async def call(self, contract: str, method: str, /, **args: Value) -> Committed:
        """Sign a call, submit it, wait for it, and return what it did, from its verified receipt.

        Raises:
            Refused: a rule of the contract said no; code and facts in the error.
            Rejected: the request itself is at fault.
            NotFinal, Unavailable, Unverified: as they say.
        """
        return await self._link.run(call(self._link.session, contract, method, args))

    async def submit(
        self, transaction: bytes, *, wait: bool = True, timeout_ms: int = WAIT_MS_DEFAULT
    ) -> Placed:
        """Submit a signed transaction; the same bytes again give the first outcome.

        Raises:
            Rejected: refused, by the door or by a rule.
            NotFinal, Unavailable: repeat it.
        """
        session = self._link.session
        return await self._link.run(submit(session, transaction, wait=wait, timeout_ms=timeout_ms))

    async def submit_many(
        self, transactions: Sequence[bytes], *, timeout_ms: int = WAIT_MS_DEFAULT
    ) -> list[Placed | TallystickError]:
        """Submit signed transactions; a place or an error for each, in order."""
        session = self._link.session
        return await self._link.run(submit_many(session, transactions, timeout_ms=timeout_ms))

    async def wait(
        self, transaction_id: str, *, timeout_ms: int = WAIT_MS_DEFAULT
    ) -> TransactionRecord:
        """Return a transaction once it is committed, whatever its code; raises `NotFinal`."""
        return await self._link.run(wait_for(transaction_id, timeout_ms=timeout_ms))

    async def receipt(self, transaction_id: str, *, witnesses: int = 0) -> VerifiedReceipt:
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
        return await self._link.run(fetch_receipt(session, transaction_id, witnesses=witnesses))

    async def verify(
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
        trust = await self.trust()
        found = await self._link.in_thread(
            check_at_hand, what, trust, receipt, original, witnesses_min
        )
        if found is not None:
            return found
        facts = await self._link.in_thread(
            facts_of,
            what,  # type: ignore[arg-type]  # a receipt would have been at hand
        )
        return await self._link.run(check_by_hash(self._link.session, facts, witnesses_min))

    async def check_log(self) -> Checkpoint | None:
        """Return the log's newest signed head, after proof that it only grew since last seen.

        Raises:
            Unverified: the log went backwards, forked, or was rewritten: stop using the node.
        """
        return await self._link.run(self._link.session.follow_log(await self.trust()))
