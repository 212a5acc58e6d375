# SPDX-License-Identifier: Apache-2.0
"""How a console runs, and what whoever serves it gives it: readers and makers of files, backups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tallystick.console.backups import Backups
from tallystick.console.bank_files import BankFiles
from tallystick.console.clerks import Clerks, Restorer
from tallystick.console.proving import (
    CertificateKinds,
    Certificates,
    Packer,
    ProofCheck,
    TakeAways,
)
from tallystick.console.visit import ListReader


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleOptions:
    """How a console runs."""

    data: Path
    """Folder of the node; the console keeps its accounts in it."""
    hosts: frozenset[str] = frozenset()
    """Names by which callers may know this server; empty means any."""
    trust: Path | None = None
    """The trust file against which proofs are checked; by default the folder's own."""
    check_proof: ProofCheck | None = None
    """Checks a proof that a reader hands in; without it only hashes are checked."""
    on_first_link: Callable[[str], None] | None = None
    """Told the path by which the first account is opened, at each start until there is one."""
    certificates: Certificates | None = None
    """Makes certificates of records; without it the page of a deposit offers its receipt only."""
    certificate_kinds: CertificateKinds | None = None
    """Names a contract's kinds of certificates; without it the page behind a code finds the record
    by its number alone."""
    take_aways: TakeAways | None = None
    """Makes contracts' files to take away; without it there are no such pages."""
    packer: Packer | None = None
    """Packs cases and deposits for others; without it there are no such pages."""
    list_reader: ListReader | None = None
    """Reads lists of people for contracts; without it there are no such pages."""
    bank_files: BankFiles | None = None
    """Makes and reads the files of payments; without it there are no such pages."""
    clerks: Clerks | None = None
    """Reads clerks' files for contracts; without it there are no such pages."""
    restorer: Restorer | None = None
    """Brings kept files back; without it there are no such pages."""
    backups: Callable[[Path], Backups] | None = None
    """Gives the backups in the folder that the operator named; without it there is no such page."""
    samples: Path | None = None
    """Folder of files to try verification on; only a demonstration has one."""
    demonstration_keys: Path | None = None
    """Folder of a demonstration's keys: then anybody may act as their owners."""
    demonstration_sealing: Path | None = None
    """Folder of the secret sealing keys of a demonstration's organisations: given to whoever acts
    for them."""
