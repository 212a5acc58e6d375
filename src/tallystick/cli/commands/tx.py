# SPDX-License-Identifier: Apache-2.0
"""`tally tx`: transactions."""

from __future__ import annotations

from tallystick.cli.answers import Answer, Row, Sheet
from tallystick.cli.exit_codes import ExitCode
from tallystick.cli.hashes import hash_option
from tallystick.cli.options import ADDRESS, OUTPUT, PAGE, Address, Output, Page
from tallystick.cli.plain import plain_row
from tallystick.cli.stage import stage

_COLUMNS = ("height", "id", "time", "code", "contract", "method", "organization", "sentence")
_SHOWN = (
    "id",
    "code",
    "sentence",
    "height",
    "index",
    "leaf_index",
    "time",
    "level",
    "contract",
    "method",
    "organization",
    "member",
    "signer",
    "args",
    "result",
    "events",
    "changes",
    "valid_until",
    "size",
)


def list_(
    *,
    contract: str | None = None,
    method: str | None = None,
    code: str | None = None,
    organization: str | None = None,
    page: Page = PAGE,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """List transactions, newest first."""
    from tallystick.cli.linking import listing, open_net

    with open_net(address) as net:
        rows = net.transactions(
            contract=contract, method=method, code=code, organization=organization
        )
        return listing(rows, page, _COLUMNS)


def show(transaction: str, /, *, address: Address = ADDRESS, _output: Output = OUTPUT) -> Answer:
    """Show one transaction, decoded, with what it changed.

    Raises:
        NotFound: there is no such transaction.
        Behind: the node's lists have not reached it yet.
    """
    from tallystick.cli.linking import open_net
    from tallystick.cli.previewing import change_lines

    transaction_id = hash_option(transaction, "TRANSACTION").hex()
    with open_net(address) as net:
        record = plain_row(net.transaction(transaction_id).to_dict())
        found = net.transaction_changes(transaction_id)
    if stage().as_json:
        return _sheet({**record, "changes": plain_row(found.to_dict())["changes"]})
    return _sheet({**record, "changes": change_lines(found.changes) or None})


def wait(
    transaction: str,
    /,
    *,
    timeout: float = 30.0,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Wait until a transaction is final.

    Raises:
        NotFinal: it was not, within the time.
    """
    from tallystick.cli.linking import open_net, timeout_ms
    from tallystick.cli.talk import waiting

    with open_net(address) as net, waiting(transaction):
        record = net.wait(
            hash_option(transaction, "TRANSACTION").hex(), timeout_ms=timeout_ms(timeout)
        )
    code = ExitCode.OK if record.code == "ok" else ExitCode.REFUSED
    return _sheet(plain_row(record.to_dict()), code)


def _sheet(fields: Row, code: ExitCode = ExitCode.OK) -> Sheet:
    return Sheet(fields, tuple(name for name in _SHOWN if fields.get(name) is not None), code)
