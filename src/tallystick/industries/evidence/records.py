# SPDX-License-Identifier: Apache-2.0
"""What a deposit says, how it is found again, and the facts and refusals around it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeAlias

from tallystick.contracts import (
    Arguments,
    BoundedText,
    ByteCount,
    Count,
    Digest,
    Event,
    Format,
    Help,
    Label,
    MediaType,
    Meta,
    Name,
    OrganizationCode,
    Record,
    Refusal,
    SM3Digest,
    Timestamp,
    ValueDigest,
)

DepositId: TypeAlias = Annotated[
    str, Meta(pattern="^EV-[0-9]{4}-[0-9]{6,12}(?!\n)$", max_length=20), Format("deposit")
]
"""For example `EV-2026-000001`: year of deposit and number."""

CaseNumber: TypeAlias = Annotated[
    str, Meta(pattern=r"^(?![\s\S]*\n)", min_length=1, max_length=64), Format("case-number")
]
"""One line as the court or the parties write it, for example （2026）京0491民初1号."""


class EvidenceKind(StrEnum):
    """What sort of electronic data it is."""

    DOCUMENT = "document"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    WEB_PAGE = "web_page"
    MESSAGE = "message"
    TRANSACTION = "transaction"
    LOG = "log"
    OTHER = "other"


class CollectionMethod(StrEnum):
    """How the data came to the depositor."""

    UPLOAD = "upload"
    SYSTEM = "system"
    WEB_CAPTURE = "web_capture"
    SCREEN_RECORDING = "screen_recording"
    DEVICE_EXPORT = "device_export"
    NOTARY = "notary"
    OTHER = "other"


class VerificationMethod(StrEnum):
    """How the trade lets a content be verified (SPC rules on internet courts, Art 11)."""

    TIME_STAMP = "time_stamp"
    ELECTRONIC_SIGNATURE = "electronic_signature"
    HASH_CHECK = "hash_check"


class Collector(Record):
    """What collected the data; a court asks whether it was clean (SPC online rules, Art 17)."""

    device: Annotated[Name | None, Label(zh="设备", en="Device")] = None
    app: Annotated[Name | None, Label(zh="程序", en="Program")] = None
    version: Annotated[Name | None, Label(zh="程序版本", en="Program version")] = None
    environment: Annotated[
        Name | None,
        Label(zh="环境检查", en="Environment check"),
        Help(zh="采集前对系统清洁性的检查", en="What was checked of the system before collecting."),
    ] = None


class NewDeposit(Arguments):
    """What a depositor states about a file; the file itself stays where it is."""

    sha256: Annotated[
        Digest,
        Label(zh="SHA-256 哈希", en="SHA-256"),
        Help(zh="64 位小写十六进制", en="64 lower-case hexadecimal digits."),
    ]
    size: Annotated[ByteCount, Label(zh="大小（字节）", en="Size in bytes")]
    title: Annotated[Name, Label(zh="标题", en="Title")]
    kind: Annotated[EvidenceKind, Label(zh="证据种类", en="Kind")] = EvidenceKind.DOCUMENT
    media_type: Annotated[MediaType, Label(zh="媒体类型", en="Media type")] = (
        "application/octet-stream"
    )
    file_name: Annotated[Name | None, Label(zh="文件名", en="File name")] = None
    sm3: Annotated[SM3Digest | None, Label(zh="SM3 哈希", en="SM3")] = None
    case_number: Annotated[
        CaseNumber | None,
        Label(zh="案号", en="Case number"),
        Help(zh="案件或事项的编号，可留空", en="Number of the case or matter, if there is one."),
    ] = None
    previous: Annotated[
        DepositId | None,
        Label(zh="前一存证", en="Previous deposit"),
        Help(zh="同一事项的前一份存证编号", en="Id of the previous deposit of the same matter."),
    ] = None
    captured_at: Annotated[
        Timestamp | None,
        Label(zh="采集时间（声称）", en="Captured at (claimed)"),
        Help(zh="由存证方声称，不得晚于存证时间", en="Claimed, and not later than the deposit."),
    ] = None
    method: Annotated[CollectionMethod, Label(zh="采集方式", en="Method")] = CollectionMethod.UPLOAD
    collector: Annotated[Collector | None, Label(zh="采集工具", en="Collector")] = None
    note: Annotated[BoundedText | None, Label(zh="备注", en="Note")] = None
    source: Annotated[
        BoundedText | None,
        Label(zh="来源（声称）", en="Source (claimed)"),
        Help(
            zh="数据取自何处：网址、系统、设备",
            en="Where the data is from: address, system, device.",
        ),
    ] = None
    token_sha256: Annotated[
        Digest | None,
        Label(zh="时间戳的 SHA-256", en="SHA-256 of the time-stamp"),
        Help(
            zh="针对同一文件的 RFC 3161 应答或令牌的哈希",
            en="Of the RFC 3161 reply or token over the same file.",
        ),
    ] = None
    signature_sha256: Annotated[
        Digest | None,
        Label(zh="电子签名的 SHA-256", en="SHA-256 of the signature"),
        Help(zh="文件的可靠电子签名的哈希", en="Of a reliable electronic signature of the file."),
    ] = None
    active_content: Annotated[
        bool,
        Label(zh="含可执行内容，原样保留", en="Active content, kept as it is"),
        Help(
            zh="PDF 含脚本、动作或程序，作为证据原样保留",
            en="A PDF with a script, an action or a program inside, which is evidence as it is.",
        ),
    ] = False


class Deposit(NewDeposit):
    """A deposit as it stands: what was stated, and what the ledger knows."""

    id: Annotated[DepositId, Label(zh="存证编号", en="Deposit")]
    organization: Annotated[OrganizationCode, Label(zh="存证机构", en="Organisation")]
    member: Annotated[str, Label(zh="经办成员", en="Member")]
    deposited_at: Annotated[Timestamp, Label(zh="存证时间", en="Deposited at")]
    earlier_deposit: Annotated[
        bool,
        Label(zh="已有更早存证", en="Earlier deposit exists"),
        Help(
            zh="其他机构更早存证过相同内容，且本存证未引用它",
            en="Another organisation deposited the same content before, without a reference here.",
        ),
    ]
    same_content: Annotated[
        DepositId | None,
        Label(zh="相同内容的上一存证", en="Newest earlier deposit of the same content"),
    ] = None
    verification: Annotated[
        tuple[VerificationMethod, ...],
        Label(zh="可用核验方式", en="Ways to verify"),
        Help(
            zh="由所存内容得出：哈希核验恒可用",
            en="Follow from what was deposited; hash check always.",
        ),
    ] = (VerificationMethod.HASH_CHECK,)
    collector_registered: Annotated[
        bool,
        Label(zh="采集程序已登记", en="Collector registered"),
        Help(
            zh="存证时，机构登记过该采集程序的这一版本且未撤回",
            en="The organisation had registered this version of the program, not withdrawn.",
        ),
    ] = False
    matter_number: Annotated[
        Count, Label(zh="事项内序号", en="Number in the matter"), Help(zh="自 1 起", en="From 1.")
    ] = 0
    matter_previous: Annotated[
        DepositId | None, Label(zh="事项内上一存证", en="Deposit before it in the matter")
    ] = None


class Matter(Record):
    """How far the deposits of an organisation in a matter have come."""

    organization: OrganizationCode
    case_number: CaseNumber
    count: Count
    newest: DepositId


class NewCollector(Arguments):
    """A version of a program that collects evidence."""

    app: Annotated[Name, Label(zh="程序", en="Program")]
    version: Annotated[Name, Label(zh="程序版本", en="Program version")]
    sha256: Annotated[
        Digest | None,
        Label(zh="程序的 SHA-256", en="SHA-256 of the program"),
    ] = None
    environment: Annotated[
        BoundedText | None,
        Label(zh="环境检查", en="Environment check"),
        Help(
            zh="该版本采集前如何检查系统的清洁性",
            en="How this version checks that a system is clean before it collects.",
        ),
    ] = None


class RegisteredCollector(NewCollector):
    """A version as it stands: in use, or withdrawn and why."""

    organization: Annotated[OrganizationCode, Label(zh="机构", en="Organisation")]
    registered_at: Annotated[Timestamp, Label(zh="登记时间", en="Registered at")]
    withdrawn_at: Annotated[Timestamp | None, Label(zh="撤回时间", en="Withdrawn at")] = None
    reason: Annotated[BoundedText | None, Label(zh="撤回原因", en="Reason")] = None


class NewHashBatch(Arguments):
    """Deposits too many for a transaction each: their root alone."""

    root: Annotated[
        ValueDigest,
        Label(zh="哈希树根", en="Root"),
        Help(zh="各文件叶哈希的 RFC 9162 树根", en="RFC 9162 root over the leaves of the files."),
    ]
    count: Annotated[Count, Label(zh="文件数", en="Files")]
    total: Annotated[ByteCount, Label(zh="总字节数", en="Bytes in all")]
    first_at: Annotated[
        Timestamp, Label(zh="最早采集时间（声称）", en="Earliest capture (claimed)")
    ]
    last_at: Annotated[Timestamp, Label(zh="最晚采集时间（声称）", en="Latest capture (claimed)")]


class Content(Record):
    """Everything known about one content, by its hash."""

    sha256: Digest
    first: DepositId
    newest: DepositId
    organization: OrganizationCode
    """Who deposited it first."""
    is_shared: bool
    """Whether several organisations have deposited it."""
    count: Count


class Filing(Record):
    """That an organisation has deposited a content in a matter: it does so once."""

    sha256: Digest
    organization: OrganizationCode
    case_number: str
    """Empty for none."""
    id: DepositId


class DepositSummary(Record):
    """What a depositor is told, and what the log entry proves."""

    id: Annotated[DepositId, Label(zh="存证编号", en="Deposit")]
    deposited_at: Annotated[Timestamp, Label(zh="存证时间", en="Deposited at")]
    earlier_deposit: Annotated[bool, Label(zh="已有更早存证", en="Earlier deposit exists")]


class Duplicated(Record):
    """A place in a batch whose content is deposited already."""

    index: Count
    """From 0."""
    existing: DepositId | None
    """The deposit there is, or null if the content stands earlier in the same batch."""


class Deposited(Event):
    """en: {organization} deposited “{title}” as {id}.

    zh: {organization} 存证《{title}》，编号 {id}。
    """

    id: DepositId
    organization: OrganizationCode
    title: Name
    sha256: Digest
    case_number: CaseNumber | None


class BatchDeposited(Event):
    """en: {organization} deposited {count} files, {first} to {last}.

    zh: {organization} 批量存证 {count} 份，编号 {first} 至 {last}。
    """

    organization: OrganizationCode
    count: Count
    first: DepositId
    last: DepositId


class CollectorRegistered(Event):
    """en: {organization} registered {app} {version} as a collector.

    zh: {organization} 登记采集程序 {app} {version}。
    """

    organization: OrganizationCode
    app: Name
    version: Name


class CollectorWithdrawn(Event):
    """en: {organization} withdrew the collector {app} {version}: {reason}.

    zh: {organization} 撤回采集程序 {app} {version}：{reason}。
    """

    organization: OrganizationCode
    app: Name
    version: Name
    reason: BoundedText


class WithdrawnCollector(Refusal, code="E_STATE"):
    """en: {app} {version} was withdrawn at {withdrawn_at} and collects no more.

    zh: 采集程序 {app} {version} 已于 {withdrawn_at} 撤回，不得再用于采集。
    """

    app: Name
    version: Name
    withdrawn_at: Timestamp


class AlreadyDeposited(Refusal, code="E_DUP"):
    """en: Your organisation has already deposited this content in this matter: {existing}.

    zh: 本机构已在同一事项中存证过该内容：{existing}。
    """

    existing: DepositId | None
    """The first one; null if it stands earlier in the same batch."""
    duplicates: list[Duplicated]
    """All of them, so that a batch can be sent again without."""


class CapturedLater(Refusal, code="E_EARLY"):
    """en: The claimed capture time {captured_at} is later than the deposit at {deposited_at}.

    zh: 声称的采集时间 {captured_at} 晚于存证时间 {deposited_at}。
    """

    captured_at: Timestamp
    deposited_at: Timestamp


class SizeContradictsHash(Refusal, code="E_HASH"):
    """en: A size of {size} bytes contradicts the {algorithm} hash.

    zh: 大小 {size} 字节与 {algorithm} 哈希不符。
    """

    size: ByteCount
    algorithm: str


class OtherMatter(Refusal, code="E_VALUE"):
    """en: The previous deposit {previous} belongs to another matter: {case_number}.

    zh: 前一存证 {previous} 属于另一事项：{case_number}。
    """

    previous: DepositId
    case_number: CaseNumber | None
