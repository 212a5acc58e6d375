# SPDX-License-Identifier: Apache-2.0
"""Packages as the console gives them: as the commands pack, but the originals stay elsewhere."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Final

from tallystick.cli.case_bundles import bundle_kind, case_to_pack
from tallystick.cli.catalogue import say
from tallystick.cli.demo.names import TRUST_FILE
from tallystick.cli.deposit_clues import TIME_STAMP_SUFFIXES
from tallystick.cli.evidence_packing import Gathered, Original, chain_of, gather, pack_into
from tallystick.cli.export_verbs import kinds_of
from tallystick.cli.installed import has_bundles
from tallystick.client import CERTIFICATE_SUFFIX, SIGNATURE_SUFFIXES, Net, connect
from tallystick.console import AwayOriginal
from tallystick.errors import NotFound

_SUFFIXES: Final = (*TIME_STAMP_SUFFIXES, *SIGNATURE_SUFFIXES, CERTIFICATE_SUFFIX)


class NodePacker:
    """Packs what the folder's node says, checked against its trust file, one at a time."""

    def __init__(self, folder: Path, url: str) -> None:
        """Ask the folder's node, which answers at this address."""
        self._folder = folder
        self._url = url
        self._one_at_a_time = Lock()

    @property
    def suffixes(self) -> Sequence[str]:
        """How the names of proofs end that lie beside originals."""
        return _SUFFIXES

    def table_of(self, contract: str) -> str | None:
        """Return the table whose records a contract's package hands over as cases, if any."""
        if not has_bundles(contract):
            return None
        return kinds_of(contract)[bundle_kind(contract).extract].table

    def listed(self, contract: str, subject: str) -> Sequence[Mapping[str, Any]]:
        """Return what the index of a case lists.

        Raises:
            NotFound: there is no such case.
            Unverified: what the node sent does not check out.
        """
        with self._one_at_a_time, self._net() as net:
            return case_to_pack(net, contract, subject).listed

    def bundle(self, contract: str, subject: str, originals: Sequence[AwayOriginal]) -> bytes:
        """Return the bundle of a case around originals; errors are those of `listed`.

        Raises:
            NotFound: none of the originals is of the case.
        """
        with self._one_at_a_time, self._net() as net:
            case = case_to_pack(net, contract, subject)
            here = case.here({one.sha256 for one in originals})
            return _packed(net, gather(net, here, None), originals, case.papers(here))

    def package(
        self, deposits: Sequence[str], matter: str, originals: Sequence[AwayOriginal]
    ) -> bytes:
        """Return a package around the originals of deposits.

        Raises:
            NotFound: there is no such deposit, or its original is not named.
            Unverified: what the node sent does not check out.
        """
        with self._one_at_a_time, self._net() as net:
            return _packed(net, _gathered(net, deposits, matter), originals, {})

    def custody(self, deposits: Sequence[str], matter: str) -> bytes:
        """Return the chain of custody of deposits; raises `NotFound` if there is no such one."""
        with self._one_at_a_time, self._net() as net:
            return chain_of(_gathered(net, deposits, matter))

    def _net(self) -> Net:
        return connect(self._url, trust=self._folder / TRUST_FILE)


def _gathered(net: Net, deposits: Sequence[str], matter: str) -> Gathered:
    """Return deposits: as a whole matter if they are one."""
    if matter:
        whole = gather(net, (), matter)
        if {str(row["id"]) for row in whole.rows} == set(deposits):
            return whole
    return gather(net, deposits, None)


def _packed(
    net: Net,
    gathered: Gathered,
    originals: Sequence[AwayOriginal],
    others: Mapping[str, bytes],
) -> bytes:
    by_digest = {one.sha256: _original(one) for one in originals}
    missing = [row for row in gathered.rows if row["sha256"] not in by_digest]
    if missing:
        number = str(missing[0]["id"])
        raise NotFound(say("package.no_original", id=number), field="originals", found=number)
    target = io.BytesIO()
    here = [by_digest[row["sha256"]] for row in gathered.rows]
    pack_into(target, net, gathered, here, others=others)
    return target.getvalue()


def _original(away: AwayOriginal) -> Original:
    return Original(away.name, _beside(away), None, away.sha512)


def _beside(away: AwayOriginal) -> Callable[[str], bytes]:
    return lambda suffix: away.beside.get(suffix, b"")
