# SPDX-License-Identifier: Apache-2.0
"""`tally contract digest`: which versions of contracts are installed here, and their digests."""

from __future__ import annotations

from tallystick.cli.answers import Answer, Listing
from tallystick.cli.catalogue import say
from tallystick.cli.options import OUTPUT, Output
from tallystick.errors import NotFound

_COLUMNS = ("name", "version", "digest", "migrates_from")


def digest(*names: str, _output: Output = OUTPUT) -> Answer:
    """List the installed contracts, or those named.

    Raises:
        NotFound: a contract of this name is not installed.
        InvalidContract: a package offers what is no contract, or cannot read older records.
    """
    from tallystick.node import find_installed_contracts

    installed = find_installed_contracts()
    for name in names:
        if all(one.name != name for one in installed):
            raise NotFound(say("contract.not_installed", contract=name), found=name)
    return Listing(
        tuple(
            {
                "name": one.name,
                "version": one.version,
                "digest": one.digest.hex(),
                "migrates_from": list(one.migrates_from),
            }
            for one in installed
            if not names or one.name in names
        ),
        _COLUMNS,
    )
