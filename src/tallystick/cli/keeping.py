# SPDX-License-Identifier: Apache-2.0
"""What a contract's keeper works with: a node's tables, a depot in a folder, downloads.

Sealed bytes come from the ledger nodes of other holders, as the register of documents lets a
keeper fetch them, or from the folder of another keeper. Nothing that comes is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tallystick.cli.catalogue import say
from tallystick.cli.exported_tables import NodeTables, ProvenTables
from tallystick.cli.talk import warn
from tallystick.client import Asker, Identity, Net, connect
from tallystick.contracts.parts import KeptFile, PossessionAnswer
from tallystick.documents import Depot, DepotLimits, FolderStore
from tallystick.encoding import Cid, format_base64url
from tallystick.errors import (
    Corrupted,
    Erased,
    HashMismatch,
    InvalidProof,
    LimitExceeded,
    NotFound,
    RoleMissing,
    Unavailable,
    UnknownContract,
    UnknownRecord,
    UsageError,
    WrongOffset,
)
from tallystick.merkle import Address

_DOCUMENTS = "documents"
_GIVES_NONE = (Erased, NotFound, RoleMissing, Unavailable, UnknownContract, UnknownRecord)
_FREE_BYTES_MIN = 1 << 28


class NetLedger(NodeTables):
    """The contract's tables at a node, and actions signed by the connection's identity."""

    def __init__(self, net: Net, contract: str) -> None:
        """Use a connection that signs."""
        super().__init__(net, contract)
        self._contract_called = (net, contract)

    def act(self, method: str, **arguments: Any) -> Any:  # noqa: ANN401  # as the method says
        """See `ActingLedger.act`."""
        return _act(*self._contract_called, method, arguments)


class ProvenLedger(ProvenTables):
    """The same, each record with a checked proof."""

    def __init__(self, net: Net, contract: str) -> None:
        """Use a connection that signs."""
        super().__init__(net, contract)
        self._contract_called = (net, contract)

    def act(self, method: str, **arguments: Any) -> Any:  # noqa: ANN401  # as the method says
        """See `ActingLedger.act`."""
        return _act(*self._contract_called, method, arguments)


class DepotBytes:
    """Sealed bytes in a folder; see `SealedBytes`. One process at a time."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, made when the first bytes come."""
        limits = DepotLimits(free_bytes_min=_FREE_BYTES_MIN)
        self._files = FolderStore(folder / "store")
        self.depot = Depot(folder / "depot", self._files, limits=limits)

    def take(self, file: KeptFile, pieces: Iterable[bytes]) -> bool:
        """See `SealedBytes.take`."""
        cid = Cid.parse(file.cid)
        self.depot.remove(cid)  # what is damaged would be in the way
        try:
            self.depot.keep(Address(cid, file.size, bytes.fromhex(file.slices_root)), pieces)
        except (Corrupted, HashMismatch, LimitExceeded, NotFound, WrongOffset):
            return False
        return True

    def has(self, file: KeptFile) -> bool:
        """See `SealedBytes.has`."""
        try:
            self.depot.verify_document(Cid.parse(file.cid))
        except (NotFound, Corrupted):
            return False
        return True

    def prove(self, file: KeptFile, index: int) -> PossessionAnswer | None:
        """See `SealedBytes.prove`."""
        try:
            found = self.depot.prove(Cid.parse(file.cid), index)
        except (NotFound, Corrupted):
            return None
        path = tuple(one.hex() for one in found.path)
        return PossessionAnswer(slice=format_base64url(found.data), path=path)

    def forget(self, file: KeptFile) -> bool:
        """See `SealedBytes.forget`."""
        return self.depot.remove(Cid.parse(file.cid))

    def path(self, cid: Cid) -> Path:
        """Return where the bytes of a file are; unchecked."""
        return self._files.path(cid)


class OwnNode:
    """The operator's own ledger node, which serves to other keepers what it is given."""

    def __init__(self, net: Net) -> None:
        """Use a connection that signs."""
        self._net = net
        self._given: set[Cid] = set()

    def give_all(self, store: DepotBytes) -> tuple[str, ...]:
        """Give the node what it was not given yet by this process; return these addresses.

        What the register does not have nobody can ask a node for: it is left out. What the node
        does not take now is given again in the next round.
        """
        held = store.depot.cids()
        given = [cid for cid in held if cid not in self._given and self._give(store, cid)]
        self._given = (self._given & set(held)) | set(given)
        return tuple(map(str, given))

    def _give(self, store: DepotBytes, cid: Cid) -> bool:
        try:
            place = _place_of(self._net, str(cid))
            if place is None:
                return False
            document, version = place
            self._net.documents.hand_over(document, store.path(cid), version=version)
        except (*_GIVES_NONE, HashMismatch, LimitExceeded, WrongOffset) as error:
            warn(say("keep.not_served", cid=str(cid), code=error.code))
            return False
        return True


class Places:
    """Where holders are: addresses of nodes, folders of keepers; see `SealedSources`."""

    def __init__(
        self,
        net: Net,
        identity: Identity | Asker,
        places: Mapping[str, str],
        *,
        trust: Path | None = None,
        incoming: Path | None = None,
    ) -> None:
        """Ask as an identity; a holder without a place is asked for at the own node.

        Args:
            net: the own node.
            identity: who asks.
            places: address or folder by holder.
            trust: the trust file for the others' nodes; by default what was pinned.
            incoming: where files come in; by default in the user's own folder.
        """
        self._net, self._identity, self._places = net, identity, places
        self._trust, self._incoming = trust, incoming

    def fetch(self, holder: str, file: KeptFile) -> Iterable[bytes] | None:
        """See `SealedSources.fetch`."""
        place = self._places.get(holder)
        if place is None:
            return _download(self._net, file, self._incoming)
        if "://" in place:
            with connect(place, identity=self._identity, trust=self._trust) as net:
                return _download(net, file, self._incoming)
        depot = DepotBytes(Path(place)).depot
        cid = Cid.parse(file.cid)
        return depot.read(cid) if depot.holds(cid) else None


def places_of(given: Iterable[str]) -> dict[str, str]:
    """Return what `HOLDER=PLACE` says.

    Raises:
        UsageError: one has another form.
    """
    places = {}
    for one in given:
        holder, _, place = one.partition("=")
        if not holder or not place:
            message = say("usage.value", name="--source", value=one)
            raise UsageError(message, field="--source", expected="HOLDER=PLACE")
        places[holder] = place
    return places


def _download(net: Net, file: KeptFile, incoming: Path | None) -> Iterator[bytes] | None:
    """Fetch a sealed file by its address from a node; None if it gives none."""
    try:
        place = _place_of(net, file.cid)
        if place is None:
            return None
        document, version = place
        known = net.documents.facts(document, version=version)
        return _read_once(net.documents.download(known, into=incoming))
    except InvalidProof:
        return iter(())  # other bytes: they are the file's of nobody
    except _GIVES_NONE:
        return None


def _place_of(net: Net, cid: str) -> tuple[str, int] | None:
    """Return which version of which registered document has an address."""
    found = net.contract(_DOCUMENTS).method("find")(cid=cid)
    return None if found is None else (found.copy.document, found.copy.version)


def _act(net: Net, contract: str, method: str, arguments: dict[str, Any]) -> Any:  # noqa: ANN401
    return net.call(contract, method, **arguments).result


def _read_once(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes; it is removed at the end."""
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece
    path.unlink()
