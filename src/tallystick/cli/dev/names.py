# SPDX-License-Identifier: Apache-2.0
"""Names of a development network; light, so that any command may look."""

from __future__ import annotations

from pathlib import Path
from typing import Final

NETWORK_NAME: Final = "development"
"""A network's id begins with its name, so it stands in every receipt of one."""
KEYS_FOLDER: Final = "dev-keys"
"""Secret keys of all its organisations; marks a data folder as one of development."""
PROJECT_FILE: Final = "dev-project.txt"
"""Which folder of contracts it was founded for."""
DEFAULT_KEY: Final = "core"
"""Who signs when nobody says otherwise."""


def is_dev_folder(folder: Path) -> bool:
    """Say whether a data folder holds a development network."""
    return (folder / KEYS_FOLDER).is_dir()
