# SPDX-License-Identifier: Apache-2.0
"""What the queries say is to be signed is what the contract takes the signature over (JUD-6)."""

from __future__ import annotations

from typing import Any

from tallystick.contracts import schema_of
from tallystick.industries.justice import Justice
from tallystick.model import Execution, Signer
from tests.unit.industries.justice.stage import KEYS, LESSEE, LESSOR, PLATFORM, Stage

METHODS = {one.name: one for one in schema_of(Justice).methods}
SIGNED = {
    method.name: (argument.name, argument.signed_over)
    for method in METHODS.values()
    for argument in method.arguments
    if argument.signed_over is not None
}


class Asking(Stage):
    """A stage that asks, before each act with a signature, what was to be signed."""

    def do(self, who: Signer, method: str, contract: str = "justice", /, **args: Any) -> Execution:
        """Hold the signature of an act that was taken against the query's digest."""
        if contract != "justice" or method not in SIGNED:
            return super().do(who, method, contract, **args)
        name, query = SIGNED[method]
        inside = args.get("new", {})
        asked = {one.name: {**inside, **args}[one.name] for one in METHODS[query].arguments}
        digest = bytes.fromhex(self.ask(query, **asked))
        done = super().do(who, method, contract, **args)
        assert done.code == "ok", done.result
        assert args[name]["signature"] in {key.sign(digest).hex() for key in KEYS.values()}, method
        self.__dict__.setdefault("taken", set()).add(method)
        return done


def test_each_act_takes_the_signature_over_what_its_query_tells() -> None:
    """From the first signature to the enforcement; none of the five acts is left out."""
    stage = Asking()
    changing = stage.active()
    stage.authorized(changing, 1_000)
    text, digest = stage.deposit(PLATFORM)
    values = [{"name": name, "value": 1} for name in ("rent", "months", "grace", "penalty")]
    proposed = {"agreement": changing, "values": values, "text": digest, "deposit": text}
    amendment = stage.ok(PLATFORM, "propose_amendment", **proposed)
    for role, who in (("lessor", LESSOR), ("lessee", LESSEE)):
        signed = stage.signed(role, amendment["digest"])
        stage.ok(who, "sign_amendment", amendment=amendment["id"], role=role, signed=signed)
    agreement, _ = stage.decided()
    stage.warp(days=14)
    owed = [
        one["id"]
        for one in stage.table("obligations").values()
        if one["agreement"] == agreement and one["is_enforceable"] and one["state"] == "BREACHED"
    ]
    stage.ok(LESSOR, "apply_for_enforcement", **stage.enforcement(agreement, *owed))
    assert stage.__dict__["taken"] == set(SIGNED)
