# SPDX-License-Identifier: Apache-2.0
"""Rules, retention classes, money, nodes and agreements: what must be there before a file comes."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    Context,
    Digest,
    Identifier,
    InvalidValue,
    Label,
    Meta,
    Name,
    OrganizationCode,
    ValueDigest,
    action,
    asdict,
    replace,
)
from tallystick.contracts.parts import OrderId, OrderState, PaymentOrder, Units
from tallystick.industries.custody.events import AgreementMade, NodeClosed, NodeOffered
from tallystick.industries.custody.records import (
    Agreement,
    CustodyParameters,
    Days,
    Directory,
    NewAgreement,
    NewNode,
    PaymentReport,
    Payout,
    RetentionClass,
    StorageNode,
)
from tallystick.industries.custody.refusals import (
    NotYours,
    StakeTooLow,
    TooFewChallenges,
    TooFewZones,
)
from tallystick.industries.custody.rules import challenges_needed
from tallystick.industries.custody.tables import (
    ALL_NODES,
    CustodyTables,
    require_party,
    stake_of,
)
from tallystick.industries.custody.workflows import (
    BANK,
    OPERATOR,
    OWNER,
    REGULATOR,
    RULE_KEEPER,
)

NODES_MAX = 200


class Setting(CustodyTables):
    """The chapter of what must be there first, and of money that comes and goes."""

    @action(role=RULE_KEEPER, label=Label(zh="修改参数", en="Change the parameters"))
    def change_parameters(self, ctx: Context, parameters: CustodyParameters) -> CustodyParameters:
        """en: Puts other numbers of the rules into force.

        zh: 发布新一版业务参数。
        """
        if parameters.fails_evict <= parameters.fails_suspect:
            raise InvalidValue(
                "a copy is suspect before it is evicted",
                field="fails_evict",
                found=str(parameters.fails_evict),
            )
        return self.parameters.change(ctx, parameters)

    @action(role=(RULE_KEEPER, REGULATOR), label=Label(zh="登记留存类别", en="Define a class"))
    def define_class(
        self,
        ctx: Context,
        id: Annotated[Identifier, Label(zh="类别", en="Class")],  # noqa: A002
        title: Annotated[Name, Label(zh="名称", en="Title")],
        days: Annotated[Days, Label(zh="留存天数", en="Days to keep")],
    ) -> RetentionClass:
        """en: Says how long documents of a kind are kept; it is never shortened for what is stored.

        zh: 登记某类文件的留存期限；对已存文件不追溯缩短。
        """
        return self.classes.add(RetentionClass(id=id, title=title, days=days))

    @action(role=BANK, label=Label(zh="开立资金账簿", en="Open the books"))
    def open_money(
        self, ctx: Context, currency: Annotated[Identifier, Label(zh="币种", en="Currency")]
    ) -> None:
        """en: Begins to keep accounts in a currency; the signer's bank settles it.

        zh: 开立某币种账簿，由签署银行结算。
        """
        self.money.define(currency, issuer=ctx.signer.organization)

    @action(role=BANK, label=Label(zh="入金", en="Receive a deposit"))
    def receive_deposit(
        self,
        ctx: Context,
        organization: Annotated[OrganizationCode, Label(zh="机构", en="Organisation")],
        currency: Annotated[Identifier, Label(zh="币种", en="Currency")],
        amount: Annotated[Units, Label(zh="金额", en="Amount")],
        reference: Annotated[Name, Label(zh="参考号", en="Reference")],
    ) -> None:
        """en: Books money that has come to the bank, for an owner's fees or an operator's stake.

        zh: 将到账资金记入机构账户，用于费用或保证金。
        """
        self.money.issue(ctx, currency, to=organization, amount=amount, reference=reference)

    @action(role=(OPERATOR, OWNER), label=Label(zh="提款", en="Withdraw"))
    def withdraw(
        self,
        ctx: Context,
        currency: Annotated[Identifier, Label(zh="币种", en="Currency")],
        amount: Annotated[Units, Label(zh="金额", en="Amount")],
        payee: Annotated[ValueDigest, Label(zh="收款账户摘要", en="Digest of the account")],
    ) -> PaymentOrder:
        """en: Orders a payment of what is available to the organisation's own bank account.

        zh: 将可用余额付至本机构银行账户。
        """
        order, owner = ctx.next_id("PO"), ctx.signer.organization
        self.money.hold(currency, owner=owner, amount=amount, hold=order)
        self.payouts.add(Payout(order=order, organization=owner, currency=currency, amount=amount))
        issuer = self.money.assets.require(currency).issuer
        money = (amount, currency)
        return self.payments.order(
            ctx, order, case=order, payer=f"{issuer}/custody", payee=payee, money=money
        )

    @action(role=BANK, label=Label(zh="登记已发送", en="Note what was sent"), refuses=(NotYours,))
    def note_sent(
        self,
        ctx: Context,
        orders: Annotated[
            tuple[OrderId, ...],
            Meta(min_length=1, max_length=100),
            Label(zh="付款指令", en="Payment orders"),
        ],
        file: Annotated[Digest, Label(zh="文件哈希", en="Hash of the file")],
    ) -> int:
        """en: Notes in which file payment orders went to the bank; returns how many were new.

        zh: 登记付款指令已随哪个文件发往支付系统，返回新登记的笔数。
        """
        for order in orders:
            self._settled_here(ctx, order)
        return sum(self.payments.send(ctx, order, file=file) for order in orders)

    @action(role=BANK, label=Label(zh="登记付款结果", en="Report a payment"), refuses=(NotYours,))
    def report_payment(self, ctx: Context, said: PaymentReport) -> bool:
        """en: Notes what became of a payment; the same report again changes nothing.

        zh: 登记付款结果，返回是否为新结果；重复报告不产生变化。
        """
        order, state = said.order, said.state
        payout = self._settled_here(ctx, order)
        is_new = self.payments.report(
            ctx,
            order,
            state,
            attempt=said.attempt,
            bank_reference=said.reference,
            reason=said.reason,
        )
        if not is_new:
            return False
        paid = f"{order}/{said.attempt}"
        owner, currency, amount = payout.organization, payout.currency, payout.amount
        if state in {OrderState.BOOKED, OrderState.REJECTED}:
            self.money.release(order)
        if state is OrderState.BOOKED:
            self.money.redeem(ctx, currency, owner=owner, amount=amount, reference=paid)
        elif state is OrderState.RETURNED:
            returned = f"returned/{paid}"
            self.money.issue(ctx, currency, to=owner, amount=amount, reference=returned)
        return True

    @action(
        role=OPERATOR,
        label=Label(zh="登记存储节点", en="Offer a node"),
        emits=(NodeOffered,),
        refuses=(StakeTooLow,),
    )
    def offer_node(self, ctx: Context, new: NewNode) -> StorageNode:
        """en: Registers a place where copies can be kept, with a stake that failures are paid from.

        zh: 登记可存放副本的节点，并冻结保证金。
        """
        needed = self.parameters.now().stake_min
        if new.stake < needed:
            raise StakeTooLow(stake=new.stake, needed=needed)
        operator = ctx.signer.organization
        node = self.nodes.add(StorageNode(operator=operator, **asdict(new)))
        self.money.hold(new.currency, owner=operator, amount=new.stake, hold=stake_of(new.id))
        known = self.directory.get(ALL_NODES) or Directory(id=ALL_NODES, nodes=())
        if len(known.nodes) >= NODES_MAX:
            raise InvalidValue("too many nodes", field="nodes", found=str(len(known.nodes)))
        self.directory.put(replace(known, nodes=(*known.nodes, node.id)))
        ctx.emit(
            NodeOffered(
                node=node.id,
                operator=operator,
                zone=node.zone,
                capacity=node.capacity,
                price=node.price,
            )
        )
        return node

    @action(
        role=OPERATOR,
        label=Label(zh="停止接收", en="Close a node"),
        emits=(NodeClosed,),
        refuses=(NotYours,),
    )
    def close_node(
        self, ctx: Context, node: Annotated[Identifier, Label(zh="节点", en="Node")]
    ) -> StorageNode:
        """en: Takes no new copies; those that are there stay, and the stake with the last of them.

        zh: 停止接收新副本；已有副本继续保管，最后一份移出后退还保证金。
        """
        kept = self.nodes.require(node)
        require_party(ctx, kept.id, kept.operator)
        closed = self.nodes.replace(replace(kept, is_open=False))
        known = self.directory.require(ALL_NODES)
        rest = tuple(name for name in known.nodes if name != node)
        self.directory.replace(replace(known, nodes=rest))
        ctx.emit(NodeClosed(node=node, operator=kept.operator))
        self.return_stake(closed)
        return closed

    @action(
        role=OWNER,
        label=Label(zh="订立存储约定", en="Make an agreement"),
        emits=(AgreementMade,),
        refuses=(TooFewZones, TooFewChallenges),
    )
    def make_agreement(self, ctx: Context, new: NewAgreement) -> Agreement:
        """en: Says how many copies in how many zones the owner's objects have, and for what price.

        zh: 约定本机构对象的副本数、区域数、期限与价格上限。
        """
        if new.zones > new.copies:
            raise TooFewZones(zones=new.copies, needed=new.zones)
        needed = challenges_needed(new.copies, new.period_days)
        if new.challenges < needed:
            raise TooFewChallenges(challenges=new.challenges, needed=needed)
        self.money.assets.require(new.currency)
        made = Agreement(
            id=ctx.next_id("AG"),
            owner=ctx.signer.organization,
            made_at=ctx.block_time_ms,
            **asdict(new),
        )
        ctx.emit(
            AgreementMade(agreement=made.id, owner=made.owner, copies=made.copies, zones=made.zones)
        )
        return self.agreements.add(made)

    def return_stake(self, node: StorageNode) -> None:
        """Give a closed node's stake back once it keeps nothing any more."""
        hold = stake_of(node.id)
        if not node.is_open and not node.copies and self.money.holds.contains(hold):
            self.money.release(hold)

    def _settled_here(self, ctx: Context, order: str) -> Payout:
        """Return a payout that the signer's bank makes.

        Raises:
            UnknownRecord: there is none.
            NotYours: another bank makes it.
        """
        payout = self.payouts.require(order)
        require_party(ctx, order, self.money.assets.require(payout.currency).issuer)
        return payout
