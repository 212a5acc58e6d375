# SPDX-License-Identifier: Apache-2.0
"""The rules a transaction must meet before a contract sees it, one function each.

The same rules hold at the door (against the newest state and the clock) and in the block
(against the state so far and block time); only the latter decides.
"""

from __future__ import annotations

from tallystick.errors import (
    Expired,
    Replayed,
    TooFarAhead,
    WrongNetwork,
)
from tallystick.ledger.state import Ledger
from tallystick.model import Call, Signer, Transaction


def check_admission(ledger: Ledger, transaction: Transaction, time: int) -> Signer:
    """Return who signed, if the transaction may execute at `time` (unix milliseconds).

    The signature itself must have been verified by the caller, and the nonce is `check_nonce`'s
    business. Nothing is changed.

    Raises:
        WrongNetwork: signed for another network.
        Expired: `valid_until` has passed.
        TooFarAhead: `valid_until` lies beyond the network's window.
        NotAMember: the key does not belong to an active member.
    """
    call = transaction.call
    check_network(call, ledger.network)
    check_period(call, time, ledger.parameters.transaction_lifetime_ms_max)
    return ledger.register.resolve(transaction.signer, transaction.organization, time)


def check_place(ledger: Ledger, transaction: Transaction, time: int) -> None:
    """Refuse what no block of `time` should hold, whoever signed it.

    What passes here can stand in the log once: as long as its period lasts, its nonce is known.

    Raises:
        WrongNetwork: signed for another network.
        Expired: `valid_until` has passed.
        TooFarAhead: `valid_until` lies beyond the network's window.
        Replayed: the signer has used the nonce.
    """
    check_network(transaction.call, ledger.network)
    check_period(transaction.call, time, ledger.parameters.transaction_lifetime_ms_max)
    check_nonce(ledger, transaction)


def check_network(call: Call, network: str) -> None:
    """Refuse what was signed for another network."""
    if call.network != network:
        raise WrongNetwork(
            "the transaction is for another network",
            field="network",
            expected=network,
            found=call.network[:100],
        )


def check_period(call: Call, time: int, lifetime_ms_max: int) -> None:
    """Refuse what has expired, or would have to be remembered for too long."""
    if call.valid_until < time:
        raise Expired(
            "valid_until has passed",
            field="valid_until",
            expected=f"at least {time}",
            found=str(call.valid_until),
        )
    if call.valid_until > time + lifetime_ms_max:
        raise TooFarAhead(
            "valid_until is too far ahead",
            field="valid_until",
            expected=f"at most {time + lifetime_ms_max}",
            found=str(call.valid_until),
        )


def check_nonce(ledger: Ledger, transaction: Transaction) -> None:
    """Refuse, at the door, a nonce that the signer has used (INV: never executes twice)."""
    if ledger.replay_guard.is_used(transaction.signer, transaction.call.nonce):
        raise Replayed(
            "the nonce was used before", field="nonce", found=str(transaction.call.nonce)
        )


def use_nonce(ledger: Ledger, transaction: Transaction, time: int) -> None:
    """Mark a transaction's nonce as used, for as long as the transaction could execute again.

    What was refused for lying too far ahead is remembered for the usual window only.

    Raises:
        Replayed: the signer has used the nonce.
    """
    call = transaction.call
    # The lifetime of genesis, which no vote exceeds: how long a nonce is remembered must not
    # depend on when a node started.
    until = min(call.valid_until, time + ledger.genesis.parameters.transaction_lifetime_ms_max)
    if not ledger.replay_guard.use(transaction.signer, call.nonce, until):
        raise Replayed("the nonce was used before", field="nonce", found=str(call.nonce))
