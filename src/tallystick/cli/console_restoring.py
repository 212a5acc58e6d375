# SPDX-License-Identifier: Apache-2.0
"""Kept files as the console brings them back: by the modules and ways of `tally NAME drill`."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from tallystick.cli.demo.names import TRUST_FILE
from tallystick.cli.exported_tables import ProvenTables
from tallystick.cli.keeping import DepotBytes, Places
from tallystick.cli.refusals_said import check_size, problem_said
from tallystick.cli.restore_verbs import required_object, restore_verbs_of, restoring_of
from tallystick.cli.sealed_workplace import save_whole
from tallystick.client import Net, connect
from tallystick.console import KEPT_BYTES_MAX, AskedNode, Fetcher, Restored
from tallystick.contracts import Refusal
from tallystick.contracts.parts import KeptFile, SealedObject, fetch_sealed
from tallystick.documents import root_of, take_car, write_car
from tallystick.encoding import Cid
from tallystick.merkle import Address as ContentAddress

_DOWNLOADS = "downloads"


@dataclass(frozen=True, slots=True)
class _Workplace:
    """A folder that is gone afterwards; everything in it is sealed."""

    store: DepotBytes
    downloads: Path


class _Noted:
    """Sources that note who was asked and who gave anything; see `SealedSources`."""

    def __init__(
        self,
        fetch: Callable[[str, KeptFile], Iterable[bytes] | None],
        operators: Mapping[str, str],
        places: Mapping[str, str],
    ) -> None:
        self._fetch, self._operators, self._places = fetch, operators, places
        self._asked: list[str] = []

    def fetch(self, holder: str, file: KeptFile) -> Iterable[bytes] | None:
        """See `SealedSources.fetch`."""
        self._asked.append(holder)
        return self._fetch(holder, file)

    def told(
        self,
        wanted: SealedObject,
        right: str | None,
        wrong: Mapping[str, int | None],
        report: Mapping[str, Any] | None,
    ) -> Restored:
        """Return what came of it, and from where."""
        asked = tuple(
            AskedNode(
                holder,
                self._operators[holder],
                self._places.get(holder, ""),
                "right" if holder == right else "other" if holder in wrong else "none",
                wrong.get(holder),
            )
            for holder in self._asked
        )
        return Restored(
            object=wanted.name,
            cid=wanted.file.cid,
            size=wanted.file.size,
            holder=right,
            asked=asked,
            report=report,
        )


class NodeRestorer:
    """Brings them back from the folder's node and others', checked against its trust file."""

    def __init__(self, folder: Path, url: str) -> None:
        """Ask the folder's node, which answers at this address."""
        self._folder = folder
        self._url = url
        self._one_at_a_time = Lock()

    def serves(self, contract: str) -> bool:
        """Tell whether the package of a contract has a module for it."""
        return any(restore_verbs_of(contract, ()))

    def directory_problem(self, contract: str, day: str, directory: bytes) -> object:
        """Return why these are not the lines of a day; None if they are."""
        with self._net(None) as net:
            try:
                restoring_of(contract).check_directory(ProvenTables(net, contract), day, directory)
            except Refusal as refusal:
                return problem_said(refusal)
        return None

    def drill(self, contract: str, drill: str, directory: bytes, fetcher: Fetcher) -> Restored:
        """Bring back what a drill has drawn, and let go of it.

        Raises:
            NotFound: there is no such drill.
            LimitExceeded: the file is too large for pages.
        """
        restoring = restoring_of(contract)
        with self._net(fetcher) as net, _workplace() as work:
            tables = ProvenTables(net, contract)
            try:
                drawn = restoring.drawn_file(tables, drill, directory)
            except Refusal as refusal:
                return Restored(problem=problem_said(refusal))
            sources = self._sources(
                net, drawn.object, _operators(contract, tables, drawn.object), fetcher, work
            )
            found = fetch_sealed(work.store, sources, drawn.object.file, drawn.object.holders)
            report = restoring.drill_report(drill, drawn, found)
        wrong = dict.fromkeys(found.wrong)
        return sources.told(drawn.object, found.holder, wrong, report)

    def read(self, contract: str, read: str, out: Path, fetcher: Fetcher) -> Restored:
        """Bring back what a read is of, and save it sealed at `out` if somebody had it.

        Raises:
            NotFound: there is no such read.
            LimitExceeded: the file is too large for pages.
        """
        restoring = restoring_of(contract)
        with self._net(fetcher) as net, _workplace() as work:
            tables = ProvenTables(net, contract)
            wanted = required_object(contract, restoring.file_to_read(tables, read), read)
            sources = self._sources(
                net, wanted, _operators(contract, tables, wanted), fetcher, work
            )
            brought = restoring.bring(work.store, sources, wanted)
            if brought.holder is not None:
                save_whole(out, work.store.depot.read(Cid.parse(wanted.file.cid)))
            report = restoring.read_report(read, brought)
        return sources.told(wanted, brought.holder, dict(brought.damaged), report)

    def car(self, contract: str, name: str, out: Path, fetcher: Fetcher) -> Restored:
        """Bring an object back and save it as a CAR at `out` if somebody had it.

        Raises:
            NotFound: there is no such object.
            LimitExceeded: it is too large for pages.
        """
        with self._net(fetcher) as net, _workplace() as work:
            tables = ProvenTables(net, contract)
            wanted = required_object(
                contract, restoring_of(contract).object_named(tables, name), name
            )
            sources = self._sources(
                net, wanted, _operators(contract, tables, wanted), fetcher, work
            )
            found = fetch_sealed(work.store, sources, wanted.file, wanted.holders)
            if found.holder is not None:
                save_whole(out, write_car(work.store.depot, Cid.parse(wanted.file.cid)))
        return sources.told(wanted, found.holder, dict.fromkeys(found.wrong), None)

    def from_car(self, contract: str, car: bytes, out: Path) -> Restored:
        """Save the sealed file out of a CAR at `out`.

        Raises:
            InvalidContentArchive: it is damaged or misbuilt.
            NotFound: the ledger knows no object at its address.
            HashMismatch: its content is another than the ledger says.
        """
        with self._net(None) as net, _workplace() as work:
            cid = root_of(io.BytesIO(car))
            found = restoring_of(contract).object_at(ProvenTables(net, contract), str(cid))
            kept = required_object(contract, found, str(cid))
            slices_root = bytes.fromhex(kept.file.slices_root)
            expected = ContentAddress(cid, kept.file.size, slices_root)
            take_car(work.store.depot, io.BytesIO(car), expected=expected)
            save_whole(out, work.store.depot.read(cid))
        return Restored(object=kept.name, cid=kept.file.cid, size=kept.file.size)

    @contextmanager
    def _net(self, fetcher: Fetcher | None) -> Iterator[Net]:
        asker = None if fetcher is None else fetcher.asker
        trust = self._folder / TRUST_FILE
        with self._one_at_a_time, connect(self._url, identity=asker, trust=trust) as net:
            yield net

    def _sources(
        self,
        net: Net,
        wanted: SealedObject,
        operators: Mapping[str, str],
        fetcher: Fetcher,
        work: _Workplace,
    ) -> _Noted:
        """Return where the holders of a file are asked, as their operators' addresses say.

        Raises:
            LimitExceeded: the file is too large for pages.
        """
        check_size(wanted.name, wanted.file.size, KEPT_BYTES_MAX)
        known = fetcher.places
        found = {
            holder: known.get(holder) or known.get(operator, "")
            for holder, operator in operators.items()
            if operator != fetcher.own
        }
        places = {holder: place for holder, place in found.items() if place}
        trust, incoming = self._folder / TRUST_FILE, work.downloads
        sources = Places(net, fetcher.asker, places, trust=trust, incoming=incoming)
        return _Noted(sources.fetch, operators, places)


def _operators(contract: str, tables: ProvenTables, wanted: SealedObject) -> dict[str, str]:
    """Return who keeps a file, by holder."""
    operator_of = restoring_of(contract).operator_of
    return {one: operator_of(tables, one) for one in wanted.holders}


@contextmanager
def _workplace() -> Iterator[_Workplace]:
    with TemporaryDirectory(prefix="tally-") as folder:
        yield _Workplace(DepotBytes(Path(folder)), Path(folder) / _DOWNLOADS)
