# SPDX-License-Identifier: Apache-2.0
"""Words for what the parts keep and announce, and for names that mean the same in every contract.

A contract that means something else by one of them says so in words of its own.
"""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import Final

from tallystick.contracts.label import Label
from tallystick.contracts.wording import Words, choice_labels, role_words, words, words_of

_FIELDS: Final = words(
    abstain=("弃权", "Abstentions"),
    account=("账户", "Account"),
    action=("操作", "Action"),
    active_content=("含可执行内容，原样保留", "Active content, kept as it is"),
    added_at=("登记时间", "Added at"),
    added_by=("登记人", "Added by"),
    after=("变更后", "After"),
    amount=("金额", "Amount"),
    answer=("答复", "Answer"),
    answered_at=("答复时间", "Answered at"),
    applied_at=("申请时间", "Applied at"),
    asked=("所请求的", "Asked for"),
    asked_at=("申请时间", "Asked at"),
    asset=("资产", "Asset"),
    at=("时间", "Time"),
    attempt=("第几次尝试", "Attempt"),
    availability=("可用情况", "Availability"),
    available=("可用余额", "Available"),
    ballots=("投票方式", "Kind of ballots"),
    bank=("银行", "Bank"),
    bank_reference=("银行流水号", "Bank reference"),
    batch=("批次", "Batch"),
    before=("变更前", "Before"),
    calendar=("工作日历", "Calendar of working days"),
    case=("事项", "Matter"),
    certificate=("证书", "Certificate"),
    change=("变更", "Change"),
    changed_at=("变更时间", "Changed at"),
    choice=("选择", "Choice"),
    cid=("内容地址（CID）", "Content address (CID)"),
    ciphertext=("密文的 SHA-256", "SHA-256 of the ciphertext"),
    claim=("占用凭据", "Claim"),
    closes_at=("截止时间", "Closes at"),
    code=("代码", "Code"),
    code_given=("所填代码", "Code given"),
    commit_until=("承诺截止时间", "Commit until"),
    committed_at=("承诺时间", "Committed at"),
    contract=("合约", "Contract"),
    copy=("密封副本", "Sealed copy"),
    count=("数量", "Number"),
    court=("法院", "Court"),
    credit=("收款账户", "Credited account"),
    currency=("币种", "Currency"),
    day=("日期", "Day"),
    days=("天数", "Days"),
    days_off=("放假日", "Days off"),
    debit=("付款账户", "Debited account"),
    declared_at=("申报时间", "Declared at"),
    deleted_at=("删除时间", "Deleted at"),
    deleted_by=("删除人", "Deleted by"),
    digest=("摘要", "Digest"),
    document=("文件", "Document"),
    documents=("文件", "Documents"),
    due=("到期时间", "Due"),
    earlier=("先前参与者", "Who took part before"),
    erased_at=("删除时间", "Erased at"),
    erased_by=("删除人", "Erased by"),
    expires=("失效时间", "Expires"),
    failed=("失败数", "Failed"),
    fields=("字段", "Fields"),
    file=("文件摘要", "Digest of the file"),
    fingerprint=("资产指纹", "Fingerprint of the asset"),
    fired=("已处理期限数", "Deadlines handled"),
    first_at=("最早时间", "First at"),
    given_at=("作出时间", "Given at"),
    given_by=("经办人", "Recorded by"),
    grant=("授权", "Grant"),
    grantee=("被授权机构", "Grantee"),
    grantor=("授权机构", "Grantor"),
    grants=("授权", "Grants"),
    has_conflict=("有利益冲突", "Conflict of interest"),
    held=("冻结金额", "Held"),
    holder=("保管机构", "Holder"),
    id=("编号", "Id"),
    index=("序号", "Index"),
    is_more_due=("尚有到期期限", "More is due"),
    issuer=("发行机构", "Issuer"),
    keeps=("受托保管", "Keeps copies"),
    kind=("种类", "Kind"),
    last_at=("最晚时间", "Last at"),
    latest=("最晚时间", "Latest"),
    legal_holds=("司法冻结数", "Legal holds"),
    limit=("数量上限", "At most"),
    locator=("存放位置", "Locator"),
    max_uses=("最多使用次数", "Uses at most"),
    media_type=("媒体类型", "Media type"),
    member=("成员", "Member"),
    method=("方法", "Method"),
    missing=("缺少的内容", "What is missing"),
    name=("名称", "Name"),
    needed=("所需数额", "Needed"),
    network=("网络", "Network"),
    next_try=("下次重试时间", "Next try"),
    no=("反对", "No"),
    number=("序号", "Number"),
    object=("对象", "Object"),
    offered_at=("提出时间", "Offered at"),
    oldest=("最早可接受时间", "Counts from"),
    on_expiry=("到期处理", "What follows"),
    openings=("打开次数", "Openings"),
    opens_at=("开始时间", "Opens at"),
    order=("付款指令", "Payment order"),
    organization=("机构", "Organisation"),
    other=("另一方", "The other"),
    outcome=("结果代码", "Outcome"),
    outside=("超出授权的字段", "Fields not covered"),
    outstanding=("未清偿余额", "Outstanding"),
    owner=("所有人", "Owner"),
    parameters=("参数", "Parameters"),
    part=("部分", "Part"),
    party=("当事方", "Party"),
    path=("证明路径", "Path of the proof"),
    payee=("收款账户摘要", "Digest of the payee's account"),
    payer=("付款方", "Payer"),
    person=("经办人", "Person"),
    place=("序位", "Place"),
    plain_size=("原文大小（字节）", "Size of the original in bytes"),
    plaintext=("原文承诺", "Commitment to the plain text"),
    platform=("平台", "Platform"),
    poll=("表决", "Poll"),
    possible_from=("最早时间", "Possible from"),
    possible_until=("最晚时间", "Possible until"),
    public_key=("公钥", "Public key"),
    published_at=("发布时间", "Published at"),
    published_by=("发布人", "Published by"),
    purpose=("用途", "Purpose"),
    quorum_bps=("法定比例（万分之）", "Quorum (basis points)"),
    reason=("理由", "Reason"),
    recipient=("接收机构", "Recipient"),
    recipients=("接收机构", "Recipients"),
    record=("私密记录", "Private record"),
    reference=("参考号", "Reference"),
    result=("结果", "Result"),
    retain_until=("保存期限", "Keep until"),
    retired_at=("停用时间", "Retired at"),
    reveal_until=("揭示截止时间", "Reveal until"),
    revealed_at=("揭示时间", "Revealed at"),
    revoked_at=("撤销时间", "Revoked at"),
    role=("角色", "Role"),
    root=("默克尔树根", "Merkle root"),
    rotates=("替换的版本", "Replaces version"),
    rule=("规则", "Rule"),
    sealed=("密封选票", "Sealed ballot"),
    served_at=("送达时间", "Served at"),
    sha256=("SHA-256 哈希", "SHA-256"),
    shown=("所证明的调用", "Call shown"),
    signature=("签名", "Signature"),
    signed=("已签名数", "Signed"),
    signed_at=("签署时间", "Signed at"),
    signed_by=("签署人", "Signed by"),
    since=("起始时间", "Since"),
    size=("大小（字节）", "Size in bytes"),
    slice=("切片", "Slice"),
    slices_root=("切片树根", "Root over the slices"),
    sm3=("SM3 哈希", "SM3"),
    state=("状态", "State"),
    subject=("对象", "Subject"),
    text=("文本", "Text"),
    threshold_bps=("通过比例（万分之）", "Threshold (basis points)"),
    time=("时间", "Time"),
    total=("合计", "Total"),
    transaction=("交易", "Transaction"),
    tries=("已尝试次数", "Tries"),
    until=("截止时间", "Until"),
    used=("已用", "Used"),
    used_at=("使用时间", "Used at"),
    uses=("已使用次数", "Uses"),
    valid_from=("生效时间", "Valid from"),
    valid_until=("有效期至", "Valid until"),
    version=("版本", "Version"),
    voter=("表决人", "Voter"),
    wanted=("目标状态", "Wanted state"),
    weight=("权重", "Weight"),
    what=("内容", "What"),
    why=("原因", "Why"),
    withdrawn=("被撤回的版本", "Withdrawn version"),
    withdrawn_at=("撤回时间", "Withdrawn at"),
    workflow=("流程", "Workflow"),
    working_weekends=("调休上班日", "Working weekends"),
    year=("年份", "Year"),
    yes=("赞成", "Yes"),
)

BASE_WORDS: Final[Words] = MappingProxyType(
    _FIELDS
    | words_of(
        "PostingKind",
        issue=("发行", "issue"),
        redeem=("赎回", "redemption"),
        transfer=("转账", "transfer"),
        hold=("冻结", "hold"),
        release=("解冻", "release"),
        settle=("结算", "settlement"),
    )
    | words_of(
        "OrderState",
        READY=("待发送", "ready"),
        SENT=("已发送", "sent"),
        ACCEPTED=("银行已受理", "accepted by the bank"),
        BOOKED=("已入账", "booked"),
        REJECTED=("被拒", "rejected"),
        RETURNED=("已退回", "returned"),
    )
    | words_of(
        "DeadlineState",
        WAITING=("未到期", "waiting"),
        FAILED=("处理失败", "failed"),
        GIVEN_UP=("待人工处理", "given up"),
    )
    | words_of(
        "Availability",
        free=("空闲", "free"),
        taken=("已被占用", "taken"),
        yours=("由贵方占用", "yours"),
    )
    | words_of("LockState", LOCKED=("已锁定", "locked"), CONSUMED=("已耗用", "used up"))
    | words_of("Choice", yes=("赞成", "yes"), no=("反对", "no"), abstain=("弃权", "abstention"))
    | words_of("Result", accepted=("通过", "accepted"), rejected=("未通过", "rejected"))
    | words_of("Deadline", name=("期限", "Deadline"))
    | words_of("QueueEntry", name=("期限", "Deadline"))
    | words_of("DeadlineReached", name=("期限", "Deadline"))
    | words_of("DeadlineFailed", name=("期限", "Deadline"))
    | words_of("DeadlineGivenUp", name=("期限", "Deadline"))
    | words_of("DeadlineNotFailed", name=("期限", "Deadline"))
    | words_of("TooLate", name=("期限", "Deadline"))
    | words_of("Access", number=("第几次使用", "Use"))
    | words_of("Queue", size=("排队数", "Entries"))
    | role_words(
        {
            "administrator": ("机构管理员", "Administrator of the organisation"),
            "assets.reserver": ("资产占用登记员", "Reserver of assets"),
            "calendar.keeper": ("日历维护员", "Keeper of calendars"),
            "documents.court": ("文件保全法院", "Court that holds documents"),
        }
    )
    | words_of("StateChanged", role=("办理角色", "Role that allowed it"))
)
"""What is known of every contract, before its own words."""


def known_words(own: Words) -> Words:
    """Return a contract's own words, which go before those of every contract."""
    return {**BASE_WORDS, **own}


def choice_words(own: Words, kind: type[Enum]) -> dict[str, Label]:
    """Return what the values of an enumeration are called, by value: for papers and pages."""
    return choice_labels(known_words(own), kind.__name__, [member.value for member in kind])
