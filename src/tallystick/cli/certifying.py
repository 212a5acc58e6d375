# SPDX-License-Identifier: Apache-2.0
"""Writes an extract as a certificate, under the seal of the organisation that is kept here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tallystick.cli.catalogue import say
from tallystick.cli.facts_again import paper_of
from tallystick.cli.options import Sealing
from tallystick.cli.stage import default_environment
from tallystick.contracts import ExtractTakeAway
from tallystick.errors import UsageError

if TYPE_CHECKING:
    from tallystick.client import Extract, Net
    from tallystick.contracts import TakeAway

PORTAL_VARIABLE: Final = "TALLY_PORTAL"
"""Public address of the organisation, which QR codes begin with."""


def require_extract(kind: str, take_away: TakeAway | None) -> ExtractTakeAway:
    """Return a take-away that can be a certificate.

    Raises:
        UsageError: it is a table or a package, or there is none.
    """
    if not isinstance(take_away, ExtractTakeAway):
        raise UsageError(say("seal.no_certificate", kind=kind), field="KIND", found=kind)
    return take_away


def certified(net: Net, extract: Extract, take_away: ExtractTakeAway, sealing: Sealing) -> bytes:
    """Return an extract as a sealed certificate.

    Raises:
        NotFound: no seal is kept here, or several.
        WrongPassphrase: the passphrase does not open it.
        InvalidSeal: the ledger has another seal of this organisation in force.
    """
    from tallystick.cli.secrets import read_passphrase
    from tallystick.client import SealStore

    store = SealStore()
    organization = sealing.seal_of or store.only_organization()
    seal = store.load(organization, None, lambda: read_passphrase(sealing.seal_passphrase_file))
    portal = sealing.portal or default_environment().get(PORTAL_VARIABLE)
    return net.certificate(extract, paper_of(take_away), seal, portal=portal)
