# SPDX-License-Identifier: Apache-2.0
"""On a channel: the words of makers who are no members there, proven by the registry network.

A winery speaks on the network that all share, where there are no loans. Whoever has the receipt
brings it to a channel; the proof itself says who spoke, and when. So a winery need not be on the
channel, where the terms of loans are, and nobody there can make its word up, change it, use it
twice, or put an older price in the place of a newer one.
"""

from __future__ import annotations

from tallystick.contracts import CLOCK_AHEAD_MS, Context, Label, action
from tallystick.contracts.parts import NetworkProofArgument, ProvenCall
from tallystick.industries.inventory.events import (
    AlertChanged,
    CasesMarked,
    PricePublished,
    Registered,
    SupplyStated,
    WordBrought,
)
from tallystick.industries.inventory.records import (
    CasesBrought,
    CaseState,
    Listing,
    Mark,
    NamedCases,
    NewListPrice,
    NewSku,
    NewSupply,
    Price,
    Sku,
    Statement,
)
from tallystick.industries.inventory.refusals import (
    CaseNotFree,
    DoesNotFit,
    NewerPriceKnown,
    NotTheRegistry,
    NotYours,
    SerialTwice,
    TooEarly,
)
from tallystick.industries.inventory.rules import normalised_serials
from tallystick.industries.inventory.stating import Said, Stating
from tallystick.industries.inventory.tables import CASE_KIND, require_party
from tallystick.industries.inventory.workflows import (
    AUDITOR,
    DEALER,
    INSURER,
    KEEPER,
    MONITOR,
    OFFICER,
    REGISTRY,
    RISK,
    VALUER,
)

_SAME_CONTRACT = "inventory"
_BEARERS = (DEALER, KEEPER, MONITOR, OFFICER, RISK, VALUER, INSURER, REGISTRY, AUDITOR)
"""Who brings is of no account for what was said; a role shows that it is somebody of this trade."""
_BROUGHT = (NotTheRegistry, TooEarly)


class Adopting(Stating):
    """Words of the registry network; each is brought once."""

    @action(
        role=_BEARERS,
        label=Label(zh="引入品种", en="Adopt a product"),
        emits=(WordBrought, Registered),
        refuses=_BROUGHT,
    )
    def adopt_product(self, ctx: Context, proof: NetworkProofArgument) -> Sku:
        """en: On a channel: takes over a product that its winery registered on the shared network.

        zh: 在通道上办理：凭回执引入酒厂在共有网络上登记的品种。
        """
        call, said = self._heard(ctx, proof, "register_sku")
        sku = self.keep_product(ctx, said, call.read_args(NewSku))
        ctx.emit(_brought(ctx, call, "product", sku.id))
        return sku

    @action(
        role=DEALER,
        label=Label(zh="引入供货声明", en="Adopt a supply"),
        emits=(WordBrought, SupplyStated),
        refuses=(NotYours, SerialTwice, DoesNotFit, *_BROUGHT),
    )
    def adopt_supply(self, ctx: Context, proof: NetworkProofArgument) -> Statement:
        """en: On a channel: its dealer takes over a supply that the winery stated elsewhere.

        zh: 在通道上办理：由收货经销商凭回执引入酒厂在共有网络上的供货声明。
        """
        call, said = self._heard(ctx, proof, "state_supply")
        supply = call.read_args(NewSupply)
        require_party(ctx, supply.delivery_note, supply.dealer)
        statement = self.keep_supply(ctx, said, supply)
        ctx.emit(_brought(ctx, call, "supply", statement.id))
        return statement

    @action(
        role=_BEARERS,
        label=Label(zh="引入售出登记", en="Adopt a mark as sold"),
        emits=(WordBrought, CasesMarked),
        refuses=(CaseNotFree, NotYours, SerialTwice, DoesNotFit, *_BROUGHT),
    )
    def adopt_sold(self, ctx: Context, proof: NetworkProofArgument) -> CasesBrought:
        """en: On a channel: marks cases as sold that were so marked on the shared network.

        zh: 在通道上办理：凭回执引入共有网络上的售出登记。
        """
        call, said = self._heard(ctx, proof, "mark_sold")
        here, elsewhere = self._split(call.read_args(NamedCases))
        if here:
            self.keep_sold(ctx, said, here)
        return self._kept(ctx, call, (here, elsewhere), CaseState.SOLD)

    @action(
        role=_BEARERS,
        label=Label(zh="引入假冒标记", en="Adopt a mark as counterfeit"),
        emits=(WordBrought, CasesMarked, AlertChanged),
        refuses=(CaseNotFree, NotYours, SerialTwice, DoesNotFit, *_BROUGHT),
    )
    def adopt_counterfeit(self, ctx: Context, proof: NetworkProofArgument) -> CasesBrought:
        """en: On a channel: marks cases counterfeit that their winery so marked elsewhere.

        zh: 在通道上办理：凭回执引入酒厂在共有网络上的假冒标记；尚未引入供货声明的箱码亦予记载。
        """
        call, said = self._heard(ctx, proof, "mark_counterfeit")
        here, elsewhere = self._split(call.read_args(NamedCases))
        if here:
            self.keep_counterfeit(ctx, said, here)
        return self._kept(ctx, call, (here, elsewhere), CaseState.COUNTERFEIT)

    @action(
        role=_BEARERS,
        label=Label(zh="引入出厂价", en="Adopt a list price"),
        emits=(WordBrought, PricePublished),
        refuses=(NotYours, NewerPriceKnown, *_BROUGHT),
    )
    def adopt_list_price(self, ctx: Context, proof: NetworkProofArgument) -> Price:
        """en: On a channel: takes over a list price; it is as old as it is where it was said.

        zh: 在通道上办理：凭回执引入酒厂在共有网络上的出厂价；时效自其在该网络发布时起算。
        """
        call, said = self._heard(ctx, proof, "publish_list_price")
        new = call.read_args(NewListPrice)
        self._require_newer(call, new.sku)
        self.listings.put(Listing(sku=new.sku, position=call.position))
        price = self.keep_list_price(ctx, said, new)
        ctx.emit(_brought(ctx, call, "list price", new.sku))
        return price

    def _heard(self, ctx: Context, proof: bytes, method: str) -> tuple[ProvenCall, Said]:
        """Return a call of this contract on the registry network, and whose word it is.

        Raises:
            NotTheRegistry: another network shows it, or none reserves cases for this one.
            TooEarly: that network's clock is too far ahead of this one's.
        """
        call = self.proofs.recognise(ctx, proof, contract=_SAME_CONTRACT, method=method)
        above = self.locks.registry()
        if above is None or above.network != call.network or CASE_KIND not in above.kinds:
            raise NotTheRegistry(network=call.network)
        if call.block_time_ms > ctx.block_time_ms + CLOCK_AHEAD_MS:
            raise TooEarly(subject=method, after=call.block_time_ms - CLOCK_AHEAD_MS)
        # Clocks differ a little; a price must not stay fresh for longer because of that.
        return call, Said(call.organization, min(call.block_time_ms, ctx.block_time_ms))

    def _require_newer(self, call: ProvenCall, sku: str) -> None:
        """Refuse a price older than the one known, in whatever order they are brought.

        Raises:
            NewerPriceKnown: it is older, or the same.
        """
        last, listed_at = self.listings.get(sku), self.price_of(sku).listed_at
        is_passed = last is not None and call.position <= last.position
        if is_passed or call.block_time_ms < listed_at:
            raise NewerPriceKnown(sku=sku, said_at=call.block_time_ms, listed_at=listed_at)

    def _split(self, named: NamedCases) -> tuple[list[str], list[str]]:
        """Return which of the cases were stated here, and which not: they may be yet."""
        plain = normalised_serials(named.serials)
        here = [serial for serial in plain if self.cases.contains(serial)]
        known = frozenset(here)
        return here, [serial for serial in plain if serial not in known]

    def _kept(
        self,
        ctx: Context,
        call: ProvenCall,
        found: tuple[list[str], list[str]],
        state: CaseState,
    ) -> CasesBrought:
        """Keep the mark of cases that are not stated here, for when they are, and announce it.

        The proof counts once; were it forgotten, a case could be stated here afterwards as good.
        """
        here, elsewhere = found
        for serial in elsewhere:
            kept = self.marks.get(serial, call.organization)
            if kept is None or kept.case_state is CaseState.SOLD:
                self.marks.put(
                    Mark(serial=serial, organization=call.organization, case_state=state)
                )
        ctx.emit(_brought(ctx, call, state.lower(), (*here, *elsewhere)[0]))
        return CasesBrought(here=len(here), waiting=len(elsewhere))


def _brought(ctx: Context, call: ProvenCall, brought: str, subject: str) -> WordBrought:
    return WordBrought(
        bearer=ctx.signer.organization,
        organization=call.organization,
        network=call.network,
        brought=brought,
        subject=subject,
        said_at=call.block_time_ms,
    )
