# SPDX-License-Identifier: Apache-2.0
"""The story of `tally demo charity`: from a gift to a child's own word.

It is told through a `Theatre`, which has the network, the keys, the bank's folder and the voice;
here stands only who does what, and why. All persons, numbers and accounts are invented.
"""

from __future__ import annotations

from typing import Any, Final

from tallystick.contracts import DAY_MS, Label, PlayerKey, Theatre, digest_of
from tallystick.industries.charity.demo_cast import (
    APP,
    CIVIL,
    CONTRACT,
    CURRENCY,
    FOUNDATION,
    OFFICER_1,
    PAYER,
    REVIEWER_1,
    TEACHER,
    TELLER,
    VOUCHER,
    parts,
)
from tallystick.industries.charity.history import as_entitlement, history
from tallystick.industries.charity.list_files import ListFile, read_list
from tallystick.industries.charity.records import PayeeAccount
from tallystick.industries.charity.rules import claim_digest, confirmation_digest, list_digest_of

__all__ = ["CONTRACT", "PAYER", "TELLER", "history", "parts", "tell"]

GIFTS: Final = ((600_000, "donor-1", "CNAPS-0001"), (400_000, "donor-2", "CNAPS-0002"))
CLOSED_ACCOUNT: Final = "6222021001116245706"
NEW_ACCOUNT: Final = "6222021001116245799"
_TRIES: Final = 3
_YEAR_MS: Final = 365 * DAY_MS
_PERIOD: Final = "2026-autumn"

_HEADER: Final = "姓名,证件号码,银行账号,开户行行号,金额,省份代码\n"
_PEOPLE: Final = (
    "李一,110101200801101009,6222021001116245701,102100099996,1500,11\n",
    "王二,110101200802111073,6222021001116245702,102100099996,1500,11\n",
    "张三,110101200803121142,6222021001116245703,102100099996,1500,13\n",
    "赵四,110101200804131211,6222021001116245704,102100099996,1500,13\n",
    "孙五,110101200805141286,6222021001116245705,102100099996,1500,13\n",
    f"周六,110101200806151355,{CLOSED_ACCOUNT},102100099996,1500,13\n",
)
_MISTAKEN: Final = (
    "李一,110101200801101008,6222021001116245701,102100099996,1500,11\n",
    "王二,110101200802111073,6222021001116245702,102100099996,1500.005,11\n",
)
"""A wrong check character, and a fraction of a cent."""


def tell(theatre: Theatre) -> dict[str, Any]:
    """Tell the story; return what it came to."""
    campaign = _open_campaign(theatre)
    gift = _receive_gifts(theatre, campaign)
    listed = _read_list(theatre)
    batch = _import(theatre, campaign, listed)
    _review(theatre, batch)
    claims = Claims(theatre, batch, listed)
    claims.claim_all()
    _pay(theatre, claims)
    claims.confirm_all()
    return {
        "campaign": campaign,
        "list": batch,
        **_account_for(theatre, campaign, gift, batch, listed),
    }


def _open_campaign(theatre: Theatre) -> str:
    foundation = {
        "organization": FOUNDATION[0],
        "licence": "53100000500020",
        "valid_until": theatre.now + _YEAR_MS,
        "may_raise_publicly": True,
    }
    theatre.act(CIVIL, "license_foundation", foundation=foundation)
    theatre.act(TELLER, "open_money", currency=CURRENCY)
    theatre.say(
        Label(
            zh="民政局登记慈善组织，银行开立人民币资金账户",
            en="Civil affairs licensed the foundation; the bank keeps CNY",
        )
    )
    campaign = str(
        theatre.act(
            OFFICER_1,
            "register_campaign",
            title="新未来高中生",
            project="new-future",
            plan=digest_of("the plan's file"),
            target=10_000_000,
            opens_at=theatre.now,
            closes_at=theatre.now + _YEAR_MS,
            fee_cap_basis=800,
            needs_school=True,
        )
    )
    theatre.act(OFFICER_1, "file_campaign", campaign=campaign)
    theatre.act(OFFICER_1, "open_campaign", campaign=campaign)
    theatre.say(
        Label(zh=f"募捐项目 {campaign} 已备案并开放", en=f"Campaign {campaign} filed and open")
    )
    return campaign


def _receive_gifts(theatre: Theatre, campaign: str) -> str:
    """Let the gifts arrive; return the number of the first."""
    numbers = [
        str(
            theatre.act(
                TELLER,
                "receive_donation",
                campaign=campaign,
                amount=amount,
                donor=digest_of("a donor's secret", donor),
                reference=reference,
            )
        )
        for amount, donor, reference in GIFTS
    ]
    theatre.say(
        Label(zh=f"两笔捐赠到账：{' '.join(numbers)}", en=f"Two gifts arrived: {' '.join(numbers)}")
    )
    return numbers[0]


def _read_list(theatre: Theatre) -> ListFile:
    """Read the list twice: with its mistakes, and corrected."""
    first = read_list(
        "".join((_HEADER, *_MISTAKEN, *_PEOPLE[2:])).encode("gb18030"), theatre.secret
    )
    for one in first.problems:
        theatre.say(
            Label(
                zh=f"名单第 {one.row} 行 {one.column}：{one.zh}（{one.code}）",
                en=f"List, row {one.row}, {one.column}: {one.en} ({one.code})",
            )
        )
    theatre.check(
        holds=len(first.problems) == len(_MISTAKEN),
        claim=Label(zh="名单错误逐行发现", en="mistakes are found by row"),
    )
    listed = read_list("".join((_HEADER, *_PEOPLE)).encode(), theatre.secret)
    theatre.check(
        holds=not listed.problems,
        claim=Label(zh="更正后的名单无误", en="the corrected list is good"),
    )
    theatre.keep_payees(listed.payees)
    theatre.say(
        Label(
            zh="名单已更正；姓名与账号只写入本机收款人文件，不上链",
            en="List corrected; names and accounts go into a private file, never on the ledger",
        )
    )
    return listed


def _import(theatre: Theatre, campaign: str, listed: ListFile) -> str:
    batch = str(
        theatre.act(
            OFFICER_1,
            "import_list",
            campaign=campaign,
            period=_PERIOD,
            count=len(listed.rows),
            total=listed.total,
            list_digest=listed.digest,
        )
    )
    theatre.act(OFFICER_1, "add_rows", batch=batch, rows=list(listed.plain_rows))
    theatre.act(TEACHER, "attest_list", batch=batch, list_digest=listed.digest)
    theatre.act(APP, "check_list", batch=batch)
    theatre.say(
        Label(
            zh=f"名单 {batch} 已导入、校验，学校已证明：{len(listed.rows)} 人",
            en=f"List {batch} imported, checked, attested: {len(listed.rows)} persons",
        )
    )
    return batch


def _review(theatre: Theatre, batch: str) -> None:
    """Let the importer try, then finance with a list of its own, in another order."""
    own = read_list("".join((_HEADER, *reversed(_PEOPLE))).encode(), theatre.secret)
    digest = own.digest
    theatre.refused("E_ROLE", OFFICER_1, "approve_list", batch=batch, list_digest=digest)
    theatre.say(
        Label(
            zh="导入人自行审核：被拒绝（E_ROLE）",
            en="The importer's own approval was refused (E_ROLE)",
        )
    )
    wrong = list_digest_of(list(own.rows[1:]))
    theatre.refused("E_HASH", REVIEWER_1, "approve_list", batch=batch, list_digest=wrong)
    theatre.say(
        Label(
            zh="财务名单少一人：被拒绝（E_HASH）",
            en="A finance list that lacks a person was refused (E_HASH)",
        )
    )
    theatre.act(REVIEWER_1, "approve_list", batch=batch, list_digest=digest)
    theatre.say(
        Label(
            zh="另一人以财务自有名单核对一致并通过，款项冻结",
            en="Another person's list agreed; approved, the money is set aside",
        )
    )


class Claims:
    """What the beneficiaries of a list do on their telephones."""

    def __init__(self, theatre: Theatre, batch: str, listed: ListFile) -> None:
        """Know who has which entitlement: the rows' places."""
        self._theatre = theatre
        self._batch = batch
        self._listed = listed
        self._accounts = [dict(payee) for payee in listed.payees]

    def claim_all(self) -> None:
        """Let everybody claim."""
        for place in range(len(self._listed.rows)):
            self._claim(place, "claim")
        self._theatre.say(
            Label(
                zh="受益人经身份核验后，用本人密钥签署领取确认",
                en="Identities vouched for; each beneficiary signed the claim with an own key",
            )
        )

    def claim_with_new_account(self) -> None:
        """Let who has the closed account claim with another one."""
        (place,) = (n for n, one in enumerate(self._accounts) if one["account"] == CLOSED_ACCOUNT)
        self._accounts[place] |= {
            "account": NEW_ACCOUNT,
            "salt": digest_of("a new salt", self._accounts[place]["salt"]),
        }
        self._theatre.keep_payees(self._accounts)
        self._claim(place, "claim_again")

    def confirm_all(self) -> None:
        """Let everybody say that the money came."""
        feedback = digest_of("谢谢")
        for place in range(len(self._listed.rows)):
            entitlement = self._entitlement(place)
            signature = self._key(place).sign(confirmation_digest(entitlement, feedback))
            self._theatre.act(
                APP, "confirm", entitlement=entitlement, feedback=feedback, signature=signature
            )
        self._theatre.say(
            Label(zh="受益人逐一签署收款确认", en="Every beneficiary signed that the money came")
        )

    def _claim(self, place: int, method: str) -> None:
        row, entitlement, key = self._listed.rows[place], self._entitlement(place), self._key(place)
        assertion = f"A-{entitlement}-{method.replace('_', '-')}"
        self._theatre.act(
            VOUCHER,
            "assert_identity",
            id=assertion,
            entitlement=entitlement,
            subject=row.beneficiary,
            public_key=key.public_key,
            level=3,
            issued_at=self._theatre.now - 1000,
        )
        account = PayeeAccount(
            holder=row.beneficiary, account=self._theatre.account_digest(self._accounts[place])
        )
        digest = claim_digest(as_entitlement(entitlement, self._batch, row), account, CURRENCY)
        self._theatre.act(
            APP,
            method,
            entitlement=entitlement,
            amount=row.amount,
            account={"holder": account.holder, "account": account.account},
            device=digest_of("device", place),
            beneficiary={"assertion": assertion, "signature": key.sign(digest)},
        )

    def _key(self, place: int) -> PlayerKey:
        return self._theatre.key(self._listed.rows[place].beneficiary)

    def _entitlement(self, place: int) -> str:
        return f"{self._batch}-{place + 1:05d}"


def _pay(theatre: Theatre, claims: Claims) -> None:
    """Pay: one account is closed, three tries, a new account."""
    everybody = len(_PEOPLE)
    made, refused = theatre.bank_round(everybody, [CLOSED_ACCOUNT])
    theatre.say(
        Label(
            zh=f"pain.001 发出 {everybody} 笔；银行回执：{made} 笔入账，{refused} 笔被拒（AC04 账户已销户）",
            en=f"pain.001 with {everybody} payments: {made} made, {refused} refused (AC04, closed)",
        )
    )
    for _ in range(_TRIES - 1):
        theatre.bank_round(1, [CLOSED_ACCOUNT])
    theatre.say(
        Label(
            zh="自动重试两次仍被拒，款项保持冻结",
            en="Tried twice more by itself, refused; the money stays on hold",
        )
    )
    claims.claim_with_new_account()
    made, refused = theatre.bank_round(1, [CLOSED_ACCOUNT])
    theatre.check(
        holds=(made, refused) == (1, 0),
        claim=Label(zh="更换账户后入账", en="the new account is paid"),
    )
    theatre.say(
        Label(
            zh="受益人更换账户重新领取，付款入账", en="Claimed again with another account, and paid"
        )
    )


def _account_for(
    theatre: Theatre, campaign: str, gift: str, batch: str, listed: ListFile
) -> dict[str, Any]:
    """Show where the gift went, and hold the sums against each other."""
    trace = theatre.ask("trace", donation=gift)
    theatre.say(
        Label(
            zh=f"捐赠 {gift} 去向：{trace['amount']} 分中已发放 {trace['paid']} 分",
            en=f"Gift {gift}: {trace['paid']} of {trace['amount']} cents were paid out",
        )
    )
    theatre.act(OFFICER_1, "disclose", campaign=campaign)
    book = theatre.ask("show_book", campaign=campaign)
    given = sum(amount for amount, _, _ in GIFTS)
    theatre.check(
        holds=(book["donated"], book["paid"], book["held"]) == (given, listed.total, 0),
        claim=Label(zh="收支恒等", en="the sums balance"),
    )
    theatre.say(
        Label(
            zh=f"信息公开：募集 {given} 分，发放 {listed.total} 分，收支平衡",
            en=f"Disclosed: {given} cents given, {listed.total} paid; the sums balance",
        )
    )
    _take_home(theatre, campaign, gift, f"{batch}-00001")
    return {"donated": given, "paid": listed.total, "beneficiaries": len(listed.rows)}


def _take_home(theatre: Theatre, campaign: str, gift: str, entitlement: str) -> None:
    """Save what donor, beneficiary and public keep; the two receipts are checked offline."""
    donor = theatre.take_away(APP, "donation", gift)
    beneficiary = theatre.take_away(APP, "payment", entitlement)
    for kind, subject in (
        ("donation-text", gift),
        ("trace", gift),
        ("payment-text", entitlement),
        ("disclosure", campaign),
        ("360giving", campaign),
    ):
        theatre.take_away(APP, kind, subject)
    said, paid = donor["amount_in_capitals"], beneficiary["amount_in_capitals"]
    theatre.say(
        Label(
            zh=f"捐赠收据（{said}）与受助凭证（{paid}）已出具，各附证明，脱机核验通过",
            en=f"The donor's receipt over {donor['amount']} and the beneficiary's over "
            f"{beneficiary['amount']}, each with its proof, checked offline",
        )
    )
