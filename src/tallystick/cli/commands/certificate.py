# SPDX-License-Identifier: Apache-2.0
"""`tally evidence certificate`: a deposit as a sealed PDF, with its proof in JSON beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.options import ADDRESS, OUTPUT, SEALING, Address, Output, Sealing


def certificate(
    deposit: str,
    /,
    *,
    out: Annotated[Path, Parameter(name=("--out", "-o"))],
    sealing: Sealing = SEALING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Save the certificate of a deposit, and the same facts with their proof as JSON.

    Raises:
        NotFound: there is no such deposit, or no seal here.
        InvalidSeal: the ledger has another seal of this organisation in force.
        FileProblem: a file cannot be written.
    """
    from tallystick.cli.certifying import certified, require_extract
    from tallystick.cli.export_command import save
    from tallystick.cli.export_verbs import kinds_of
    from tallystick.cli.linking import open_net
    from tallystick.cli.take_aways import Maker

    kinds = kinds_of("evidence")
    with open_net(address) as net:
        extract = Maker(net, "evidence", kinds).extract("deposit", deposit)
        take_away = require_extract("deposit", kinds.get("deposit"))
        sealed = certified(net, extract, take_away, sealing, address)
    proof = out.with_suffix(".extract.json")
    save(out, sealed)
    save(proof, extract.to_json())
    return Sheet({"file": str(out), "proof": str(proof), "subject": deposit})
