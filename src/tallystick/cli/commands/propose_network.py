# SPDX-License-Identifier: Apache-2.0
"""`tally governance propose network`: records of another network are believed, by its log keys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cyclopts import Parameter

from tallystick.cli.answers import Answer
from tallystick.cli.commands.propose import Proposing
from tallystick.cli.options import ADDRESS, OUTPUT, SIGNING, Address, Output, Signing
from tallystick.cli.recognising import MAX_AGE_DAYS, recognition_of


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition(Proposing):
    """What its records must show, and how long that may be voted on."""

    quorum: int | None = None
    max_age_days: int = MAX_AGE_DAYS
    asset_kind: tuple[str, ...] = ()
    withdraw: bool = False


RECOGNITION: Final = Recognition()


def network(
    trust: Path,
    /,
    *,
    terms: Recognition = RECOGNITION,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Propose to believe the network of a trust file, by the log keys that it has now.

    Raises:
        FileProblem: the trust file cannot be read.
        TallystickError: the trust file is not valid.
    """
    from tallystick.cli.governing import propose
    from tallystick.client import Trust

    action = recognition_of(
        Trust.load(trust),
        asset_kinds=terms.asset_kind,
        quorum=terms.quorum,
        max_age_days=terms.max_age_days,
        is_withdrawn=terms.withdraw,
    )
    return propose(address, signing, lambda _: action, terms.until)
