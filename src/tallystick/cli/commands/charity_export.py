# SPDX-License-Identifier: Apache-2.0
"""`tally charity export`: files to take away of a campaign, made from what anyone can read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.options import ADDRESS, OUTPUT, Address, Output

Kind = Literal["disclosure", "360giving", "360giving-csv", "audit"]


def export(
    kind: Kind,
    campaign: str,
    /,
    *,
    out: Annotated[Path, Parameter(name=("--out", "-o"))],
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Save a file about a campaign.

    Raises:
        UnknownContract: the charity contract is not installed here.
        NotFound: there is no such campaign, or it has paid nothing to publish.
        Unverified: the tables do not add up to the book, or a receipt does not check out.
        FileProblem: the file cannot be written.
    """
    from tallystick.cli.campaign_files import audit_package, campaign_file
    from tallystick.cli.linking import open_net
    from tallystick.errors import FileProblem

    today = datetime.now(UTC).date()
    with open_net(address) as net:
        data = audit_package(net, campaign) if kind == "audit" else None
        content = data or campaign_file(net, kind, campaign, today)
    try:
        out.write_bytes(content)
    except OSError as error:
        raise FileProblem(f"{out}: {error.strerror}", field="--out", found=str(out)) from error
    return Sheet({"file": str(out), "kind": kind, "campaign": campaign, "size": len(content)})
