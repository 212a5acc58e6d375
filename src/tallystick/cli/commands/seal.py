# SPDX-License-Identifier: Apache-2.0
"""`tally seal`: the organisation's seal on certificates, made here, published on the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.options import (
    ADDRESS,
    OUTPUT,
    SIGNING,
    Address,
    Dashed,
    Output,
    Signing,
)
from tallystick.cli.talk import note

if TYPE_CHECKING:
    from tallystick.client import Identity, Net


def create(
    *,
    organization: str,
    name: str,
    passphrase_file: Dashed = None,
    no_passphrase: bool = False,
    _output: Output = OUTPUT,
) -> Answer:
    """Make a seal of an organisation and keep it here, under a passphrase.

    Raises:
        Malformed: the organisation's code is not one.
        FileProblem: the folder cannot be written.
        UsageError: no passphrase can be had.
    """
    from tallystick.cli.founding import now_ms
    from tallystick.cli.secrets import read_passphrase
    from tallystick.client import SealStore
    from tallystick.crypto import OrganizationSeal
    from tallystick.model import check_organization_id

    check_organization_id(organization)
    passphrase = None if no_passphrase else read_passphrase(passphrase_file, confirm=True)
    seal = OrganizationSeal.create(organization, name, now_ms())
    path = SealStore().save(organization, seal, passphrase)
    note(say("seal.publish_next"))
    return Sheet({"organization": organization, "fingerprint": seal.fingerprint, "path": str(path)})


def publish(
    *,
    fingerprint: str | None = None,
    seal_passphrase_file: Dashed = None,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Publish the certificate of a seal that is kept here; the one before it is retired.

    Without a fingerprint it is the only one here that is not in force already.

    Raises:
        NotFound: there is no seal here, or several and none was named.
        RoleMissing: the signer is no administrator.
        Duplicate: it is published already.
        WrongPassphrase: the passphrase does not open the seal.
    """
    from tallystick.cli.secrets import read_passphrase
    from tallystick.client import SealStore

    with _net(signing, address) as (net, identity):
        seal = SealStore().load(
            identity.organization,
            fingerprint,
            lambda: read_passphrase(seal_passphrase_file),
            but=None if fingerprint else _published(net, identity.organization),
        )
        done = net.call("seals", "publish", certificate=seal.certificate)
    found = {"organization": identity.organization, "fingerprint": seal.fingerprint}
    return Sheet({**found, "transaction": done.transaction.id})


def revoke(
    version: int,
    /,
    *,
    reason: str,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Revoke one of the organisation's seals: nothing that it sealed is believed any more.

    Raises:
        RoleMissing: the signer is no administrator.
        UnknownRecord: there is no such seal.
        Duplicate: it is revoked already.
    """
    with _net(signing, address) as (net, identity):
        done = net.call("seals", "revoke", version=version, reason=reason)
    organization = identity.organization
    return Sheet(
        {"organization": organization, "version": version, "transaction": done.transaction.id}
    )


def show(organization: str, /, *, address: Address = ADDRESS, _output: Output = OUTPUT) -> Answer:
    """Show the seal that an organisation has in force.

    Raises:
        UnknownRecord: it has none.
    """
    from tallystick.cli.linking import open_net
    from tallystick.cli.times import format_time
    from tallystick.crypto import describe_seal, sha256

    with open_net(address) as net:
        found = net.query("seals", "show", organization=organization)
    certificate = bytes.fromhex(found["certificate"])
    said = describe_seal(certificate)
    return Sheet(
        {
            "organization": organization,
            "name": said.name,
            "version": found["version"],
            "fingerprint": sha256(certificate).hex(),
            "published_at": format_time(found["published_at"]),
            "published_by": found["published_by"],
            "valid_until": format_time(said.valid_until),
        }
    )


def _published(net: Net, organization: str) -> str | None:
    from tallystick.cli.certifying import in_force
    from tallystick.errors import UnknownRecord

    try:
        return in_force(net, organization)
    except UnknownRecord:
        return None


@contextmanager
def _net(signing: Signing, address: Address) -> Iterator[tuple[Net, Identity]]:
    """Connect as the key that was named."""
    from tallystick.cli.identities import choose_key, open_key
    from tallystick.cli.linking import open_net
    from tallystick.cli.locate import node_url

    identity = open_key(choose_key(signing.as_, node_url(address.url)), signing.passphrase_file)
    with open_net(address, identity=identity) as net:
        yield net, identity
