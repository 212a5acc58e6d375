# SPDX-License-Identifier: Apache-2.0
"""`tally receipt`: fetches receipts, and shows what a receipt file says."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.options import ADDRESS, OUTPUT, Address, Output, Witnesses
from tallystick.model import LogProof

if TYPE_CHECKING:
    from tallystick.client import Net, VerifiedReceipt

_TRANSACTION = re.compile("[0-9A-Fa-f]{64}")
_SUFFIX = {
    "json": ".receipt.json",
    "statement": ".cose",
    "cose": ".receipt.cose",
    "checkpoint": ".checkpoint",
    "tlog-proof": ".tlog-proof",
}


def get(
    what: str,
    /,
    *,
    form: Literal["json", "statement", "cose", "checkpoint", "tlog-proof"] = "json",
    witnesses: Witnesses = 0,
    out: Annotated[str | None, Parameter(name=("--out", "-o"), allow_leading_hyphen=True)] = None,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer | None:
    """Fetch a receipt, check it, and save it.

    Raises:
        NotFound: there is no such transaction or deposit.
        NotWitnessed: fewer organisations cosigned its checkpoint than were asked for.
        Unverified: what the node sent does not check out.
    """
    from tallystick.cli.linking import open_net

    with open_net(address) as net:
        receipt = net.receipt(_transaction_id(net, what), witnesses=witnesses)
    data = _encoded(receipt, form)
    if out == "-":
        sys.stdout.buffer.write(data)
        return None
    path = Path(out or f"{what}{_SUFFIX[form]}")
    path.write_bytes(data)
    subject = receipt.verification.subject
    return Sheet(
        {
            "receipt": str(path),
            "transaction_id": subject.transaction_id if subject else None,
            "height": subject.height if subject else None,
            "level": receipt.level,
            "witnesses": _witnesses(receipt),
            "verified": True,
        }
    )


def show(receipt: Path, /, *, _output: Output = OUTPUT) -> Answer:
    """Show what a receipt file says; this does not verify it.

    Raises:
        InvalidReceipt: it is not a receipt.
    """
    from tallystick.cli.receipt_contents import describe_receipt

    return Sheet(describe_receipt(receipt))


def _witnesses(receipt: VerifiedReceipt) -> list[str]:
    """Return the organisations that cosigned, as far as the trust file knows them."""
    standing = receipt.verification.standing
    return [one.organization for one in standing if one.role == "witness"]


def _transaction_id(net: Net, what: str) -> str:
    if _TRANSACTION.fullmatch(what):
        return what.lower()
    from tallystick.cli.linking import transaction_of_leaf

    return transaction_of_leaf(net, int(net.evidence.show(what)["_created_leaf"]))


def _encoded(receipt: VerifiedReceipt, form: str) -> bytes:
    record = receipt.record
    if form == "json":
        return record.to_json().encode()
    if form == "tlog-proof":
        return LogProof.of_receipt(record).to_text().encode()
    if form == "checkpoint":
        return record.checkpoint.encode()
    return record.statement() if form == "statement" else record.log_receipt
