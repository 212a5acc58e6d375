# SPDX-License-Identifier: Apache-2.0
"""`tally document share`, `hand-over`, `fetch`, `challenge`: keys, and copies at nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallystick.cli.answers import Answer, Row, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.commands.document import bar, signed_net
from tallystick.cli.options import (
    ADDRESS,
    OUTPUT,
    READING,
    SIGNING,
    Address,
    Output,
    Reading,
    Signing,
)
from tallystick.cli.talk import step

if TYPE_CHECKING:
    from tallystick.client import DocumentFacts


def share(
    document: str,
    /,
    *,
    to: str,
    version: int | None = None,
    reading: Reading = READING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Seal the key of a version for an organisation that has a grant, a new version above all.

    Raises:
        RoleMissing: it has no grant, or the document belongs to another organisation.
        UnknownRecord: it has no sealing key in force.
        NotFound: there is no sealing key of the own organisation here.
    """
    from tallystick.cli.sealing import own_sealing_keys

    with signed_net(reading, address) as (net, identity):
        keys = own_sealing_keys(identity.organization, reading.sealing_passphrase_file)
        shared = net.documents.facts(document, version=version).version
        net.documents.share(document, to, keys, version=shared)
    step(say("document.shared", organization=to))
    return Sheet({"document": document, "version": shared, "grantee": to})


def hand_over(
    document: str,
    /,
    *,
    source: str,
    to: str | None = None,
    version: int | None = None,
    reading: Reading = READING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Copy the sealed file from one node to another, and with `--to` a key for its organisation.

    Raises:
        NotFound: the first node does not hold it.
        RoleMissing: the other node's organisation may not hold it.
        LimitExceeded: the other node has no room.
        Erased: it was erased.
    """
    from tallystick.cli.sealing import own_sealing_keys

    wrap = None
    with signed_net(reading, Address(url=source)) as (net, identity):
        known = net.documents.facts(document, version=version)
        if to is not None:
            keys = own_sealing_keys(identity.organization, reading.sealing_passphrase_file)
            wrap = net.documents.make_wrap(document, to, keys, version=known.version)
        with bar("document.downloading") as told:
            sealed = net.documents.fetch_sealed(document, version=known.version, progress=told)
    with signed_net(reading, address) as (net, _):
        net.documents.hand_over(document, sealed, version=known.version)
        if to is not None and wrap is not None:
            net.documents.hand_wrap(document, to, wrap, version=known.version)
    sealed.unlink(missing_ok=True)
    step(say("document.handed_over", document=document))
    return Sheet({**_copied(known), "grantee": to})


def fetch(
    document: str,
    /,
    *,
    source: str | None = None,
    version: int | None = None,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Have the node get a sealed file from other nodes, or anew if its copy is damaged.

    Raises:
        NotFound: none of the nodes that it knows gives it, or that of `--source` does not hold it.
        RoleMissing: the own organisation, or the node's, may not hold it.
        LimitExceeded: the node has no room.
        InvalidProof: what `--source` gave is not what the ledger says.
        Erased: it was erased.
    """
    if source is None:
        with signed_net(signing, address) as (net, _), bar("document.fetching") as told:
            known = net.documents.fetch(document, version=version, progress=told)
    else:
        with signed_net(signing, Address(url=source)) as (net, _):
            known = net.documents.facts(document, version=version)
            with bar("document.downloading") as told:
                sealed = net.documents.fetch_sealed(document, version=known.version, progress=told)
        with signed_net(signing, address) as (net, _):
            net.documents.hand_over(document, sealed, version=known.version)
        sealed.unlink(missing_ok=True)
    step(say("document.handed_over", document=document))
    return Sheet(_copied(known))


def challenge(
    document: str,
    /,
    *,
    version: int | None = None,
    count: int = 16,
    node: str | None = None,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Have a node prove that it has a sealed file: slices by chance, checked with the ledger.

    Raises:
        InvalidProof: what it shows is not what was asked for, or another node answers.
        NotFound, Corrupted: it says itself that it has not got it, or not as it was.
        RoleMissing: the own organisation may not hold the document.
        Erased: it was erased.
        UsageError: not even one slice.
    """
    with signed_net(signing, address) as (net, _):
        done = net.documents.challenge(document, version=version, count=count, node=node)
    step(say("document.challenged", node=done.node, count=len(done.slices)))
    return Sheet({**_copied(done.facts), "node": done.node, "slices": list(done.slices)})


def _copied(known: DocumentFacts) -> Row:
    return {
        "document": known.id,
        "version": known.version,
        "cid": known.cid,
        "size": known.size,
    }
