# SPDX-License-Identifier: Apache-2.0
"""Before any lending: figures, warehouses, insurances, relations, products."""

from __future__ import annotations

from typing import Annotated, Final

from tallystick.contracts import (
    Amount,
    Context,
    Identifier,
    Label,
    Name,
    OrganizationCode,
    Timestamp,
    action,
    asdict,
)
from tallystick.industries.inventory.events import Registered, RelationChanged
from tallystick.industries.inventory.records import (
    LendingParameters,
    NewSku,
    NewWarehouse,
    Policy,
    Relation,
    Sku,
    Warehouse,
)
from tallystick.industries.inventory.refusals import DoesNotFit, NotYours, Related
from tallystick.industries.inventory.rules import check_parameters
from tallystick.industries.inventory.stating import Stating, said_here
from tallystick.industries.inventory.workflows import (
    AUDITOR,
    DEALER,
    INSURER,
    KEEPER,
    REGISTRY,
    RULE_KEEPER,
    VALUER,
    WINERY,
)

ENDED: Final = "ended"


class Setting(Stating):
    """What must be known of the world before goods are taken in."""

    @action(
        role=RULE_KEEPER,
        label=Label(zh="调整业务参数", en="Change the figures"),
        refuses=(DoesNotFit,),
    )
    def change_parameters(self, ctx: Context, parameters: LendingParameters) -> LendingParameters:
        """en: Puts the next version of the figures into force; loans keep the version they have.

        zh: 发布下一版业务参数；已受理的贷款沿用其受理时的版本。
        """
        check_parameters(parameters)
        return self.parameters.change(ctx, parameters)

    @action(
        role=REGISTRY,
        label=Label(zh="登记持证仓库", en="License a warehouse"),
        emits=(Registered,),
    )
    def license_warehouse(self, ctx: Context, new: NewWarehouse) -> Warehouse:
        """en: Records a warehouse whose keeper is licensed.

        zh: 登记一座由持证保管人管理的仓库。
        """
        warehouse = Warehouse(id=ctx.next_id("WH"), heard_at=ctx.block_time_ms, **asdict(new))
        ctx.emit(_registered(ctx, "warehouse", warehouse.id))
        return self.warehouses.add(warehouse)

    @action(
        role=INSURER,
        label=Label(zh="登记保险单", en="Insure"),
        emits=(Registered,),
        refuses=(Related,),
    )
    def insure(
        self,
        ctx: Context,
        warehouse: Annotated[Identifier, Label(zh="仓库", en="Warehouse")],
        number: Annotated[Name, Label(zh="保单号", en="Policy number")],
        sum_insured: Annotated[Amount, Label(zh="保险金额", en="Sum insured")],
        valid_until: Annotated[Timestamp, Label(zh="有效期至", en="Valid until")],
    ) -> Policy:
        """en: Records an insurance of goods in a warehouse.

        zh: 登记仓库内货物的保险单。
        """
        kept = self.warehouses.require(warehouse)
        self.refuse_related(ctx.signer.organization, kept.keeper)
        policy = Policy(
            id=ctx.next_id("IP"),
            insurer=ctx.signer.organization,
            warehouse=kept.id,
            number=number,
            sum_insured=sum_insured,
            valid_until=valid_until,
        )
        ctx.emit(_registered(ctx, "policy", policy.id))
        return self.policies.add(policy)

    @action(
        role=(AUDITOR, REGISTRY, DEALER, KEEPER, VALUER),
        label=Label(zh="申报关联关系", en="Declare a relation"),
        emits=(RelationChanged,),
        refuses=(DoesNotFit, NotYours),
    )
    def declare_relation(
        self,
        ctx: Context,
        one: Annotated[OrganizationCode, Label(zh="一方", en="One side")],
        other: Annotated[OrganizationCode, Label(zh="另一方", en="The other")],
        kind: Annotated[Name, Label(zh="关系", en="Relation")],
    ) -> Relation:
        """en: Declares that two organisations are not independent; one of them, or an authority.

        zh: 由任一方、登记机构或审计人申报两机构之间的关联关系。
        """
        if one == other:
            raise DoesNotFit(subject=one, what="one organisation")
        is_authority = not {AUDITOR, REGISTRY}.isdisjoint(ctx.signer.roles)
        if ctx.signer.organization not in {one, other} and not is_authority:
            raise NotYours(subject="relation", party=one)
        first, second = sorted((one, other))
        relation = Relation(
            first=first, second=second, kind=kind, declared_by=ctx.signer.organization
        )
        ctx.emit(_relation_changed(ctx, relation, kind))
        return self.relations.put(relation)

    @action(
        role=(AUDITOR, REGISTRY),
        label=Label(zh="解除关联关系", en="End a relation"),
        emits=(RelationChanged,),
    )
    def end_relation(
        self,
        ctx: Context,
        one: Annotated[OrganizationCode, Label(zh="一方", en="One side")],
        other: Annotated[OrganizationCode, Label(zh="另一方", en="The other")],
    ) -> None:
        """en: Notes that a relation is over; only an authority can.

        zh: 登记关联关系已终止，仅登记机构或审计人可办理。
        """
        first, second = sorted((one, other))
        relation = self.relations.require(first, second)
        self.relations.remove(first, second)
        ctx.emit(_relation_changed(ctx, relation, ENDED))

    @action(
        role=WINERY,
        label=Label(zh="登记品种", en="Register a product"),
        emits=(Registered,),
    )
    def register_sku(self, ctx: Context, new: NewSku) -> Sku:
        """en: Records a product of the winery, priced by the case in one currency.

        zh: 登记酒厂的一个品种，按箱、以一种货币计价。
        """
        return self.keep_product(ctx, said_here(ctx), new)


def _registered(ctx: Context, kind: str, subject: str) -> Registered:
    return Registered(organization=ctx.signer.organization, kind=kind, subject=subject)


def _relation_changed(ctx: Context, relation: Relation, kind: str) -> RelationChanged:
    return RelationChanged(
        first=relation.first,
        second=relation.second,
        kind=kind,
        organization=ctx.signer.organization,
    )
