# SPDX-License-Identifier: Apache-2.0
"""`tally document export-car` and `import-car`: sealed files as CAR archives, for any IPFS tool."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from tallystick.cli.answers import Answer, Row, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.commands.document import bar, signed_net
from tallystick.cli.options import ADDRESS, OUTPUT, SIGNING, Address, Output, Signing
from tallystick.cli.sealed_workplace import existing_file, save_whole, workplace
from tallystick.cli.talk import step
from tallystick.errors import FileProblem, HashMismatch, UnknownRecord

if TYPE_CHECKING:
    from tallystick.client import DocumentFacts, Net
    from tallystick.encoding import Cid
    from tallystick.merkle import Address as ContentAddress


def export_car(
    document: str,
    /,
    *,
    out: Path,
    version: int | None = None,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Save the sealed file of a document as a CAR; it stays sealed, so no opening is recorded.

    Raises:
        NotFound: the node does not hold it.
        RoleMissing: the own organisation may not fetch it.
        Erased: it was erased, or that version sealed anew.
        InvalidProof: what came is not what the ledger says.
        FileProblem: the file exists or cannot be written.
    """
    from tallystick.client import file_chunks
    from tallystick.documents import write_car

    if out.exists():
        raise FileProblem(say("document.exists", path=out), field="--out", found=str(out)[:200])
    with signed_net(signing, address) as (net, _), workplace(out.parent) as store:
        known = net.documents.facts(document, version=version)
        with bar("document.downloading") as told:
            sealed = net.documents.fetch_sealed(document, version=known.version, progress=told)
        declared = _declared(known)
        store.depot.keep(declared, file_chunks(sealed))
        sealed.unlink(missing_ok=True)
        save_whole(out, write_car(store.depot, declared.cid))
    step(say("document.car_saved", path=out))
    return Sheet({**_told(known), "file": str(out), "file_size": out.stat().st_size})


def import_car(
    car: Path,
    /,
    *,
    document: str | None = None,
    version: int | None = None,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Give the node a sealed file out of a CAR; every block and the whole are checked before.

    Raises:
        InvalidContentArchive: a block is not what its name says, or the archive is misbuilt.
        UnknownRecord: the ledger knows no document at its address.
        HashMismatch: it is another document than was named, or than the ledger declares.
        RoleMissing, Erased, LimitExceeded: the node does not take it.
        FileProblem: it cannot be read.
    """
    from tallystick.documents import root_of, take_car

    with signed_net(signing, address) as (net, _), existing_file(car).open("rb") as file:
        cid = root_of(file)
        _check_blocks(file)
        known = _known(net, cid, document, version)
        with workplace(None) as store:
            take_car(store.depot, file, expected=_declared(known))
            sealed = store.path(cid)
            net.documents.hand_over(known.id, sealed, version=known.version)
    step(say("document.handed_over", document=known.id))
    return Sheet(_told(known))


def _check_blocks(file: BinaryIO) -> None:
    """Refuse a CAR with a wrong block before the ledger is asked about it."""
    from tallystick.documents import CarReader

    for _ in CarReader(file).blocks():
        pass


def _known(net: Net, cid: Cid, document: str | None, version: int | None) -> DocumentFacts:
    """Return, proven, what the ledger says of the document at an address.

    Raises:
        UnknownRecord: there is none.
        HashMismatch: it is at another address.
    """
    if document is None:
        found = net.contract("documents").method("find")(cid=str(cid))
        if found is None:
            raise UnknownRecord(say("document.no_address", cid=cid), field="cid", found=str(cid))
        document, version = found.copy.document, found.copy.version
    known = net.documents.facts(document, version=version)
    if known.cid != str(cid):
        raise HashMismatch(
            say("document.other_car", document=known.id, version=known.version),
            field="cid",
            expected=known.cid,
            found=str(cid),
        )
    return known


def _declared(known: DocumentFacts) -> ContentAddress:
    from tallystick.encoding import Cid
    from tallystick.merkle import Address as ContentAddress

    return ContentAddress(Cid.parse(known.cid), known.size, bytes.fromhex(known.slices_root))


def _told(known: DocumentFacts) -> Row:
    return {
        "document": known.id,
        "version": known.version,
        "cid": known.cid,
        "size": known.size,
    }
