# SPDX-License-Identifier: Apache-2.0
"""The rooms of the package and which rooms each may import: the table behind ARCHITECTURE.md.

The import-linter contracts in pyproject.toml say the same more coarsely, and also follow chains of
imports; this table is exact. Change both together, with a decision record.
"""

from __future__ import annotations

from typing import Final

GROUND: Final = frozenset({"errors", "units"})
BYTES: Final = GROUND | {"crypto", "encoding"}
VALUES: Final = BYTES | {"merkle", "model"}

MAY_IMPORT: Final[dict[str, frozenset[str]]] = {
    # Floors 1 to 6.
    "errors": frozenset(),
    "units": frozenset({"errors"}),
    "crypto": GROUND,
    "encoding": GROUND,
    "disk": GROUND,
    "merkle": BYTES,
    "model": BYTES,
    "membership": VALUES,
    "contracts": GROUND | {"encoding", "merkle", "model"},
    "ledger": VALUES | {"membership"},
    # Floor 7: none imports another of the floor.
    "execution": VALUES | {"contracts", "ledger"},
    "storage": VALUES | {"ledger", "disk"},
    "documents": BYTES | {"merkle", "disk"},
    "consensus": VALUES,
    "views": VALUES | {"contracts"},
    # Floors 8 to 10.
    "node": VALUES
    | {"membership", "contracts", "ledger", "interchange", "disk"}
    | {"execution", "storage", "documents", "consensus", "views"},
    "api": VALUES | {"membership", "contracts", "interchange", "node"},
    "client": VALUES | {"interchange"},
    # The command line serves HTTP, and looks after the data of a node that is not running,
    # and keeps sealed files for an organisation that is paid for it.
    "cli": VALUES
    | {"client", "contracts", "interchange", "node", "api"}
    | {"storage", "documents", "views", "linting", "console"},
    "console": VALUES | {"client", "disk", "interchange"},
    "__main__": frozenset({"cli"}),
    # On the side.
    "interchange": VALUES,
    "industries": frozenset({"contracts", "interchange"}),
    "linting": GROUND,
    "testing": VALUES
    | {"membership", "contracts", "ledger", "interchange"}
    | {"execution", "storage", "documents", "consensus", "views", "node"},
}
"""Room -> rooms it may import (its own files apart)."""

INNER_FACES: Final = frozenset(
    {
        "consensus.cometbft",
        "contracts.parts",
        "interchange.active_content",
        "interchange.archives",
        "interchange.bank",
        "interchange.captures",
        "interchange.certificates",
        "interchange.chinese",
        "interchange.custody_chain",
        "interchange.giving360",
        "interchange.identity",
        "interchange.iso20022",
        "interchange.languages",
        "interchange.packages",
        "interchange.tables",
        "interchange.timestamps",
        "interchange.transparency",
        "interchange.ubl",
    }
)
"""Folders inside a room with a face of their own, for what not every user of the room loads."""

LAZY_FACES: Final = frozenset({"", "testing"})
"""Faces that load what they name when it is first used: the package's own, and that of the kit,
which pytest imports for its plug-in in every run (decision 0027)."""

PURE_ROOMS: Final = frozenset({"merkle", "model", "ledger", "membership", "contracts"})
"""No clock, randomness, network, disk, environment or module-level state."""

BELOW_FLOOR_7: Final = PURE_ROOMS | GROUND
"""Rooms that leave hashing and canonical bytes to `crypto` and `encoding`."""

BANNED_ROOM_NAMES: Final = frozenset(
    {
        "backend",
        "base",
        "common",
        "core",
        "helper",
        "helpers",
        "lib",
        "manager",
        "managers",
        "misc",
        "service",
        "services",
        "tools",
        "types",
        "util",
        "utils",
    },
)
