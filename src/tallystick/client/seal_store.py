# SPDX-License-Identifier: Apache-2.0
"""The seals of organisations that are kept here, as PKCS#12: any program for signatures takes it.

One file a seal, readable by this user only, in `$TALLY_HOME/seals`; with a passphrase, or without
one as sealing keys are.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from tallystick.client.home import read_private_file, tally_home, write_file
from tallystick.crypto import OrganizationSeal
from tallystick.errors import NotFound, WrongPassphrase
from tallystick.model import check_organization_id

_SUFFIX: Final = ".p12"
_FILE_MAX: Final = 64 * 1024
_NAME_CHARACTERS: Final = 12


class SealStore:
    """A folder of seals."""

    def __init__(self, folder: Path | None = None) -> None:
        """Use `folder`, by default `seals` in the user's own (`$TALLY_HOME`)."""
        self.folder = tally_home() / "seals" if folder is None else folder

    def save(self, organization: str, seal: OrganizationSeal, passphrase: str | None) -> Path:
        """Keep a seal in a new file; return it.

        Raises:
            Malformed: not an organisation's code.
            FileProblem: the folder cannot be written.
        """
        name = f"{check_organization_id(organization)}-{seal.fingerprint[:_NAME_CHARACTERS]}"
        path = self.folder / f"{name}{_SUFFIX}"
        write_file(path, seal.to_pkcs12(passphrase), private=True, exclusive=True)
        return path

    def only_organization(self) -> str:
        """Return the organisation whose seals are kept here.

        Raises:
            NotFound: there are none, or those of several.
        """
        files = self.folder.glob(f"*{_SUFFIX}") if self.folder.is_dir() else ()
        found = {path.name.partition("-")[0] for path in files}
        if len(found) != 1:
            raise NotFound(
                f"the seals of {len(found)} organisations are kept here",
                field="seal",
                expected="one, or its code",
                hint="Make one with `tally seal create`, or name the organisation.",
            )
        return found.pop()

    def load(
        self,
        organization: str,
        fingerprint: str | None,
        passphrase: Callable[[], str],
        *,
        but: str | None = None,
    ) -> OrganizationSeal:
        """Return a seal of an organisation.

        Args:
            organization: Its code.
            fingerprint: Of the certificate; None for the only one that is kept here.
            passphrase: Asked for if the file needs one.
            but: Fingerprint of a seal that is not meant, as the one that is to be replaced.

        Raises:
            NotFound: there is none, or several and none was named.
            WrongPassphrase: it is not the right one.
            FileProblem: it is damaged, or others may read it.
        """
        marks = "" if fingerprint is None else fingerprint[:_NAME_CHARACTERS]
        pattern = f"{check_organization_id(organization)}-{marks}*{_SUFFIX}"
        files = sorted(self.folder.glob(pattern)) if self.folder.is_dir() else []
        found = [one for one in files if but is None or not _is_of(one, but)]
        if len(found) != 1:
            raise NotFound(
                f"{len(found)} seals of {organization} are kept here",
                field="seal",
                expected="the one that the ledger has in force",
                hint=f"Make one with `tally seal create`, or put its file into {self.folder}.",
            )
        return _opened(found[0], passphrase)


def _is_of(path: Path, fingerprint: str) -> bool:
    return path.stem.endswith(f"-{fingerprint[:_NAME_CHARACTERS]}")


def _opened(path: Path, passphrase: Callable[[], str]) -> OrganizationSeal:
    data = read_private_file(path, size_max=_FILE_MAX)
    try:
        return OrganizationSeal.from_pkcs12(data, None)
    except WrongPassphrase:
        return OrganizationSeal.from_pkcs12(data, passphrase())
