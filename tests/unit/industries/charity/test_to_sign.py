# SPDX-License-Identifier: Apache-2.0
"""What people are told to sign is what the contract takes their signatures over (CHAR-5)."""

from __future__ import annotations

from typing import Any

from msgspec import json

from tallystick.contracts import schema_of
from tallystick.industries.charity import Charity
from tallystick.model import Execution, Signer
from tests.unit.industries.charity.scene import PLATFORM, Scene, key_of, person, row

SIGNED = {
    (method.name, argument.signed_over)
    for method in schema_of(Charity).methods
    for argument in method.arguments
    if argument.signed_over is not None
}


class Asking(Scene):
    """A scene in which each act with a signature asks first what was to be signed."""

    signers: tuple[str, ...] = ()

    def do(self, signer: Signer, method: str, **args: object) -> Execution:
        """Hold the signatures of an act that was taken against the query's digest."""
        plain: dict[str, Any] = json.decode(json.encode(args))
        if method == "claim":
            over = {name: plain[name] for name in ("entitlement", "account")}
            digest = self.ledger.query("claim_to_sign", **over)
            parts = [plain[name] for name in ("beneficiary", "guardian") if plain.get(name)]
            given = [one["signature"] for one in parts]
        elif method == "confirm":
            over = {name: plain[name] for name in ("entitlement", "feedback")}
            digest = self.ledger.query("confirmation_to_sign", **over)
            given = [plain["signature"]]
        else:
            return super().do(signer, method, **args)
        done = super().do(signer, method, **args)
        assert done.code == "ok", done.result
        expected = [key_of(name).sign(bytes.fromhex(str(digest))).hex() for name in self.signers]
        assert given == expected, method
        return done


def test_claims_and_confirmations_take_signatures_over_what_the_queries_tell() -> None:
    """A grown-up signs alone; for a child the guardian signs the same; and both may confirm."""
    assert {over for _, over in SIGNED} == {"claim_to_sign", "confirmation_to_sign"}
    scene = Asking()
    campaign = scene.campaign(gift=500_000)
    rows = [row("li"), row("zhao", guardian=person("sun"), is_minor=True)]
    batch = scene.approved(campaign, rows)
    scene.signers = ("li",)
    assert scene.report(scene.claimed(f"{batch}-00001", "li"), "BOOKED").result is True
    scene.confirm(f"{batch}-00001", "li")
    scene.signers = ("zhao", "sun")
    args = scene.claim_args(f"{batch}-00002", "zhao", guardian="sun")
    assert scene.ok(PLATFORM, "claim", **args)
