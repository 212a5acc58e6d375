# SPDX-License-Identifier: Apache-2.0
"""`tally verify`: files, receipts and hashes against the ledger, with or without a node."""

from __future__ import annotations

from pathlib import Path

from tallystick.cli.answers import Answer
from tallystick.cli.catalogue import say
from tallystick.cli.options import ADDRESS, CHECKING, OUTPUT, Address, Checking, Output
from tallystick.errors import UsageError


def verify(
    *what: str,
    checking: Checking = CHECKING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Check files, receipts, hashes, and the texts of certificates.

    Raises:
        UsageError: nothing to verify, or offline without what is needed.
        FileProblem: a file cannot be read.
        Unavailable: the node is needed and does not answer.
    """
    from tallystick.cli.linking import open_net
    from tallystick.cli.proof_checks import Checklists
    from tallystick.cli.reports import verification_report
    from tallystick.cli.verifying import (
        link_verification,
        offline_verification,
        online_verification,
        proof_verification,
        with_standing,
    )
    from tallystick.interchange.certificates import is_link

    if not what:
        raise UsageError(say("usage.missing", name="WHAT"), field="WHAT")
    if checking.receipt is not None and len(what) > 1:
        raise UsageError(say("usage.one_receipt"), field="--receipt")
    found: dict[str, Checklists] = {}
    for one in what:
        whole = proof_verification(one, checking)
        if whole is not None:
            found[one] = whole
            if not checking.offline:
                found[one] = with_standing(Path(one), whole, checking, address)
        elif is_link(one):
            found[one] = [(one, link_verification(one, checking, address))]
        elif checking.offline:
            found[one] = [(one, offline_verification(one, checking))]
    if len(found) < len(set(what)):
        with open_net(address, trust=checking.trust) as net:
            for one in set(what) - found.keys():
                found[one] = [(one, online_verification(net, one, checking))]
    return verification_report([named for one in what for named in found[one]])
