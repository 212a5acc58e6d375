# SPDX-License-Identifier: Apache-2.0
"""Write the vectors of docs/spec/governance.md section 10: digests and contract records.

    python scripts/make_vectors_contracts.py

rewrites tests/vectors/tallystick/contract-versions.json; a test compares the checked-in file with
it. Byte strings are lower-case hexadecimal.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from msgspec import UNSET

from tallystick.encoding import encode
from tallystick.execution.digests import digest_of_sources
from tallystick.model import ActivateContract, ContractActivation, RecordMigration, to_value

ROOT: Final = Path(__file__).parent.parent
PATH: Final = ROOT / "tests" / "vectors" / "tallystick" / "contract-versions.json"
SOURCES: Final = {
    "contract.py": "VERSION = 2\n",
    "parts/__init__.py": "",
    "parts/z.py": "# 记事\n",
    "__init__.py": "from notes_v2.contract import VERSION\n",
}
DIGEST: Final = digest_of_sources({path: text.encode() for path, text in SOURCES.items()})


def activations() -> list[ContractActivation]:
    """Return the record of a contract as it was ever, with a digest, and during an upgrade."""
    plain = ContractActivation(name="notes", version=1, height=5, callable_from=5)
    moving = RecordMigration(from_version=1, since=12, after=b"notes/notes/N-1", moved=2)
    return [
        plain,
        ContractActivation(name="notes", version=1, height=5, callable_from=5, digest=DIGEST),
        ContractActivation(
            name="notes",
            version=2,
            height=12,
            callable_from=5,
            version_before=1,
            digest=DIGEST,
            digest_before=bytes(32),
            migration=moving,
        ),
        ContractActivation(
            name="notes",
            version=2,
            height=12,
            callable_from=5,
            version_before=1,
            digest=DIGEST,
            migration=RecordMigration(
                from_version=1, since=12, after=b"notes/notes/N-2", moved=3, finished_at=14
            ),
        ),
    ]


def vectors() -> dict[str, Any]:
    """Return the content of the file."""
    actions = [
        ActivateContract("notes", 1, 5),
        ActivateContract("notes", 2, 12, DIGEST, 1),
        ActivateContract("notes", 2, 12, UNSET, 1),
    ]
    return {
        "sources": SOURCES,
        "digest": DIGEST.hex(),
        "actions": [encode(to_value(one)).hex() for one in actions],
        "records": [encode(to_value(one)).hex() for one in activations()],
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
