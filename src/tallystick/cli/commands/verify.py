# SPDX-License-Identifier: Apache-2.0
"""`tally verify`: files, receipts and hashes against the ledger, with or without a node."""

from __future__ import annotations

from pathlib import Path

from tallystick.cli.answers import Answer
from tallystick.cli.catalogue import say
from tallystick.cli.options import ADDRESS, OUTPUT, Address, Output, Witnesses
from tallystick.errors import UsageError


def verify(
    *what: str,
    receipt: Path | None = None,
    offline: bool = False,
    trust: Path | None = None,
    witnesses: Witnesses = 0,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Check files, receipts and hashes.

    Raises:
        UsageError: nothing to verify, or offline without what is needed.
        FileProblem: a file cannot be read.
        Unavailable: the node is needed and does not answer.
    """
    from tallystick.cli.linking import open_net
    from tallystick.cli.reports import verification_report
    from tallystick.cli.verifying import offline_verification, online_verification

    if not what:
        raise UsageError(say("usage.missing", name="WHAT"), field="WHAT")
    if receipt is not None and len(what) > 1:
        raise UsageError(say("usage.one_receipt"), field="--receipt")
    if offline:
        return verification_report(
            [(one, offline_verification(one, receipt, trust, witnesses)) for one in what]
        )
    with open_net(address, trust=trust) as net:
        return verification_report(
            [(one, online_verification(net, one, receipt, witnesses)) for one in what]
        )
