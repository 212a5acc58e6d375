# SPDX-License-Identifier: Apache-2.0
"""Certificates that the console gives away: of records, under the seal the operator named.

The operator names it in `console-seal.toml` in the node's folder; a demonstration has its own.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec

from tallystick.cli.certifying import in_force
from tallystick.cli.demo.names import KEYS_FOLDER, TRUST_FILE
from tallystick.cli.export_verbs import kinds_of
from tallystick.cli.facts_again import known_paper
from tallystick.cli.first_seal import seals_of
from tallystick.cli.installed import has_exports
from tallystick.cli.secrets import read_passphrase
from tallystick.cli.take_aways import Maker
from tallystick.client import connect
from tallystick.console import CertificateKind
from tallystick.contracts import ExtractTakeAway
from tallystick.errors import DataFolderProblem, NotFound

SETTINGS_FILE: Final = "console-seal.toml"


class SealSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Under whose seal the console gives certificates."""

    organization: str | None = None
    """Its code; without one the only organisation whose seals are kept here."""
    passphrase_file: str | None = None
    """Opens the seal, if it has a passphrase."""


class SealedCertificates:
    """Makes certificates of records, one at a time."""

    def __init__(self, folder: Path, url: str, settings: SealSettings) -> None:
        """Ask the folder's node, which answers at this address."""
        self._folder = folder
        self._url = url
        self._settings = settings
        self._one_at_a_time = Lock()

    def is_ready(self) -> bool:
        """Tell whether there is a seal here; a demonstration makes its own after it has begun."""
        folder = seals_of(self._folder).folder
        return folder.is_dir() and any(folder.iterdir())

    def kinds(self, contract: str) -> list[CertificateKind]:
        """Return what a contract's package has to offer; none where it is not installed."""
        return certificate_kinds(contract)

    def make(self, contract: str, kind: str, subject: str, portal: str) -> bytes:
        """Return a certificate about a record; its QR code leads to a page at `portal`.

        Raises:
            NotFound: there is no such record, or the seal in force is not kept here.
            UnknownRecord: the organisation has no seal in force.
            WrongPassphrase: the passphrase does not open it.
        """
        seals = seals_of(self._folder)
        organization = self._settings.organization or seals.only_organization()
        with self._one_at_a_time, connect(self._url, trust=self._folder / TRUST_FILE) as net:
            extract = Maker(net, contract, kinds_of(contract)).extract(kind, subject)
            paper = known_paper(extract)
            if paper is None:
                raise NotFound("this node cannot set this certificate", field="kind")
            fingerprint = in_force(net, organization)
            seal = seals.load(organization, fingerprint, self._passphrase)
            return net.certificate(extract, paper, seal, portal=portal)

    def _passphrase(self) -> str:
        """Return what the operator's file says; nobody is asked while pages are served."""
        source = self._settings.passphrase_file
        return "" if source is None else read_passphrase(source)


def certificate_kinds(contract: str) -> list[CertificateKind]:
    """Return what a contract's package has to offer; none where it is not installed."""
    if not has_exports(contract):
        return []
    return [
        CertificateKind(name, msgspec.to_builtins(one.label), one.table, one.is_ready)
        for name, one in kinds_of(contract).items()
        if isinstance(one, ExtractTakeAway)
    ]


def certificates_of(folder: Path, url: str) -> SealedCertificates | None:
    """Return what makes certificates for a folder's console; None where no seal was named.

    Raises:
        DataFolderProblem: the file that names it says something that is unknown.
    """
    path = folder / SETTINGS_FILE
    if path.is_file():
        return SealedCertificates(folder, url, _read(path))
    if (folder / KEYS_FOLDER).is_dir():
        return SealedCertificates(folder, url, SealSettings())
    return None


def _read(path: Path) -> SealSettings:
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), SealSettings)
    except (OSError, ValueError) as error:  # both readers' errors are ValueErrors
        raise DataFolderProblem(
            f"{path.name} is not as it should be: {error}",
            field=SETTINGS_FILE,
            hint="docs/operator/console.md",
        ) from error
