# SPDX-License-Identifier: Apache-2.0
"""Transparency services and issuers that this user believes, beside the own network.

Below the user's folder: `transparency-services/*.json`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tallystick.client import read_file, tally_home
from tallystick.interchange.transparency import SERVICES_BYTES_MAX, Services, read_services

SERVICES_FOLDER: Final = "transparency-services"


def pinned_services(files: Sequence[Path] = ()) -> Services:
    """Return who is named in these files and in those of the user's folder.

    Raises:
        FileProblem: a file cannot be read.
        Malformed: one has another form.
    """
    folder = tally_home() / SERVICES_FOLDER
    own = sorted(folder.glob("*.json")) if folder.is_dir() else []
    return read_services(*(read_file(one, size_max=SERVICES_BYTES_MAX) for one in (*files, *own)))
