# SPDX-License-Identifier: Apache-2.0
"""The secret halves of an organisation's sealing keys: age identity files that any age tool takes.

One file a key, readable by this user only, in `$TALLY_HOME/sealing`. A key that was replaced stays
as long as something sealed to it is to be read; deleting its file ends that for ever. A file may be
under a passphrase, as `age -p` would put it: age tools ask for it themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tallystick.client.home import read_private_file, tally_home, write_file
from tallystick.crypto import PASSPHRASE_HEADER, SealingKey, open_text, seal_text
from tallystick.errors import FileProblem, Malformed, NotFound, UsageError
from tallystick.model import check_organization_id

_SUFFIX: Final = ".age-key"
_FILE_MAX: Final = 4096
_NAME_CHARACTERS: Final = 12
_SECRET: Final = re.compile(r"^AGE-SECRET-KEY-1[0-9A-Z]+$", re.MULTILINE)


class SealingKeyStore:
    """A folder of sealing keys."""

    def __init__(self, folder: Path | None = None) -> None:
        """Use `folder`, by default `sealing` in the user's own (`$TALLY_HOME`)."""
        self.folder = tally_home() / "sealing" if folder is None else folder

    def create(
        self, organization: str, *, passphrase: str | None = None
    ) -> tuple[SealingKey, Path]:
        """Make a key for an organisation and save it; return it and its file.

        Raises:
            Malformed: not an organisation's code.
            UsageError: the passphrase is empty.
            FileProblem: the folder cannot be written.
        """
        key = SealingKey.generate()
        name = f"{check_organization_id(organization)}-{key.public_key[-_NAME_CHARACTERS:]}"
        text = f"# organization: {organization}\n# public key: {key.public_key}\n{key.text}\n"
        data = text.encode() if passphrase is None else seal_text(text, passphrase)
        path = self.folder / f"{name}{_SUFFIX}"
        write_file(path, data, private=True, exclusive=True)
        return key, path

    def protect(self, organization: str, passphrase: str) -> list[Path]:
        """Put the keys that lie open under a passphrase, each file in one step; return them.

        Raises:
            NotFound: no key of the organisation is here.
            UsageError: the passphrase is empty.
            FileProblem: one is damaged, or others may read it.
        """
        changed = []
        for path in self._required(organization):
            data = read_private_file(path, size_max=_FILE_MAX)
            if not _is_sealed(data):
                _key_in(path, data.decode("ascii", "replace"))
                write_file(path, seal_text(data.decode("ascii"), passphrase), private=True)
                changed.append(path)
        return changed

    def unprotect(self, organization: str, passphrase: str) -> list[Path]:
        """Take the passphrase off the keys that have this one; return their files.

        Raises:
            NotFound: no key of the organisation is here.
            WrongPassphrase: one has another passphrase; the files before it are open already.
            FileProblem: one is damaged, or others may read it.
        """
        changed = []
        for path in self._required(organization):
            data = read_private_file(path, size_max=_FILE_MAX)
            if _is_sealed(data):
                text = open_text(data, passphrase)
                _key_in(path, text)
                write_file(path, text.encode(), private=True)
                changed.append(path)
        return changed

    def load(
        self, organization: str, *, passphrase: Callable[[], str] | None = None
    ) -> list[SealingKey]:
        """Return all keys of an organisation, old ones too.

        Args:
            organization: whose.
            passphrase: gives the one that opens those under a passphrase; asked once, if at all.

        Raises:
            NotFound: there is none here.
            UsageError: one is under a passphrase, and there is nobody to ask for it.
            WrongPassphrase: it is another one.
            FileProblem: one is damaged, or others may read it.
        """
        given: str | None = None
        keys = []
        for path in self._required(organization):
            data = read_private_file(path, size_max=_FILE_MAX)
            if not _is_sealed(data):
                text = data.decode("ascii", "replace")
            elif passphrase is None:
                raise UsageError(
                    f"{path} is under a passphrase", field="passphrase", expected="the passphrase"
                )
            else:
                given = passphrase() if given is None else given
                text = open_text(data, given)
            keys.append(_key_in(path, text))
        return keys

    def paths(self, organization: str) -> list[Path]:
        """Return the files of an organisation's keys, sorted by name."""
        pattern = f"{check_organization_id(organization)}-*{_SUFFIX}"
        return sorted(self.folder.glob(pattern)) if self.folder.is_dir() else []

    def _required(self, organization: str) -> list[Path]:
        found = self.paths(organization)
        if not found:
            raise NotFound(
                f"no sealing key of {organization} is kept here",
                field="organization",
                found=organization,
                hint=f"Make one with `tally private keygen`, or put its file into {self.folder}.",
            )
        return found


def _is_sealed(data: bytes) -> bool:
    return data.startswith(PASSPHRASE_HEADER)


def _key_in(path: Path, text: str) -> SealingKey:
    found = _SECRET.search(text)
    try:
        return SealingKey(found[0] if found else "")
    except Malformed as error:
        raise FileProblem(f"{path}: not a sealing key, or damaged", field="path") from error
