# SPDX-License-Identifier: Apache-2.0
"""A network of three organisations with a contract of private records."""

from __future__ import annotations

import msgspec

from tallystick.client import Identity
from tallystick.contracts import Contract
from tallystick.contracts.registers import SealingKeys
from tallystick.model import ROLE_ADMINISTRATOR, GenesisDocument, Organization, network_id
from tallystick.model import Name as Names
from tests.factories import BANK, CLERK, COURT, TELLER, make_genesis, member, member_key, secret
from tests.vault_contract import Vault

AUDITOR = "911100001000001062"
EXAMINER = secret(4)

OWNER_ID = Identity(COURT, "clerk", CLERK)
BANK_ID = Identity(BANK, "teller", TELLER)
AUDITOR_ID = Identity(AUDITOR, "examiner", EXAMINER)


CONTRACTS: tuple[type[Contract], ...] = (Vault, SealingKeys)


def _everybody_administers() -> GenesisDocument:
    genesis = make_genesis()
    members = (
        member(COURT, "clerk", ROLE_ADMINISTRATOR),
        member(BANK, "teller", ROLE_ADMINISTRATOR),
        member(AUDITOR, "examiner", ROLE_ADMINISTRATOR),
    )
    keys = (
        member_key(CLERK, COURT, "clerk"),
        member_key(TELLER, BANK, "teller"),
        member_key(EXAMINER, AUDITOR, "examiner"),
    )
    third = Organization(id=AUDITOR, name=Names(zh="审计机构", en="Auditor"))
    return msgspec.structs.replace(
        genesis,
        organizations=(*genesis.organizations, third),
        members=members,
        keys=keys,
        contracts=("sealing_keys", "vault"),
    )


GENESIS = _everybody_administers()
NETWORK = network_id("testnet", GENESIS.encode())
