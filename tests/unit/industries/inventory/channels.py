# SPDX-License-Identifier: Apache-2.0
"""Two banks' channels and the chain that all share, in memory; the winery speaks there alone."""

from __future__ import annotations

from typing import Any, Final

from tallystick.contracts.parts import fingerprints_of
from tallystick.contracts.registers import ASSETS_RESERVER, reservation_claim
from tallystick.crypto import sha256
from tallystick.encoding import encode
from tallystick.model import Execution, Signer
from tallystick.testing import make_signer
from tests.ledger_networks import LedgerNetwork
from tests.unit.industries.inventory import cast
from tests.unit.industries.inventory.stage import CONTRACTS, START_MS, Stage

CASE: Final = "liquor-case"
KEEPER: Final = make_signer(
    "inventory.keeper", ASSETS_RESERVER, organization=cast.KEEPER.organization, member="keeper"
)
CAST: Final = [one for one in vars(cast).values() if isinstance(one, Signer)]
BANKS: Final = (cast.OFFICER.organization, cast.OTHER_OFFICER.organization)
DEALERS: Final = (cast.DEALER.organization, cast.OTHER_DEALER.organization)
WINERIES: Final = (cast.WINERY, cast.OTHER_WINERY)
ADOPTED_BY: Final = {
    "register_sku": "adopt_product",
    "state_supply": "adopt_supply",
    "publish_list_price": "adopt_list_price",
    "mark_sold": "adopt_sold",
    "mark_counterfeit": "adopt_counterfeit",
}
"""What a winery says on the shared chain, and the action that brings it to a channel."""
PRODUCT: Final[dict[str, Any]] = {"sku": "P-1", "name": "国窖1573", "packing": "6 x 500 ml"}
SERIALS: Final = ["LZ-900001", "lz-90-0002", "LZ.900003"]
PLAIN: Final = ["LZ900001", "LZ900002", "LZ900003"]
SUPPLY: Final[dict[str, Any]] = {
    "dealer": cast.DEALER.organization,
    "sku": "P-1",
    "delivery_note": "D-9",
}


class ChannelStage(Stage):
    """A channel: what is stated there is reserved on the shared chain, if it is still free."""

    def __init__(
        self, network: LedgerNetwork, shared: LedgerNetwork, words: dict[bytes, int]
    ) -> None:
        """Play on a network that has the shared chain's register above its own."""
        super().__init__(network.now_ms)
        self.network, self.shared = network, shared
        self.salts = 0
        self.words, self.brought = words, set[bytes]()

    def warp(self, **times: int) -> None:
        """Let time pass on the channel."""
        super().warp(**times)
        self.network.now_ms = self.now_ms

    def stated(self, count: int, dealer: Signer = cast.DEALER) -> list[str]:
        """Have the maker state a supply, and the keeper reserve the cases."""
        serials = super().stated(count, dealer)
        self.reserve(serials)
        return serials

    def reserve(self, serials: list[str]) -> str:
        """Have the keeper reserve cases, and show it here; return the number."""
        claim, salt = self.claim()
        fingerprints = fingerprints_of(CASE, serials)
        self.shared.ok(KEEPER, "reserve", fingerprints=fingerprints, claim=claim)
        proof = self.shared.proof()
        done = self.ok(cast.KEEPER, "recognise", contract="assets", proof=proof, salt=salt)
        return str(done["reservation"])

    def claim(self) -> tuple[str, str]:
        """Return a claim for this channel, and its salt."""
        self.salts += 1
        salt = sha256(f"{self.network.id} {self.salts}".encode()).hex()
        return reservation_claim(self.network.id, salt), salt

    def give_back(self, serials: list[str], reservation: str = "RS-2026-000001") -> None:
        """Have the keeper give cases back, and show it to the shared chain."""
        args = {"reservation": reservation, "fingerprints": fingerprints_of(CASE, serials)}
        self.ok(cast.KEEPER, "give_back", contract="assets", **args)
        self.shared.ok(KEEPER, "free", proof=self.network.proof())

    def said(self, who: Signer, method: str, /, **args: Any) -> bytes:
        """Have somebody say something on the shared chain, now; return its proof."""
        self.shared.now_ms = max(self.shared.now_ms, self.now_ms)
        self.shared.ok(who, method, contract="inventory", **args)
        return self.shared.proof()

    def _execute(self, who: Signer, contract: str, method: str, args: Any) -> Execution:
        if who in WINERIES:
            who, method, args = (
                self._bearer(args),
                ADOPTED_BY[method],
                self._word(who, method, args),
            )
        done = self.network.run(who, contract, method, args)
        self.height, self.now_ms = self.network.height, self.network.now_ms
        return done

    def _word(self, who: Signer, method: str, args: Any) -> dict[str, Any]:
        """Return the proof of a winery's word; one that another channel had counts here too."""
        name = encode([method, args])
        if name not in self.words or name in self.brought:
            self.said(who, method, **args)
            self.words[name] = self.shared.height - 1
        self.brought.add(name)
        return {"proof": self.shared.proof(self.words[name])}

    def _bearer(self, args: Any) -> Signer:
        """Return who brings it: the dealer that it names, else the keeper."""
        return next((one for one in CAST if one.organization == args.get("dealer")), cast.KEEPER)


class World:
    """The shared chain, and a channel for each bank; no winery is a member of a channel."""

    def __init__(self) -> None:
        members = [
            *(KEEPER, *WINERIES, cast.REGISTRY, cast.AUDITOR, cast.INSURER, cast.COURT),
            *(cast.DEALER, cast.OFFICER, cast.OTHER_OFFICER),
        ]
        self.shared = LedgerNetwork("shared", CONTRACTS, members, start=START_MS)
        voters = [one for one in self.shared.governors if one.organization not in BANKS]
        words: dict[bytes, int] = {}
        self.stages = []
        for name, absent in (("channel-one", BANKS[1]), ("channel-two", BANKS[0])):
            people = [
                one
                for one in CAST
                if one.organization != absent and one not in {cast.KEEPER, *WINERIES}
            ]
            network = LedgerNetwork(name, CONTRACTS, [*people, KEEPER], start=START_MS)
            self.shared.recognises(network, voters=voters)
            network.recognises(self.shared, CASE)
            self.stages.append(ChannelStage(network, self.shared, words))


class Market:
    """A channel, and the shared chain on which makers speak."""

    def __init__(self) -> None:
        self.world = World()
        self.stage, self.other = self.world.stages
        self.shared = self.world.shared
        for one in self.world.stages:  # later than the shared chain, whatever blocks each has
            one.network.now_ms = one.now_ms = START_MS + 1_000

    def say(self, method: str, /, who: Signer = cast.WINERY, **args: Any) -> bytes:
        """Have a maker speak; return the proof."""
        return self.stage.said(who, method, **args)

    def bring(self, method: str, proof: bytes, who: Signer = cast.DEALER) -> Any:
        """Have somebody bring a word that counts."""
        return self.stage.ok(who, method, proof=proof)

    def refused(self, code: str, method: str, proof: bytes, who: Signer = cast.DEALER) -> Any:
        """Have somebody bring a word that is refused; return the facts."""
        return self.stage.refused(code, who, method, proof=proof)

    def with_product(self) -> Market:
        """Have the product known on both."""
        self.bring("adopt_product", self.say("register_sku", **PRODUCT))
        return self

    def with_supply(self) -> Market:
        """Have three cases known on both."""
        proof = self.with_product().say("state_supply", serials=SERIALS, **SUPPLY)
        self.bring("adopt_supply", proof)
        return self
