# SPDX-License-Identifier: Apache-2.0
"""The secret halves of an organisation's sealing keys: age identity files that any age tool takes.

One file a key, readable by this user only, in `$TALLY_HOME/sealing`. A key that was replaced stays
as long as something sealed to it is to be read; deleting its file ends that for ever.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from tallystick.client.home import read_file, tally_home, write_file
from tallystick.crypto import SealingKey
from tallystick.errors import FileProblem, Malformed, NotFound
from tallystick.model import check_organization_id

_SUFFIX: Final = ".age-key"
_FILE_MAX: Final = 4096
_OTHERS_MAY: Final = 0o077
_NAME_CHARACTERS: Final = 12
_SECRET: Final = re.compile(r"^AGE-SECRET-KEY-1[0-9A-Z]+$", re.MULTILINE)


class SealingKeyStore:
    """A folder of sealing keys."""

    def __init__(self, folder: Path | None = None) -> None:
        """Use `folder`, by default `sealing` in the user's own (`$TALLY_HOME`)."""
        self.folder = tally_home() / "sealing" if folder is None else folder

    def create(self, organization: str) -> tuple[SealingKey, Path]:
        """Make a key for an organisation and save it; return it and its file.

        Raises:
            Malformed: not an organisation's code.
            FileProblem: the folder cannot be written.
        """
        key = SealingKey.generate()
        name = f"{check_organization_id(organization)}-{key.public_key[-_NAME_CHARACTERS:]}"
        text = f"# organization: {organization}\n# public key: {key.public_key}\n{key.text}\n"
        path = self.folder / f"{name}{_SUFFIX}"
        write_file(path, text.encode(), private=True, exclusive=True)
        return key, path

    def load(self, organization: str) -> list[SealingKey]:
        """Return all keys of an organisation, old ones too.

        Raises:
            NotFound: there is none here.
            FileProblem: one is damaged, or others may read it.
        """
        found = [self._read(path) for path in self.paths(organization)]
        if not found:
            raise NotFound(
                f"no sealing key of {organization} is kept here",
                field="organization",
                found=organization,
                hint=f"Make one with `tally private keygen`, or put its file into {self.folder}.",
            )
        return found

    def paths(self, organization: str) -> list[Path]:
        """Return the files of an organisation's keys, sorted by name."""
        pattern = f"{check_organization_id(organization)}-*{_SUFFIX}"
        return sorted(self.folder.glob(pattern)) if self.folder.is_dir() else []

    def _read(self, path: Path) -> SealingKey:
        text = read_file(path, size_max=_FILE_MAX).decode("ascii", "replace")
        if path.stat().st_mode & _OTHERS_MAY:
            raise FileProblem(
                f"{path}: other users may read this key",
                field="path",
                expected="mode 0600",
                hint=f"Make it private: chmod 600 {path}",
            )
        found = _SECRET.search(text)
        try:
            return SealingKey(found[0] if found else "")
        except Malformed as error:
            raise FileProblem(f"{path}: not a sealing key, or damaged", field="path") from error
