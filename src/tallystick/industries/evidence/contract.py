# SPDX-License-Identifier: Apache-2.0
"""The evidence contract: deposits of files by hash, found again by id and by hash."""

from __future__ import annotations

from typing import Annotated, Final

from tallystick.contracts import (
    Context,
    Contract,
    Digest,
    Label,
    Meta,
    Table,
    action,
    asdict,
    query,
    replace,
)
from tallystick.industries.evidence.queries import newest_first
from tallystick.industries.evidence.records import (
    AlreadyDeposited,
    BatchDeposited,
    CapturedLater,
    Content,
    Deposit,
    Deposited,
    DepositId,
    DepositSummary,
    Duplicated,
    Filing,
    NewDeposit,
    OtherMatter,
    SizeContradictsHash,
)
from tallystick.industries.evidence.rules import check_matter, check_statement, has_earlier_deposit

DEPOSITOR: Final = "depositor"
BATCH_DEPOSITS_MAX: Final = 200
_REFUSES: Final = (AlreadyDeposited, CapturedLater, SizeContradictsHash, OtherMatter)


class Evidence(
    Contract,
    name="evidence",
    version=1,
    label=Label(zh="电子证据存证", en="Evidence deposits"),
):
    """en: Deposits files by their hashes, so that a court can tell later that nothing was altered.

    zh: 以哈希存证文件，使法院事后能够核验内容自存证起未被篡改。
    """

    deposits = Table(Deposit, key="id", label=Label(zh="存证", en="Deposits"))
    contents = Table(Content, key="sha256", label=Label(zh="内容", en="Contents"))
    filings = Table(
        Filing,
        key=("sha256", "organization", "case_number"),
        label=Label(zh="存证登记", en="Filings"),
    )

    @action(
        role=DEPOSITOR,
        label=Label(zh="存证", en="Deposit"),
        emits=(Deposited,),
        refuses=_REFUSES,
    )
    def deposit(self, ctx: Context, new: NewDeposit) -> DepositSummary:
        """en: Deposits one file by its hash; the file itself is not sent.

        zh: 以哈希存证一个文件；文件本身不上链。
        """
        check_statement(new, ctx.block_time_ms)
        self._refuse_duplicates(ctx, [new])
        kept = self._keep(ctx, new)
        ctx.emit(
            Deposited(
                id=kept.id,
                organization=kept.organization,
                title=kept.title,
                sha256=kept.sha256,
                case_number=kept.case_number,
            )
        )
        return _summary(kept)

    @action(
        role=DEPOSITOR,
        label=Label(zh="批量存证", en="Deposit many"),
        emits=(BatchDeposited,),
        refuses=_REFUSES,
    )
    def deposit_many(
        self,
        ctx: Context,
        deposits: Annotated[
            list[NewDeposit],
            Meta(min_length=1, max_length=BATCH_DEPOSITS_MAX),
            Label(zh="存证清单", en="Deposits"),
        ],
    ) -> list[DepositSummary]:
        """en: Deposits up to 200 files in one transaction: all of them, or none.

        zh: 一笔交易内存证至多 200 个文件：全部成功，或全部不做。
        """
        for new in deposits:
            check_statement(new, ctx.block_time_ms)
        self._refuse_duplicates(ctx, deposits)
        kept = [self._keep(ctx, new) for new in deposits]
        ctx.emit(
            BatchDeposited(
                organization=ctx.signer.organization,
                count=len(kept),
                first=kept[0].id,
                last=kept[-1].id,
            )
        )
        return [_summary(one) for one in kept]

    @query(label=Label(zh="查看存证", en="Show a deposit"))
    def show(self, id: DepositId) -> Deposit:  # noqa: A002  # the record's own word
        """en: Returns one deposit.

        zh: 返回一份存证。
        """
        return self.deposits.require(id)

    @query(label=Label(zh="按哈希查询", en="Find by hash"))
    def by_hash(self, sha256: Digest) -> list[Deposit]:
        """en: Returns the deposits of a content, newest first, at most 100.

        zh: 返回某内容的存证，由新到旧，至多 100 份。
        """
        return newest_first(self.contents.get(sha256), self.deposits.require)

    def _refuse_duplicates(self, ctx: Context, deposits: list[NewDeposit]) -> None:
        """Refuse contents that the organisation has deposited in their matters before."""
        found: list[Duplicated] = []
        seen: set[tuple[str, str]] = set()
        for index, new in enumerate(deposits):
            matter = new.case_number or ""
            filing = self.filings.get(new.sha256, ctx.signer.organization, matter)
            if filing is not None:
                found.append(Duplicated(index=index, existing=filing.id))
            elif (new.sha256, matter) in seen:
                found.append(Duplicated(index=index, existing=None))
            seen.add((new.sha256, matter))
        if found:
            raise AlreadyDeposited(existing=found[0].existing, duplicates=found)

    def _keep(self, ctx: Context, new: NewDeposit) -> Deposit:
        """Keep a new deposit and the records by which it is found again."""
        organization = ctx.signer.organization
        previous = None if new.previous is None else self.deposits.require(new.previous)
        if previous is not None:
            check_matter(new, previous)
        content = self.contents.get(new.sha256)
        kept = _deposit(
            new,
            ctx,
            earlier_deposit=has_earlier_deposit(new, organization, content, previous),
            same_content=None if content is None else content.newest,
        )
        self.deposits.add(kept)
        self.contents.put(_counted(content, kept))
        self.filings.add(
            Filing(
                sha256=new.sha256,
                organization=organization,
                case_number=new.case_number or "",
                id=kept.id,
            )
        )
        return kept


def _deposit(
    new: NewDeposit, ctx: Context, *, earlier_deposit: bool, same_content: str | None
) -> Deposit:
    return Deposit(
        id=ctx.next_id("EV"),
        organization=ctx.signer.organization,
        member=ctx.signer.member,
        deposited_at=ctx.block_time_ms,
        earlier_deposit=earlier_deposit,
        same_content=same_content,
        **asdict(new),
    )


def _counted(content: Content | None, kept: Deposit) -> Content:
    if content is None:
        return Content(
            sha256=kept.sha256,
            first=kept.id,
            newest=kept.id,
            organization=kept.organization,
            is_shared=False,
            count=1,
        )
    return replace(
        content,
        newest=kept.id,
        is_shared=content.is_shared or content.organization != kept.organization,
        count=content.count + 1,
    )


def _summary(kept: Deposit) -> DepositSummary:
    return DepositSummary(
        id=kept.id, deposited_at=kept.deposited_at, earlier_deposit=kept.earlier_deposit
    )
