# SPDX-License-Identifier: Apache-2.0
"""`net.evidence`, in the asynchronous colour."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Unpack

from tallystick.client.active_files import check_deposited
from tallystick.client.batch import GROUP_ITEMS_MAX, KnownDeposits, deposit_group, groups
from tallystick.client.batch_plan import BatchPlan, BatchResult
from tallystick.client.evidence import DEPOSITS_PATH, DepositDetails, deposit, deposits, path_of
from tallystick.client.files import FileSource, Progress, facts_of
from tallystick.client.links import AsyncLink
from tallystick.client.reading import Filter, fetch_item, segment
from tallystick.client.records import Deposit, Item


class AsyncEvidenceDesk:
    """Deposits of files."""

    def __init__(self, link: AsyncLink) -> None:
        """Use a link."""
        self._link = link

    async def deposit(
        self,
        source: FileSource,
        *,
        with_sm3: bool = False,
        progress: Progress | None = None,
        **details: Unpack[DepositDetails],
    ) -> Deposit:
        """Put a file's hash on the ledger; the file itself stays here.

        Args:
            source: Path, content, or hash (then `size=` is needed).
            with_sm3: Deposit the SM3 digest (GB/T 32905) beside SHA-256.
            progress: Called with bytes hashed and bytes in all.
            **details: Title, case and more: see `DepositDetails`.

        Returns:
            The committed deposit; its receipt was verified against this very file.

        Raises:
            FileProblem: the file cannot be read, or changed meanwhile.
            ActiveFile: it is a PDF with scripts, and `active_content` is not said of it.
            Duplicate: it is deposited in this case already; `problem_of(error)` has the facts.
            Refused: another rule said no.
            NotFinal, Unavailable: not committed in time, or the node is unreachable.
        """
        facts = await self._link.in_thread(facts_of, source, with_sm3=with_sm3, progress=progress)
        looked_into = source if isinstance(source, bytes) else path_of(source)
        told = await self._link.in_thread(check_deposited, looked_into, details)
        return await self._link.run(deposit(self._link.session, facts, told, path_of(source)))

    async def deposit_batch(
        self, plan: BatchPlan, *, items_max: int = GROUP_ITEMS_MAX
    ) -> AsyncIterator[BatchResult]:
        """Carry out a plan, yielding a result for each item as its group is committed.

        Running a plan again deposits only what is not there yet.

        Args:
            plan: From `plan_folder` or `plan_csv`.
            items_max: Files in one transaction, which share its receipt.

        Raises:
            NotFinal, Unavailable: run the plan again later, it goes on where it stopped.
            Rejected: the signer may not deposit at all.
        """
        known = KnownDeposits()
        for group in groups(plan.items, items_max=items_max):
            for result in await self._link.run(deposit_group(self._link.session, group, known)):
                yield result

    def list(self, **filters: Filter) -> AsyncIterator[Item]:
        """Yield deposits, newest first.

        Filters: `sha256`, `case`, `organization`, `collector`, `q`, `from_`, `to`.
        """
        return self._link.rows(deposits(filters))

    async def show(self, deposit_id: str) -> Item:
        """Return one deposit by its number; raises `NotFound`."""
        return await self._link.run(fetch_item(f"{DEPOSITS_PATH}/{segment(deposit_id)}"))
