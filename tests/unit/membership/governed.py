# SPDX-License-Identifier: Apache-2.0
"""A governed network in memory: organisations with governor, operator and administrator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from tallystick.crypto import SecretKey, sha256
from tallystick.encoding import Value, encode
from tallystick.membership import (
    Register,
    enrolment_message,
    execute_governance_call,
    founding_log_keys,
    genesis_writes,
    log_key_message,
    validator_message,
)
from tallystick.model import (
    OK,
    ROLE_ADMINISTRATOR,
    ROLE_GOVERNOR,
    ROLE_OPERATOR,
    Call,
    Execution,
    GenesisDocument,
    GovernanceRules,
    Invocation,
    LogKey,
    Member,
    Name,
    Organization,
    Parameters,
    Proposal,
    Signer,
    Validator,
    check_organization_id,
    network_id,
    to_value,
)
from tallystick.units import TimeMs
from tests.factories import FOREVER, LIFETIME, START, member_key, secret

_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
POWER = 10


def code(number: int) -> str:
    """Return the organisation id of a number: ascending, with a right check character."""
    start = f"9133{number:013d}"
    total = sum(_CHARACTERS.index(c) * pow(3, place, 31) for place, c in enumerate(start))
    return check_organization_id(start + _CHARACTERS[-total % 31])


def validator_key(number: int, generation: int = 0) -> SecretKey:
    """Return a test key for an organisation's validator."""
    return secret(10_000 + 100 * number + generation)


def log_key(number: int, generation: int = 0) -> SecretKey:
    """Return a test key for an organisation's checkpoints."""
    return secret(50_000 + 100 * number + generation)


def admin_key(number: int) -> SecretKey:
    """Return the test key of an organisation's administrator."""
    return secret(90_000 + number)


def make_genesis(
    count: int,
    *,
    powers: tuple[int, ...] | None = None,
    rules: GovernanceRules | None = None,
    roles: tuple[str, ...] = (ROLE_GOVERNOR,),
) -> GenesisDocument:
    """Return `count` organisations, each with administrator and governor."""
    powers = (POWER,) * count if powers is None else powers
    people = (("admin", (ROLE_ADMINISTRATOR,)), ("voter", roles))
    return GenesisDocument(
        name="governed",
        created=TimeMs(START),
        parameters=Parameters(transaction_lifetime_ms_max=LIFETIME),
        organizations=tuple(
            Organization(id=code(number), name=Name(zh="机构", en=f"Organisation {number}"))
            for number in range(count)
        ),
        members=tuple(
            Member(organization=code(number), id=name, name=Name(zh="人", en=name), roles=held)
            for number in range(count)
            for name, held in people
        ),
        keys=tuple(member_key(admin_key(number), code(number), "admin") for number in range(count)),
        log_keys=tuple(
            LogKey(organization=code(number), public_key=log_key(number).public_key)
            for number in range(count)
        ),
        contracts=("notes",),
        validators=tuple(
            Validator(
                organization=code(number), public_key=validator_key(number).public_key, power=power
            )
            for number, power in enumerate(powers)
        ),
        governance=rules or GovernanceRules(),
    )


class Governed:
    """The register of such a network and the block that executes on it."""

    def __init__(self, genesis: GenesisDocument) -> None:
        """Begin in block 1."""
        self.genesis = genesis
        self.network = network_id(genesis.name, genesis.encode())
        self.tree: dict[bytes, bytes] = {}
        self.register = Register(log_keys=founding_log_keys(genesis))
        self._keep(genesis_writes(genesis))
        self.height = 1
        self.time = START
        self._calls = 0

    def next_block(self, *, count: int = 1, later_ms: int = 1000) -> None:
        """Let blocks pass."""
        self.height += count
        self.time += later_ms

    def call(
        self,
        number: int,
        method: str,
        args: Mapping[str, object] | None = None,
        *,
        role: str = ROLE_GOVERNOR,
    ) -> Execution:
        """Run one call of organisation `number` in the present block, keep what it writes."""
        self._calls += 1
        signer = Signer(code(number), "someone", (role,), admin_key(number).public_key)
        plain = cast("dict[str, Value]", dict(args or {}))
        call = Call(self.network, "governance", method, plain, self._calls, TimeMs(FOREVER))
        digest = sha256(encode([self._calls, self.height]))
        invocation = Invocation(call, signer, digest, self.height, self.time)
        execution = execute_governance_call(self.register, invocation, self.genesis)
        self._keep(execution.writes)
        return execution

    def propose(self, number: int, kind: str, /, **fields: object) -> str:
        """Open a proposal, which must be accepted, and return its id."""
        execution = self.call(number, "propose", {"action": {"type": kind, **fields}})
        assert execution.code == OK, (execution.code, execution.result)
        assert isinstance(execution.result, str)
        return execution.result

    def vote(self, number: int, proposal: str, *, approve: bool = True) -> Execution:
        """Vote for an organisation."""
        return self.call(number, "vote", {"proposal": proposal, "approve": approve})

    def decide(self, kind: str, /, **fields: object) -> Proposal:
        """Propose, and let organisations vote for it until it is closed or none is left."""
        active = [n for n in range(40) if self.is_active(n) and code(n) != fields.get("_not")]
        fields.pop("_not", None)
        accused = fields.get("organization") if kind.startswith(("suspend", "remove_")) else None
        voters = [number for number in active if code(number) != accused]
        proposal = self.propose(voters[0], kind, **fields)
        for number in voters[1:]:
            if self.proposal(proposal).is_open and self.proposal(proposal).failure is None:
                assert self.vote(number, proposal).code == OK
        return self.proposal(proposal)

    def proposal(self, proposal: str) -> Proposal:
        """Return a proposal as it is now."""
        return self.register.proposals[proposal]

    def is_active(self, number: int) -> bool:
        """Tell whether an organisation acts."""
        return code(number) in self.register.electorate()

    def proof(self, number: int, key: SecretKey) -> bytes:
        """Return a validator key's proof of possession."""
        return key.sign(validator_message(self.network, code(number), key.public_key))

    def validator_args(
        self, number: int, generation: int = 1, power: int = POWER
    ) -> dict[str, object]:
        """Return the fields of `set_validator` with a new key."""
        key = validator_key(number, generation)
        return {
            "organization": code(number),
            "public_key": key.public_key,
            "power": power,
            "proof": self.proof(number, key),
        }

    def rotation_args(self, number: int, generation: int = 1) -> dict[str, object]:
        """Return the arguments of `rotate_validator_key`."""
        key = validator_key(number, generation)
        return {"public_key": key.public_key, "proof": self.proof(number, key)}

    def log_key_args(self, number: int, generation: int = 1) -> dict[str, object]:
        """Return the arguments of `rotate_log_key`."""
        key = log_key(number, generation)
        message = log_key_message(self.network, code(number), key.public_key)
        return {"public_key": key.public_key, "proof": key.sign(message)}

    def admission_args(self, number: int, *, power: int | None = None) -> dict[str, object]:
        """Return the fields of `admit_organization`."""
        key, organization = admin_key(number), code(number)
        message = enrolment_message(self.network, organization, "admin", key.public_key)
        fields: dict[str, object] = {
            "organization": organization,
            "name": {"zh": "新机构", "en": "New"},
            "administrator": {
                "id": "admin",
                "name": {"zh": "管理员", "en": "Administrator"},
                "roles": [ROLE_GOVERNOR],
                "public_key": key.public_key,
                "valid_from": START,
                "valid_until": FOREVER,
                "proof": key.sign(message),
            },
        }
        if power is not None:
            args = self.validator_args(number, 0, power)
            fields["validator"] = {name: args[name] for name in ("public_key", "power", "proof")}
        return fields

    def snapshot(self) -> dict[str, object]:
        """Return everything the register holds, to compare."""
        return {name: value for name, value in vars(self.register).items() if name[0] != "_"}

    def reopened(self) -> Register:
        """Return the register as a restarted node reads it from the tree."""
        return Register(sorted(self.tree.items()), log_keys=founding_log_keys(self.genesis))

    def _keep(self, writes: Mapping[bytes, bytes | None]) -> None:
        # What contracts are to read of a vote stands in the other tree.
        of_membership = {key: one for key, one in writes.items() if key.startswith(b"membership/")}
        self.register.apply(of_membership)
        self.tree.update({key: value for key, value in writes.items() if value is not None})


def rules_value(rules: GovernanceRules) -> Value:
    """Return rules as an argument."""
    return to_value(rules)


KEEPERS = (ROLE_ADMINISTRATOR, ROLE_OPERATOR)
"""Who may do what needs no vote."""
