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

_DAY_MS: Final = 24 * 60 * 60 * 1000


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition(Proposing):
    """What its records must show, and how long that may be voted on."""

    quorum: int | None = None
    max_age_days: int = 30
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
    from tallystick.model import RecognisedNetwork, RecogniseNetwork

    other = Trust.load(trust)
    keys = () if terms.withdraw else tuple(sorted(other.log_keys))
    enough = len(keys) * 2 // 3 + 1
    recognised = RecognisedNetwork(
        id=other.network,
        log_keys=keys,
        quorum=enough if terms.quorum is None else terms.quorum,
        proof_age_ms_max=terms.max_age_days * _DAY_MS,
        asset_kinds=terms.asset_kind,
    )
    return propose(address, signing, lambda _: RecogniseNetwork(recognised), terms.until)
