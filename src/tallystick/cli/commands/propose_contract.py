# SPDX-License-Identifier: Apache-2.0
"""`tally governance propose contract`: a version of a contract, with the digest of its sources."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Parameter

from tallystick.cli.answers import Answer
from tallystick.cli.catalogue import say
from tallystick.cli.commands.propose import Proposing
from tallystick.cli.options import ADDRESS, OUTPUT, SIGNING, Address, Output, Signing
from tallystick.errors import UsageError

if TYPE_CHECKING:
    from tallystick.client import Net
    from tallystick.model import Action

_DIGEST: Final = re.compile("[0-9a-f]{64}")


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Sources(Proposing):
    """Which sources run, what they find, and how long that may be voted on."""

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
    from msgspec import UNSET

    from tallystick.cli.governing import propose
    from tallystick.model import ActivateContract

    def action(net: Net) -> Action:
        known = net.governance.contracts()
        found, running = known.find(name, version), known.running(name)
        digest = sources.digest or (found.digest if found else None)
        if digest is None:
            raise UsageError(
                say("governance.not_installed", name=name, version=version),
                field="--digest",
                hint=say("governance.not_installed_hint"),
            )
        migrate_from = sources.migrate_from
        if migrate_from is None and found and running in found.migrates_from:
            migrate_from = running
        return ActivateContract(
            name,
            version,
            height,
            _digest(digest),
            UNSET if migrate_from is None else migrate_from,
        )

    return propose(address, signing, action, sources.until)


def _digest(text: str) -> bytes:
    if _DIGEST.fullmatch(text) is None:
        raise UsageError(
            say("usage.value", name="--digest", value=text[:80]),
            field="--digest",
            expected="64 hexadecimal digits, as `tally contract digest` shows them",
        )
    return bytes.fromhex(text)
