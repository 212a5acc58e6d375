# SPDX-License-Identifier: Apache-2.0
"""`tally governance propose contract`: a version of a contract, with the digest of its sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Parameter
from msgspec import UNSET, UnsetType

from tallystick.cli.answers import Answer
from tallystick.cli.catalogue import say
from tallystick.cli.commands.propose import PROPOSING, Proposing
from tallystick.cli.options import ADDRESS, OUTPUT, SIGNING, Address, Output, Signing
from tallystick.errors import UsageError

if TYPE_CHECKING:
    from tallystick.client import Net
    from tallystick.client.contract_records import NodeContracts
    from tallystick.model import Action

_DIGEST_CHARACTERS: Final = 64


@Parameter(name="*")
@dataclass(frozen=True)
class Sources:
    """Which sources run, and what they find."""

    digest: str | None = None
    migrate_from: int | None = None


SOURCES: Final = Sources()


def contract(
    name: str,
    /,
    *,
    version: Annotated[int, Parameter(name="--contract-version")],
    height: int,
    sources: Sources = SOURCES,
    proposing: Proposing = PROPOSING,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Propose that a version of a contract runs from a block on.

    Digest and migration are those of the package that is installed on the node, unless given.

    Raises:
        UsageError: the version is not installed on the node, and no digest is given.
        Refused: it cannot run then.
    """
    from tallystick.cli.governing import propose
    from tallystick.model import ActivateContract

    def action(net: Net) -> Action:
        known = net.governance.contracts()
        return ActivateContract(
            name,
            version,
            height,
            _digest(known, name, version, sources.digest),
            _migrate_from(known, name, version)
            if sources.migrate_from is None
            else sources.migrate_from,
        )

    return propose(address, signing, action, proposing.until)


def _digest(known: NodeContracts, name: str, version: int, given: str | None) -> bytes:
    found = known.find(name, version)
    text = given if given is not None else found.digest if found is not None else None
    if text is None:
        raise UsageError(
            say("governance.not_installed", name=name, version=version),
            field="--digest",
            hint=say("governance.not_installed_hint"),
        )
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        digest = b""
    if len(text) != _DIGEST_CHARACTERS or len(digest) * 2 != _DIGEST_CHARACTERS:
        raise UsageError(
            say("usage.value", name="--digest", value=text[:80]),
            field="--digest",
            expected="64 hexadecimal digits, as `tally contract digest` shows them",
        )
    return digest


def _migrate_from(known: NodeContracts, name: str, version: int) -> int | UnsetType:
    """Return the version whose records must be moved, as the package on the node declares it."""
    found, running = known.find(name, version), known.running(name)
    if found is None or running is None or running not in found.migrates_from:
        return UNSET
    return running
