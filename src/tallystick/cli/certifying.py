# SPDX-License-Identifier: Apache-2.0
"""Writes an extract as a certificate, under the seal of the organisation that is kept here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tallystick.cli.catalogue import say
from tallystick.cli.facts_again import paper_of
from tallystick.cli.locate import node_url
from tallystick.cli.options import Address, Sealing
from tallystick.cli.stage import default_environment
from tallystick.contracts import ExtractTakeAway
from tallystick.errors import UsageError

if TYPE_CHECKING:
    from tallystick.client import Extract, Net
    from tallystick.contracts import TakeAway
    from tallystick.crypto import OrganizationSeal
    from tallystick.interchange.certificates import Authority

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


def in_force(net: Net, organization: str) -> str:
    """Return the fingerprint of the seal that an organisation has in force, by the node's word.

    Raises:
        UnknownRecord: it has none.
    """
    from tallystick.crypto import sha256

    found = net.query("seals", "show", organization=organization)
    return sha256(bytes.fromhex(found["certificate"])).hex()


def certified(
    net: Net, extract: Extract, take_away: ExtractTakeAway, sealing: Sealing, address: Address
) -> bytes:
    """Return an extract as a sealed certificate.

    Raises:
        NotFound: the seal in force is not kept here.
        UnknownRecord: the organisation has none in force.
        WrongPassphrase: the passphrase does not open it.
        TimeStampRefused: the time-stamp authority cannot be reached, or gave no token.
        InvalidSeal: the ledger has another seal of this organisation in force.
    """
    seal = seal_at_hand(net, sealing.seal_of, sealing.seal_passphrase_file, address)
    portal = sealing.portal or default_environment().get(PORTAL_VARIABLE)
    authority = _authority(sealing.time_stamp)
    return net.certificate(extract, paper_of(take_away), seal, portal=portal, authority=authority)


def seal_at_hand(
    net: Net, organization: str | None, passphrase_file: str | None, address: Address
) -> OrganizationSeal:
    """Return the seal in force of an organisation, or of the only one that is kept here.

    Raises:
        NotFound: the seal in force is not kept here.
        UnknownRecord: the organisation has none in force.
        WrongPassphrase: the passphrase does not open it.
    """
    from tallystick.cli.identities import seals_at
    from tallystick.cli.secrets import read_passphrase

    store = seals_at(node_url(address.url))
    whose = organization or store.only_organization()
    return store.load(whose, in_force(net, whose), lambda: read_passphrase(passphrase_file))


def _authority(named: str | None) -> Authority | None:
    if named is None:
        return None
    from tallystick.cli.time_stamps import authority_at

    return authority_at(None if named == "local" else named)
