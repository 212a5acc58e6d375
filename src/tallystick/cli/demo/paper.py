# SPDX-License-Identifier: Apache-2.0
"""A chapter of the demonstration: the deposit as a sealed certificate, checked without the node."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tallystick.cli.catalogue import say
from tallystick.cli.certifying import in_force
from tallystick.cli.export_command import save
from tallystick.cli.export_verbs import kinds_of
from tallystick.cli.facts_again import check_facts, known_paper
from tallystick.cli.take_aways import Maker
from tallystick.client import Net, SealStore, check_certificate
from tallystick.errors import Unverified

PAPER_SUFFIX: Final = ".certificate.pdf"
_KIND: Final = "deposit"


def certify_deposit(net: Net, deposit: str, seals: SealStore, out: Path) -> Path:
    """Save the certificate of a deposit under the seal in force, and check it as a court would.

    Raises:
        NotFound, UnknownRecord: there is no seal here, or none in force.
        Unverified: it does not hold.
    """
    extract = Maker(net, "evidence", kinds_of("evidence")).extract(_KIND, deposit)
    paper = known_paper(extract)
    if paper is None:
        raise Unverified(say("demo.failed", reason=_KIND))
    organization = seals.only_organization()
    seal = seals.load(organization, in_force(net, organization), lambda: "")
    save(out, net.certificate(extract, paper, seal))
    found = check_certificate(out, trust=net.trust, facts_check=check_facts, paper_of=known_paper)
    if not found.ok:
        raise Unverified(say("demo.failed", reason=say("demo.certificate_failed")))
    return out
