# SPDX-License-Identifier: Apache-2.0
"""The ledger written out as plainly as it can be: dictionaries, one transaction after the other.

It shares nothing with the product but the reading of transaction bytes and the check of one
signature. For each transaction of a decided block it says which code is right.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tallystick.crypto import is_valid_signature
from tallystick.encoding import Value
from tallystick.model import Call, Transaction, read_transaction
from tests.simulation.votes import METHOD
from tests.simulation.world import LIFETIME, ORGANIZATIONS, POWER, clerk, head, validator_key

BUCKET_MS = 10_000
OK = "ok"


@dataclass
class Model:
    """The state of the network, and what has been executed so far."""

    network: str
    count: int
    accounts: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Balance and number of transfers."""
    active: dict[tuple[str, str], bool] = field(default_factory=dict)
    nonces: dict[tuple[bytes, int], tuple[int, int]] = field(default_factory=dict)
    """Used ones: until when they must be remembered, and the height that used them."""
    executed: set[bytes] = field(default_factory=set)
    """Ids of transactions that took effect."""
    validators: dict[str, tuple[bytes, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Found the network."""
        for organization in ORGANIZATIONS[: self.count]:
            self.active[organization, "clerk"] = self.active[organization, "head"] = True
            self.validators[organization] = (validator_key(organization), POWER)

    def apply(self, raw: bytes, time: int, height: int) -> str:
        """Execute one transaction of a block and return its code."""
        transaction = read_transaction(raw)
        if transaction is None:
            return "E_FORMAT"
        if not is_valid_signature(
            transaction.signer, transaction.signed_bytes, transaction.signature
        ):
            return "E_SIG"
        nonce = (transaction.signer, transaction.call.nonce)
        if self._is_remembered(nonce, time, height):
            return "E_REPLAY"
        self.nonces[nonce] = (min(transaction.call.valid_until, time + LIFETIME), height)
        code = self._admit(transaction, time)
        if code == OK:
            code = self._run(transaction)
        if code == OK:
            assert transaction.id not in self.executed, "a transaction took effect twice"
            self.executed.add(transaction.id)
        return code

    def _is_remembered(self, nonce: tuple[bytes, int], time: int, height: int) -> bool:
        until, used_at = self.nonces.get(nonce, (-BUCKET_MS, -1))
        return until // BUCKET_MS >= time // BUCKET_MS or used_at == height

    def _admit(self, transaction: Transaction, time: int) -> str:
        call = transaction.call
        if call.network != self.network:
            return "E_NETWORK"
        if call.valid_until < time:
            return "E_EXPIRED"
        if call.valid_until > time + LIFETIME:
            return "E_EARLY"
        return OK if self._is_member(transaction) else "E_MEMBER"

    def _is_member(self, transaction: Transaction) -> bool:
        return any(
            transaction.organization == person.organization
            and transaction.signer == person.key.public_key
            and self.active[person.organization, person.id]
            for organization in ORGANIZATIONS[: self.count]
            for person in (clerk(organization), head(organization))
        )

    def _run(self, transaction: Transaction) -> str:
        call = transaction.call
        match call.contract, call.method:
            case "bank", "open":
                return self._open(call)
            case "bank", "transfer":
                return self._transfer(call)
            case "bank", _:
                return "E_CONTRACT"
            case "membership", _:
                return self._administer(transaction)
        return "E_CONTRACT"

    def _open(self, call: Call) -> str:
        account, balance = call.args["id"], call.args["balance"]
        assert isinstance(account, str)
        assert isinstance(balance, int)
        if account in self.accounts:
            return "E_DUP"
        self.accounts[account] = (balance, 0)
        return OK

    def _transfer(self, call: Call) -> str:
        payer, payee, amount = call.args["src"], call.args["dst"], call.args["amount"]
        assert isinstance(payer, str)
        assert isinstance(payee, str)
        assert isinstance(amount, int)
        if payer not in self.accounts or payee not in self.accounts:
            return "E_MISSING"
        balance, count = self.accounts[payer]
        if balance < amount:
            return "E_BALANCE"
        if payer != payee:
            self.accounts[payer] = (balance - amount, count + 1)
            balance, count = self.accounts[payee]
            self.accounts[payee] = (balance + amount, count + 1)
        return OK

    def _administer(self, transaction: Transaction) -> str:
        organization, args = transaction.organization, transaction.call.args
        if transaction.signer != head(organization).key.public_key:
            return "E_ROLE"
        if transaction.call.method == METHOD:
            return self._set_power(args)
        assert transaction.call.method == "set_active"
        member, active = args["member"], args["active"]
        assert isinstance(member, str)
        assert isinstance(active, bool)
        if (organization, member) not in self.active:
            return "E_MISSING"
        if member == "head" and not active:
            return "E_STATE"
        self.active[organization, member] = active
        return OK

    def _set_power(self, args: dict[str, Value]) -> str:
        organization, power, key = str(args["organization"]), args["power"], args["key"]
        assert isinstance(power, int)
        assert isinstance(key, int)
        changed = dict(self.validators)
        changed.pop(organization, None)
        if power:
            changed[organization] = (validator_key(organization, key), power)
        total = sum(one for _, one in changed.values())
        if len(changed) >= 4 and any(3 * one >= total for _, one in changed.values()):
            return "E_FORMAT"
        if len(changed) < 4:
            return "E_STATE"
        self.validators = changed
        return OK
