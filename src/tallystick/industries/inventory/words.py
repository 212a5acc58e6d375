# SPDX-License-Identifier: Apache-2.0
"""What the fields, choices and states of the inventory contract are called."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tallystick.contracts import Words, phrases, words, words_of
from tallystick.industries.inventory.loan_records import (
    LoanState,
    PledgeState,
    PrepaymentState,
    RedemptionState,
    SaleKind,
)
from tallystick.industries.inventory.records import (
    CaseState,
    InspectionState,
    Listing,
    ReceiptState,
)
from tallystick.industries.inventory.refusals import StepMissing, TooEarly
from tallystick.industries.inventory.workflows import ROLE_WORDS

_FIELDS: Final = words(
    accrued_at=("计息至", "Interest counted until"),
    add_cases=("需补质押箱数", "Cases to add"),
    agreed_until=("回购协议有效期至", "Agreed until"),
    alert=("冻结原因", "Alert"),
    allowed=("可提箱数", "Cases allowed"),
    arrived_at=("到库时间", "Arrived at"),
    assessed_by=("审查人", "Assessed by"),
    bearer=("引入机构", "Brought by"),
    brought=("引入内容", "What was brought"),
    buyer=("买方", "Buyer"),
    call=("追加通知", "Margin call"),
    called_at=("通知时间", "Called at"),
    cameras=("在线摄像头", "Cameras"),
    case=("箱", "Case"),
    case_state=("箱的状态", "State of the case"),
    cases=("箱数", "Cases"),
    costs=("处置费用", "Costs"),
    counted=("盘点箱数", "Counted"),
    counted_at=("盘点时间", "Counted at"),
    dealer=("经销商", "Dealer"),
    declared_by=("申报机构", "Declared by"),
    delivery_note=("发货单号", "Delivery note"),
    drawn=("已用额度", "Drawn"),
    drawn_at=("抽样时间", "Drawn at"),
    earliest=("最早时间", "Earliest"),
    endorsed_to=("背书给", "Endorsed to"),
    evidence=("证据的哈希", "Digest of the evidence"),
    excluded=("不计价箱数", "Cases not counted"),
    expected=("账面箱数", "Expected"),
    first=("一方", "The first"),
    grace_until=("补足期限", "Time to answer until"),
    heard_at=("最近报告时间", "Heard of at"),
    here=("本网络已登记箱数", "Cases known here"),
    high=("最高报价", "Highest quote"),
    holder=("持有人", "Holder"),
    inspection=("抽查", "Inspection"),
    insurer=("保险公司", "Insurer"),
    interest=("利息", "Interest"),
    is_free=("未被占用", "Free"),
    is_genuine=("真品", "Genuine"),
    is_stale=("价格过期", "The price is stale"),
    is_stated=("酒厂已申报", "Stated by its maker"),
    issued_at=("签发时间", "Issued at"),
    keeper=("保管人", "Keeper"),
    largest_sku_bp=("最大单品占比（万分之）", "Largest product (basis points)"),
    left=("剩余箱数", "Cases left"),
    limit=("上限", "Limit"),
    line_until=("授信有效期至", "Line valid until"),
    list_price=("出厂指导价", "List price"),
    listed_at=("指导价时间", "Listed at"),
    loan=("贷款", "Loan"),
    lot=("批次", "Lot"),
    lots=("所含批次", "Lots"),
    low=("最低报价", "Lowest quote"),
    ltv_bp=("质押率（万分之）", "Loan to value (basis points)"),
    marked_at=("仓库标记时间", "Marked at"),
    median=("中位价", "Median price"),
    minute_of_day=("当日第几分钟", "Minute of the day"),
    missing=("缺少的箱数", "Cases missing"),
    number=("编号", "Number"),
    owed=("欠款", "Owed"),
    packing=("包装规格", "Packing"),
    photo=("照片的哈希", "Digest of the photo"),
    platform_account=("平台账户摘要", "Digest of the platform's account"),
    pledge=("质押", "Pledge"),
    pledged_value=("质押价值", "Value pledged"),
    pledges=("质押", "Pledges"),
    prepayment=("预付款", "Prepayment"),
    price=("价格", "Price"),
    principal=("本金", "Principal"),
    proceeds=("处置所得", "Proceeds"),
    quoted_at=("报价时间", "Quoted at"),
    quotes=("报价", "Quotes"),
    rate_bp=("年利率（万分之）", "Rate a year (basis points)"),
    receipt=("仓单", "Receipt"),
    received=("入库箱数", "Cases received"),
    registry_number=("登记证明编号", "Number of the registration"),
    released=("已提箱数", "Cases released"),
    released_at=("提货时间", "Released at"),
    released_by=("放货人", "Released by"),
    repay=("需还款金额", "Amount to repay"),
    said_at=("声明时间", "Said at"),
    scanned_at=("扫码时间", "Scanned at"),
    second=("另一方", "The second"),
    seed=("抽样种子", "Seed of the draw"),
    seller=("卖方", "Seller"),
    sensors=("在线传感器", "Sensors"),
    serial=("箱码", "Serial of the case"),
    serials=("箱码", "Serials"),
    settled_at=("结清时间", "Settled at"),
    ship_by=("发货期限", "Ship by"),
    shortfall=("不足金额", "Shortfall"),
    silent_s=("失联时长（秒）", "Silent for (s)"),
    sku=("产品", "Product"),
    source=("报价来源", "Source"),
    sources=("报价来源", "Sources"),
    stated_at=("申报时间", "Stated at"),
    statement=("供货申报", "Statement of supply"),
    sum_insured=("保险金额", "Sum insured"),
    surplus=("剩余金额", "Surplus"),
    surrendered_at=("交还时间", "Surrendered at"),
    took_s=("用时（秒）", "Took (s)"),
    unit_value=("单箱估值", "Value of a case"),
    valuation=("估值", "Valuation"),
    value=("估值", "Value"),
    valued_at=("估值时间", "Valued at"),
    waited_s=("等待时长（秒）", "Waited (s)"),
    waiting=("待引入供货的箱数", "Cases not stated here yet"),
    warehouse=("仓库", "Warehouse"),
    winery=("酒厂", "Winery"),
)

_STATES: Final = (
    words_of(
        CaseState,
        SUPPLIED=("已发货", "supplied"),
        STORED=("在库", "stored"),
        RELEASED=("已提货", "released"),
        SOLD=("已售出", "sold"),
        COUNTERFEIT=("假货", "counterfeit"),
    )
    | words_of(
        ReceiptState,
        DRAFT=("草拟", "draft"),
        ISSUED=("已签发", "issued"),
        PLEDGED=("已质押", "pledged"),
        PART_RELEASED=("部分提货", "released in part"),
        DISCHARGED=("已解除质押", "discharged"),
        SURRENDERED=("已交还", "surrendered"),
        FROZEN=("已冻结", "frozen"),
    )
    | words_of(
        LoanState,
        APPLIED=("已申请", "applied for"),
        APPROVED=("已审批", "approved"),
        SECURED=("已落实质押", "secured"),
        DRAWN=("已放款", "drawn"),
        NORMAL=("正常", "normal"),
        WARN=("预警", "warning"),
        CALLED=("追加通知中", "margin call"),
        DEFAULT=("违约", "in default"),
        BUYBACK=("回购中", "being bought back"),
        DISPOSAL=("处置中", "goods being sold"),
        REPAID=("已还清", "repaid"),
        CLOSED=("已结清", "closed"),
    )
    | words_of(
        PledgeState,
        OFFERED=("已提出", "offered"),
        ACTIVE=("有效", "active"),
        DISCHARGED=("已解除", "discharged"),
        CANCELLED=("已解除并注销登记", "discharged, registration cancelled"),
    )
    | words_of(
        RedemptionState,
        ASKED=("已申请", "asked for"),
        SIGNED=("银行已签署", "signed by the bank"),
        DONE=("已完成", "done"),
    )
    | words_of(
        InspectionState,
        DRAWN=("已抽样，待核", "drawn, not yet shown"),
        PASSED=("通过", "passed"),
        FAILED=("未通过", "failed"),
        LATE=("逾期未核", "not shown in time"),
    )
    | words_of(
        PrepaymentState,
        ORDERED=("已付款，待发货", "ordered"),
        SHIPPED=("已发货", "shipped"),
        REFUND_DUE=("应退款", "refund due"),
        REFUNDED=("已退款", "refunded"),
    )
    | words_of(
        SaleKind,
        BUY_BACK=("酒厂回购", "buy-back"),
        DISPOSAL=("变价处置", "disposal"),
    )
)

_PHRASES: Final = (
    phrases(
        "name",
        {
            "call": "追加通知",
            "inspection": "抽查",
            "maturity": "贷款到期",
            "shipping": "发货",
            "valuation": "估值",
        },
    )
    | phrases("change", {"merge": "合并", "split": "拆分"})
    | phrases(
        "brought",
        {
            "counterfeit": "假冒标记",
            "list price": "出厂价",
            "product": "品种",
            "sold": "售出登记",
            "supply": "供货声明",
        },
    )
    | phrases(
        "alert",
        {"count": "盘点不符", "counterfeit": "发现假货", "inspection": "抽查缺箱"},
    )
    | phrases(
        "missing",
        {
            "ORDERED": "已付款",
            "REFUND_DUE": "应退款",
            "a loan in good order": "状况正常的贷款",
            "a loan that takes pledges": "可接受质押的贷款",
            "a receipt in use": "使用中的仓单",
            "buy_back or dispose_of_goods": "回购或处置",
            "draw": "放款",
            "reference": "参考号",
            "the end of its pledge": "解除质押",
            "the end of the loan": "贷款终结",
        },
    )
    | phrases(
        "what",
        {
            "0 < lend < warn < call < default": "0 < 放款 < 预警 < 追加 < 违约",
            "a promise is not lowered": "承诺不得降低",
            "a split leaves and takes something": "拆分须各留有箱",
            "currency": "币种",
            "dealer": "经销商",
            "due": "到期时间",
            "lots": "批次",
            "money, or cases of a receipt": "还款，或某仓单的箱",
            "more cases than were promised": "箱数多于承诺",
            "name the serials: some do not count": "部分箱不计价，须列明箱码",
            "no letter or digit": "没有字母或数字",
            "one organisation": "同一机构",
            "owner or product": "所有人或产品",
            "terms differ": "条件不同",
            "warehouse": "仓库",
            "winery and account go together": "酒厂与账户须一并填写",
            "winery or dealer": "酒厂或经销商",
            "zone or period": "时区或期间",
        },
    )
    | phrases(
        "rule",
        {
            "application": "申请金额",
            "line": "授信额度",
            "lots of a receipt": "一张仓单的批次数",
            "pledges of a loan": "一笔贷款的质押数",
            "value": "质押价值",
        },
    )
)

WORDS: Final[Words] = MappingProxyType(
    _FIELDS
    | words_of(Listing, position=("在登记网络日志中的位置", "Place in the registry network's log"))
    | words_of(TooEarly, after=("最早时间", "Not before"))
    | words_of(StepMissing, missing=("缺少的步骤", "Step that is missing"))
    | _STATES
    | _PHRASES
    | ROLE_WORDS
)
