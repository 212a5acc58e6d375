# SPDX-License-Identifier: Apache-2.0
"""The evidence contract: deposits of files by hash, found again by id and by hash."""

from __future__ import annotations

from typing import Annotated, Final, TypedDict

from tallystick.contracts import (
    BoundedText,
    ByteCount,
    Context,
    Contract,
    Count,
    Digest,
    Label,
    Meta,
    Name,
    OrganizationCode,
    Table,
    ValueDigest,
    action,
    asdict,
    query,
    replace,
)
from tallystick.contracts.parts import Batch, Batches, NewBatch
from tallystick.industries.evidence.queries import newest_first
from tallystick.industries.evidence.records import (
    AlreadyDeposited,
    BatchDeposited,
    CapturedLater,
    Collector,
    CollectorRegistered,
    CollectorWithdrawn,
    Content,
    Deposit,
    Deposited,
    DepositId,
    DepositSummary,
    Duplicated,
    Filing,
    Matter,
    NewCollector,
    NewDeposit,
    NewHashBatch,
    OtherMatter,
    RegisteredCollector,
    SizeContradictsHash,
    WithdrawnCollector,
)
from tallystick.industries.evidence.rules import (
    check_capture_time,
    check_collector,
    check_matter,
    check_statement,
    deposit_leaf,
    has_earlier_deposit,
    verification_of,
)
from tallystick.industries.evidence.supervision import Supervision
from tallystick.industries.evidence.words import WORDS

DEPOSITOR: Final = "depositor"
BATCH_DEPOSITS_MAX: Final = 200
BATCH_KIND: Final = "evidence-deposit"
BATCH_PATH_MAX: Final = 40
_REFUSES: Final = (
    AlreadyDeposited,
    CapturedLater,
    SizeContradictsHash,
    OtherMatter,
    WithdrawnCollector,
)


class Evidence(
    Supervision,
    Contract,
    name="evidence",
    version=2,
    label=Label(zh="电子证据存证", en="Evidence deposits"),
):
    """en: Deposits files by their hashes, so that a court can tell later that nothing was altered.

    zh: 以哈希存证文件，使法院事后能够核验内容自存证起未被篡改。
    """

    words = WORDS
    deposits = Table(Deposit, key="id", label=Label(zh="存证", en="Deposits"))
    contents = Table(Content, key="sha256", label=Label(zh="内容", en="Contents"))
    collectors = Table(
        RegisteredCollector,
        key=("organization", "app", "version"),
        label=Label(zh="采集程序", en="Collectors"),
    )
    matters = Table(
        Matter, key=("organization", "case_number"), label=Label(zh="事项", en="Matters")
    )
    batches = Batches(label=Label(zh="批量哈希存证", en="Batches of hashes"))
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

    @action(
        role=DEPOSITOR,
        label=Label(zh="批量哈希存证", en="Deposit a batch of hashes"),
        refuses=(CapturedLater,),
    )
    def deposit_batch(self, ctx: Context, new: NewHashBatch) -> Batch:
        """en: Deposits the root over any number of files; each is shown later by its path.

        zh: 存证任意数量文件的哈希树根；其中每一份日后可凭路径单独核验。
        """
        check_capture_time(new.last_at, ctx.block_time_ms)
        return self.batches.add(
            ctx,
            ctx.next_id("EB"),
            NewBatch(kind=BATCH_KIND, **asdict(new)),
        )

    @action(
        role=DEPOSITOR,
        label=Label(zh="登记采集程序", en="Register a collector"),
        emits=(CollectorRegistered,),
    )
    def register_collector(self, ctx: Context, new: NewCollector) -> RegisteredCollector:
        """en: Registers a version of a program that collects evidence.

        zh: 登记采集程序的一个版本。
        """
        organization = ctx.signer.organization
        kept = self.collectors.add(
            RegisteredCollector(
                organization=organization, registered_at=ctx.block_time_ms, **asdict(new)
            )
        )
        ctx.emit(CollectorRegistered(organization=organization, app=new.app, version=new.version))
        return kept

    @action(
        role=DEPOSITOR,
        label=Label(zh="撤回采集程序", en="Withdraw a collector"),
        emits=(CollectorWithdrawn,),
        refuses=(WithdrawnCollector,),
    )
    def withdraw_collector(
        self,
        ctx: Context,
        app: Annotated[Name, Label(zh="程序", en="Program")],
        version: Annotated[Name, Label(zh="程序版本", en="Program version")],
        reason: Annotated[BoundedText, Label(zh="原因", en="Reason")],
    ) -> RegisteredCollector:
        """en: Withdraws a version: what it collected stays, with the mark; it collects no more.

        zh: 撤回采集程序的一个版本：此前的采集保留并可见该标记，此后不得再用。
        """
        organization = ctx.signer.organization
        kept = self.collectors.require(organization, app, version)
        check_collector(kept)
        ctx.emit(
            CollectorWithdrawn(organization=organization, app=app, version=version, reason=reason)
        )
        return self.collectors.replace(replace(kept, withdrawn_at=ctx.block_time_ms, reason=reason))

    @query(label=Label(zh="核验批内文件", en="Check a file of a batch"))
    def in_batch(
        self,
        batch: Annotated[Name, Label(zh="批次", en="Batch")],
        sha256: Annotated[Digest, Label(zh="SHA-256 哈希", en="SHA-256")],
        size: Annotated[ByteCount, Label(zh="大小（字节）", en="Size in bytes")],
        index: Annotated[Count, Label(zh="批内位置", en="Place in the batch")],
        path: Annotated[
            list[ValueDigest], Meta(max_length=BATCH_PATH_MAX), Label(zh="哈希路径", en="Path")
        ],
    ) -> Batch:
        """en: Returns the batch if the file is at this place of it.

        zh: 若文件位于该批次的该位置，返回该批次。
        """
        return self.batches.check_member(batch, deposit_leaf(sha256, size), index, path)

    @query(label=Label(zh="查看采集程序", en="Show a collector"))
    def collector(
        self,
        organization: Annotated[OrganizationCode, Label(zh="机构", en="Organisation")],
        app: Annotated[Name, Label(zh="程序", en="Program")],
        version: Annotated[Name, Label(zh="程序版本", en="Program version")],
    ) -> RegisteredCollector:
        """en: Returns a version of a collector, withdrawn or not.

        zh: 返回采集程序的一个版本，无论是否已撤回。
        """
        return self.collectors.require(organization, app, version)

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
        kept = self.deposits.add(
            Deposit(
                id=ctx.next_id("EV"),
                organization=organization,
                member=ctx.signer.member,
                deposited_at=ctx.block_time_ms,
                earlier_deposit=has_earlier_deposit(new, organization, content, previous),
                same_content=None if content is None else content.newest,
                verification=verification_of(new),
                collector_registered=self._has_registered(organization, new.collector),
                **self._place(organization, new.case_number),
                **asdict(new),
            )
        )
        self._count_in_matter(kept)
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

    def _has_registered(self, organization: str, used: Collector | None) -> bool:
        """Return whether the collector is registered; one that was withdrawn is refused."""
        if used is None or used.app is None or used.version is None:
            return False
        kept = self.collectors.get(organization, used.app, used.version)
        check_collector(kept)
        return kept is not None

    def _place(self, organization: str, case_number: str | None) -> _Place:
        """Return where the next deposit of a matter stands in it."""
        if case_number is None:
            return _Place(matter_number=0, matter_previous=None)
        matter = self.matters.get(organization, case_number)
        if matter is None:
            return _Place(matter_number=1, matter_previous=None)
        return _Place(matter_number=matter.count + 1, matter_previous=matter.newest)

    def _count_in_matter(self, kept: Deposit) -> None:
        if kept.case_number is not None:
            self.matters.put(
                Matter(
                    organization=kept.organization,
                    case_number=kept.case_number,
                    count=kept.matter_number,
                    newest=kept.id,
                )
            )


class _Place(TypedDict):
    matter_number: int
    matter_previous: DepositId | None


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
