# SPDX-License-Identifier: Apache-2.0
"""Names in a demonstration's data folder; light, so that any command may look."""

from __future__ import annotations

from typing import Final

KEYS_FOLDER: Final = "demo-keys"
"""Secret keys of everybody in the demonstration; marks a data folder as one."""
DEFAULT_KEY: Final = "demo-wang-fang"
"""Who signs when nobody says otherwise."""
SEALS_FOLDER: Final = "demo-seals"
"""The seals of its organisations, for certificates."""
SEALING_FOLDER: Final = "demo-sealing"
"""The secret sealing keys of its organisations, with which sealed contents are opened."""
FILES_FOLDER: Final = "demo-files"
"""The deposited files, with their receipts beside them."""
SAMPLES_FOLDER: Final = "samples"
"""Files to try on the console's verification page: see console/verify/samples.py."""
TRUST_FILE: Final = "trust.json"
