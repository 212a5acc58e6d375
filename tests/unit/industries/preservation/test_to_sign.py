# SPDX-License-Identifier: Apache-2.0
"""What a guarantor is told to seal is what the contract takes the seal over (PRES-4)."""

from __future__ import annotations

from typing import Any

from tallystick.contracts import schema_of
from tallystick.industries.preservation import Preservation
from tallystick.model import Execution, Signer
from tests.unit.industries.preservation import cast
from tests.unit.industries.preservation.stage import Stage

SIGNED = {
    (method.name, argument.name, argument.signed_over)
    for method in schema_of(Preservation).methods
    for argument in method.arguments
    if argument.signed_over is not None
}


class Asking(Stage):
    """A stage that asks what is to be sealed before a letter is issued."""

    asked = 0

    def do(self, who: Signer, method: str, /, **args: Any) -> Execution:
        """Hold the seal of a letter that was issued against the query's digest."""
        if method != "issue_letter":
            return super().do(who, method, **args)
        over = {name: args[name] for name in ("letter", "terms", "file")}
        digest = self.ask("letter_to_sign", **over)
        done = super().do(who, method, **args)
        assert done.code == "ok", done.result
        assert args["signature"] == cast.sealed(digest)
        self.asked += 1
        return done


def test_a_letter_is_issued_under_a_seal_over_what_the_query_tells() -> None:
    """It is the only signature that this contract asks for inside a call."""
    assert {("issue_letter", "signature", "letter_to_sign")} == SIGNED
    stage = Asking()
    stage.ready()
    stage.issued(stage.ordered())
    assert stage.asked == 1
