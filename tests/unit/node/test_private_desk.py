# SPDX-License-Identifier: Apache-2.0
"""A node among others holds what its own organisation may read, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tallystick.contracts import schema_of
from tallystick.crypto import sha256
from tallystick.documents import Holdings
from tallystick.encoding import encode
from tallystick.errors import RoleMissing
from tallystick.membership import Register
from tallystick.model import PrivatePackage, PrivatePlace
from tallystick.node.private_desk import PrivateDesk, PrivateDeskParts
from tests.factories import BANK, COURT
from tests.vault import AUDITOR
from tests.vault_contract import Vault

PLACE = PrivatePlace("vault", "secrets", "P-1")
SEALED = b"sealed"
RECORD = encode(
    {
        "ciphertext": sha256(SEALED).hex(),
        "declared_at": 1,
        "erased_at": None,
        "erased_by": None,
        "id": "P-1",
        "owner": COURT,
        "plaintext": "0" * 64,
        "recipients": [BANK],
        "size": len(SEALED),
    }
)


def desk(folder: Path, organization: str) -> PrivateDesk:
    """Return the desk of an organisation's node among others."""
    return PrivateDesk(
        PrivateDeskParts(
            network="net",
            clock=lambda: 0,
            register=Register,
            read={b"vault/secrets_records/P-1": RECORD}.get,
            schemas=[schema_of(Vault)],
            organization=lambda: organization,
            is_alone=False,
            holdings=Holdings(folder / "private"),
        )
    )


@pytest.mark.parametrize("organization", [COURT, BANK])
def test_the_nodes_of_owner_and_recipients_hold_a_record(tmp_path: Path, organization: str) -> None:
    """Whoever of the readers hands it over."""
    made = desk(tmp_path, organization)
    made.put(BANK, PLACE, PrivatePackage(SEALED, {BANK: b"wrap"}))
    assert made.get(BANK, PLACE) == PrivatePackage(SEALED, {BANK: b"wrap"})
    assert made.get(COURT, PLACE).wraps == {}


@pytest.mark.parametrize("organization", [AUDITOR, ""])
def test_a_node_of_nobody_who_may_read_takes_nothing(tmp_path: Path, organization: str) -> None:
    """Not even from the owner: what is not there cannot leak, and need not be erased."""
    made = desk(tmp_path, organization)
    with pytest.raises(RoleMissing, match="this node's"):
        made.put(COURT, PLACE, PrivatePackage(SEALED, {}))
    assert not (tmp_path / "private").exists()
