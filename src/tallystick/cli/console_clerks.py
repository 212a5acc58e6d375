# SPDX-License-Identifier: Apache-2.0
"""Clerks' files as the console reads them: by the same modules as `tally NAME archive-day` does."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from tallystick.cli.clerk_verbs import clerk_verbs_of, clerking_of
from tallystick.cli.demo.names import TRUST_FILE
from tallystick.cli.exported_tables import ProvenTables
from tallystick.cli.refusals_said import check_size, problem_said
from tallystick.cli.registered import stated_of
from tallystick.client import Asker, connect
from tallystick.console import KEPT_BYTES_MAX, Causes, DayOfLines, ShownLines
from tallystick.contracts import Refusal
from tallystick.errors import UnknownRecord
from tallystick.merkle import address_of


class NodeClerks:
    """Reads them against what the folder's node says, checked against its trust file."""

    def __init__(self, folder: Path, url: str) -> None:
        """Ask the folder's node, which answers at this address."""
        self._folder = folder
        self._url = url
        self._one_at_a_time = Lock()

    def serves(self, contract: str) -> bool:
        """Tell whether the package of a contract has a module for clerks."""
        return any(clerk_verbs_of(contract, ()))

    def day(self, contract: str, owner: str, directory: bytes, causes: Causes) -> DayOfLines:
        """Return what a day is anchored with.

        Raises:
            NotFound: the owner has no terminal yet, or a line is of an unknown one.
            Unverified: a proof of the node does not hold.
        """
        clerking = clerking_of(contract)
        with self._one_at_a_time, connect(self._url, trust=self._folder / TRUST_FILE) as net:
            tables = ProvenTables(net, contract)
            try:
                missing = clerking.missing_in(tables, owner, directory, causes)
                if missing:
                    return DayOfLines(missing=missing)
                return DayOfLines(args=clerking.day_of_lines(tables, owner, directory, causes))
            except Refusal as refusal:
                return DayOfLines(problem=problem_said(refusal))

    def address(self, sealed: bytes) -> dict[str, Any]:
        """Return `cid`, `size` and `slices_root` of sealed bytes."""
        found = address_of(sealed)
        root = found.slices_root.hex()
        return {"cid": str(found.cid), "size": found.size, "slices_root": root}

    def commitment(self, contract: str, name: str) -> str | None:
        """Return what the ledger has for the plaintext of an object; None if there is no object.

        Raises:
            Unverified: the proof of the node does not hold.
        """
        with self._one_at_a_time, connect(self._url, trust=self._folder / TRUST_FILE) as net:
            return clerking_of(contract).commitment_on_ledger(ProvenTables(net, contract), name)

    def registered_hash(self, document: str) -> str | None:
        """Return the SHA-256 of a registered document's newest content; None if there is none.

        Raises:
            Unverified: a proof of the node does not hold.
        """
        with self._one_at_a_time, connect(self._url, trust=self._folder / TRUST_FILE) as net:
            try:
                return net.documents.facts(document).sha256
            except UnknownRecord:
                return None

    def registered(self, document: str, asker: Asker) -> dict[str, Any]:
        """Return what a registered document is declared with, but for its commitment.

        Raises:
            UnknownRecord: there is no such document.
            LimitExceeded: it is too large for pages.
            NotFound, RoleMissing, Erased: the node does not give it.
            Unverified: a proof of the node does not hold.
        """
        trust = self._folder / TRUST_FILE
        with (
            self._one_at_a_time,
            connect(self._url, identity=asker, trust=trust) as net,
            TemporaryDirectory(prefix="tally-") as folder,
        ):
            known = net.documents.facts(document)
            check_size(document, known.size, KEPT_BYTES_MAX)
            return stated_of(net, known, into=Path(folder))

    def lines(self, contract: str, audit: str, directory: bytes) -> ShownLines:
        """Return what an audit still asks for, so many lines for each call.

        Raises:
            NotFound: there is no such audit.
            Unverified: a proof of the node does not hold.
        """
        with self._one_at_a_time, connect(self._url, trust=self._folder / TRUST_FILE) as net:
            tables = ProvenTables(net, contract)
            try:
                calls = clerking_of(contract).lines_to_show(tables, audit, directory)
            except Refusal as refusal:
                return ShownLines(problem=problem_said(refusal))
            return ShownLines(calls=calls)
