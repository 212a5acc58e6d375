# SPDX-License-Identifier: Apache-2.0
"""`tally evidence package`, `custody` and `matter`: deposits as others take them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from tallystick.cli.answers import Answer, Listing, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.options import ADDRESS, OUTPUT, Address, Dashed, Output
from tallystick.errors import UsageError

if TYPE_CHECKING:
    from tallystick.client import Net
    from tallystick.crypto import OrganizationSeal

_Out = Annotated[Path, Parameter(name=("--out", "-o"))]
_COLUMNS = (
    *("matter_number", "id", "deposited_at", "captured_at", "title", "organization", "method"),
    *("source", "verification", "collector_registered", "matter_previous"),
)


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """What is packed, and how."""

    files: tuple[Path, ...]
    out: _Out
    matter: str | None = None
    form: Literal["bag", "asic"] = "bag"
    authority: str | None = None
    seal: bool = False
    seal_of: str | None = None
    seal_passphrase_file: Dashed = None


def package(
    *deposits: str, packing: Packing, address: Address = ADDRESS, _output: Output = OUTPUT
) -> Answer:
    """Pack deposits with their originals and proofs.

    Raises:
        UsageError: neither deposits nor a matter, or both.
        NotFound: there is no such deposit, or its original is not at hand.
        HashMismatch: an original changed meanwhile.
        Unverified: what the node sent does not check out.
    """
    from tallystick.cli.evidence_packing import gather, originals_in, pack, pack_container
    from tallystick.cli.linking import open_net

    _check_named(deposits, packing.matter)
    originals, out = originals_in(packing.files), packing.out
    with open_net(address) as net:
        gathered = gather(net, deposits, packing.matter)
        if packing.form == "bag":
            pack(net, gathered, originals, out)
        else:
            seal = _seal(net, packing, address)
            pack_container(net, gathered, originals, out, authority=packing.authority, seal=seal)
    return Sheet({"path": str(out), "form": packing.form, "count": len(gathered.rows)})


def _seal(net: Net, packing: Packing, address: Address) -> OrganizationSeal | None:
    """Return the seal to set on a container; None if none was asked for."""
    if not packing.seal and packing.seal_of is None:
        return None
    from tallystick.cli.certifying import seal_at_hand

    return seal_at_hand(net, packing.seal_of, packing.seal_passphrase_file, address)


def custody(
    *deposits: str,
    out: _Out,
    matter: str | None = None,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Write the chain of custody of deposits.

    Raises:
        UsageError: neither deposits nor a matter, or both.
        NotFound: there is no such deposit.
    """
    from tallystick.cli.evidence_packing import chain_of, gather
    from tallystick.cli.linking import open_net
    from tallystick.client import write_file

    _check_named(deposits, matter)
    with open_net(address) as net:
        gathered = gather(net, deposits, matter)
    write_file(out, chain_of(gathered))
    return Sheet({"path": str(out), "count": len(gathered.rows)})


def matter(case: str, /, *, address: Address = ADDRESS, _output: Output = OUTPUT) -> Answer:
    """List the deposits of a matter, oldest first.

    Raises:
        NotFound: there is none.
    """
    from tallystick.cli.evidence_packing import gather
    from tallystick.cli.linking import open_net
    from tallystick.cli.plain import plain_row

    with open_net(address) as net:
        gathered = gather(net, (), case)
    return Listing(tuple(plain_row(dict(row)) for row in gathered.rows), _COLUMNS)


def _check_named(deposits: tuple[str, ...], matter: str | None) -> None:
    if deposits and matter is not None:
        message = say("usage.not_both", one="DEPOSITS", other="--matter")
        raise UsageError(message, field="--matter")
    if not deposits and matter is None:
        what = "DEPOSITS, --matter"
        raise UsageError(say("usage.nothing", what=what), field="DEPOSITS", expected=what)
