# SPDX-License-Identifier: Apache-2.0
"""Before any case: the figures of the law, the panel of guarantors, the scope clause."""

from __future__ import annotations

from typing import Annotated, Final

from tallystick.contracts import (
    Context,
    Digest,
    Identifier,
    Label,
    OrganizationCode,
    action,
    asdict,
    replace,
)
from tallystick.industries.preservation.events import (
    ExposureChanged,
    GuarantorChanged,
    ScopePublished,
)
from tallystick.industries.preservation.records import (
    CURRENCY,
    Guarantor,
    LegalParameters,
    NewGuarantor,
    Scope,
    Yuan,
)
from tallystick.industries.preservation.refusals import DoesNotFit
from tallystick.industries.preservation.rules import check_parameters
from tallystick.industries.preservation.tables import PreservationTables
from tallystick.industries.preservation.workflows import REGULATOR, SUPERVISOR

_Guarantor = Annotated[OrganizationCode, Label(zh="担保人", en="Guarantor")]
CHANGES: Final = ("admitted", "suspended", "reinstated", "net assets")


class Setting(PreservationTables):
    """What must be known before anybody applies."""

    @action(
        role=SUPERVISOR,
        label=Label(zh="调整法定期限", en="Change the figures of the law"),
        refuses=(DoesNotFit,),
    )
    def change_parameters(self, ctx: Context, parameters: LegalParameters) -> LegalParameters:
        """en: Puts the next version of the figures into force; cases keep the version they have.

        zh: 发布下一版期限与比例；已受理的案件沿用其受理时的版本。
        """
        check_parameters(parameters)
        return self.parameters.change(ctx, parameters)

    @action(
        role=SUPERVISOR,
        label=Label(zh="公布担保范围条款", en="Publish a scope clause"),
        emits=(ScopePublished,),
    )
    def publish_scope(
        self,
        ctx: Context,
        version: Annotated[Identifier, Label(zh="版本", en="Version")],
        text: Annotated[Digest, Label(zh="条款摘要", en="Digest of the clause")],
    ) -> Scope:
        """en: Publishes a clause by which a letter pays losses from wrongful preservation.

        zh: 公布一版担保范围条款，载明赔偿因保全错误造成的损失。
        """
        court = ctx.signer.organization
        ctx.emit(ScopePublished(version=version, court=court))
        return self.scopes.add(
            Scope(version=version, text=text, court=court, published_at=ctx.block_time_ms)
        )

    @action(
        role=REGULATOR,
        label=Label(zh="纳入担保人名册", en="Admit a guarantor"),
        emits=(GuarantorChanged,),
    )
    def admit_guarantor(self, ctx: Context, new: NewGuarantor) -> Guarantor:
        """en: Admits an insurer or a bank to the panel, with the key of its seal.

        zh: 将保险公司或银行纳入担保人名册，并登记其签章公钥。
        """
        asset = books(new.bank)
        if self.money.assets.get(asset) is None:
            self.money.define(asset, issuer=new.bank)
        self._announce(ctx, new.organization, CHANGES[0])
        return self.guarantors.add(Guarantor(**asdict(new)))

    @action(
        role=REGULATOR,
        label=Label(zh="暂停担保人", en="Suspend a guarantor"),
        emits=(GuarantorChanged,),
    )
    def suspend_guarantor(self, ctx: Context, guarantor: _Guarantor) -> Guarantor:
        """en: Suspends a guarantor: it gives no new letters; those accepted stay in force.

        zh: 暂停担保人：不得新出保函；已采纳的保函继续有效。
        """
        return self._set_suspended(ctx, guarantor, is_suspended=True)

    @action(
        role=REGULATOR,
        label=Label(zh="恢复担保人", en="Reinstate a guarantor"),
        emits=(GuarantorChanged,),
    )
    def reinstate_guarantor(self, ctx: Context, guarantor: _Guarantor) -> Guarantor:
        """en: Lets a suspended guarantor give letters again.

        zh: 恢复被暂停的担保人。
        """
        return self._set_suspended(ctx, guarantor, is_suspended=False)

    @action(
        role=REGULATOR,
        label=Label(zh="更新净资产", en="Report net assets"),
        emits=(GuarantorChanged, ExposureChanged),
    )
    def report_net_assets(
        self,
        ctx: Context,
        guarantor: _Guarantor,
        net_assets: Annotated[Yuan, Label(zh="净资产", en="Net assets")],
    ) -> Guarantor:
        """en: Keeps a guarantor's net assets, by which its exposure is judged.

        zh: 更新担保人净资产，用以衡量其在保责任。
        """
        kept = self.guarantors.require(guarantor)
        self.guarantors.replace(replace(kept, net_assets=net_assets))
        self._announce(ctx, guarantor, CHANGES[3])
        self.change_exposure(ctx, guarantor, 0)
        return self.guarantors.require(guarantor)

    def _set_suspended(self, ctx: Context, guarantor: str, *, is_suspended: bool) -> Guarantor:
        kept = self.guarantors.require(guarantor)
        self._announce(ctx, guarantor, CHANGES[1] if is_suspended else CHANGES[2])
        return self.guarantors.replace(replace(kept, is_suspended=is_suspended))

    def _announce(self, ctx: Context, guarantor: str, change: str) -> None:
        ctx.emit(
            GuarantorChanged(
                guarantor=guarantor, change=change, organization=ctx.signer.organization
            )
        )


def books(bank: str) -> str:
    """Return the asset in which a settlement bank's money is kept: each has books of its own."""
    return f"{CURRENCY}.{bank}"
