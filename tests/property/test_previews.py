# SPDX-License-Identifier: Apache-2.0
"""A preview is what the transaction then does, for whatever calls, and leaves no trace."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.bank import Bank
from tallystick.api import create_app
from tallystick.api.catalogue import Catalogue
from tallystick.api.changes import show_changes
from tallystick.contracts.registers import DocumentRegister
from tallystick.crypto import SecretKey, sha256
from tallystick.industries.evidence import Evidence
from tallystick.membership import genesis_writes
from tallystick.model import Call, decode_entry, decode_write_set, network_id
from tallystick.node import Caller
from tallystick.node.history import tree_of
from tallystick.units import TimeMs
from tests.factories import (
    ADMINISTRATOR,
    BANK,
    CLERK,
    COURT,
    LIFETIME,
    START,
    TELLER,
    make_genesis,
    secret,
    sign,
)
from tests.unit.api.caller import Caller as HttpCaller
from tests.unit.api.fake_node import FakeNode, deposit_args
from tests.vault_contract import Vault

CONTRACTS = (Bank, DocumentRegister, Evidence, Vault)
GENESIS = msgspec.structs.replace(
    make_genesis(), contracts=tuple(sorted(one.name for one in CONTRACTS))
)
NETWORK = network_id("testnet", GENESIS.encode())
SEALED = {"ciphertext": "11" * 32, "plaintext": "22" * 32, "size": 10}

small = st.integers(0, 3)
records = small.map("P-{}".format)
accounts = small.map("a{}".format)
members = st.sampled_from(["clerk", "head", "teller", "nobody"])
codes = st.sampled_from([COURT, BANK, "1"])


def call(path: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return calls of a method."""
    return st.tuples(st.just(path), st.fixed_dictionaries(arguments))


CALLS = st.one_of(
    call("bank/open", id=accounts, balance=st.integers(-1, 9)),
    call("bank/transfer", src=accounts, dst=accounts, amount=st.integers(0, 6), memo=st.just("m")),
    st.tuples(st.just("evidence/deposit"), small.map(deposit_args)),
    call("evidence/deposit", title=st.just("no hash")),
    call("vault/declare", record=records, sealed=st.just(SEALED), recipients=st.lists(codes)),
    call("vault/add", record=records, recipient=codes),
    call("vault/erase", record=records),
    call("documents/keep_at", document=records, organization=codes),
    call("membership/set_roles", member=members, roles=st.just(["depositor"])),
    call("membership/set_active", member=members, active=st.booleans()),
    call("membership/revoke_key", public_key=st.just(TELLER.public_key)),
    call("governance/vote", proposal=records, approve=st.booleans()),
    call("governance/leave"),
    call("nowhere/call"),
    call("bank/nothing"),
)
SIGNERS = st.sampled_from(
    [(CLERK, COURT), (ADMINISTRATOR, COURT), (TELLER, BANK), (TELLER, COURT), (secret(70), BANK)]
)


@settings(max_examples=30)
@given(calls=st.lists(st.tuples(CALLS, SIGNERS), max_size=14))
def test_a_preview_is_what_the_transaction_then_does(
    calls: list[tuple[tuple[str, dict[str, Any]], tuple[SecretKey, str]]],
) -> None:
    """Code, result, events and writes: those of the entry and write set that follow.

    What the door refuses is never in a block; then the codes are equal, and nothing is written.
    """
    with tempfile.TemporaryDirectory() as folder:
        node = FakeNode(Path(folder), GENESIS.encode(), contracts=CONTRACTS)
        for nonce, ((path, args), (key, organization)) in enumerate(calls):
            contract, method = path.split("/")
            wanted = Call(NETWORK, contract, method, args, nonce, TimeMs(START + LIFETIME))
            roots, height = _roots(node), len(node.blocks)
            told = node.contract_desk.previews.preview(wanted, Caller(organization, key.public_key))
            assert (_roots(node), len(node.blocks)) == (roots, height)
            assert told.height == height
            before = {one: _stored(node, one) for one in told.execution.writes}
            raw = sign(
                method,
                args,
                nonce=nonce,
                key=key,
                organization=organization,
                contract=contract,
                network=NETWORK,
            )
            (became,) = node.submit([raw]).result()
            assert told.execution.code == became.code
            if len(node.blocks) == height:
                assert told.refusal is not None
                assert (told.execution.writes, told.execution.events) == ({}, ())
                continue
            outcome = decode_entry(node.blocks[-1].entries[0]).outcome
            done = told.execution
            assert (done.result, done.events) == (outcome.result, outcome.events)
            assert done.writes == decode_write_set(node.blocks[-1].write_sets[0])
            assert told.before == before
            assert told.time == node.blocks[-1].header.time


@settings(max_examples=8, deadline=None)
@given(calls=st.lists(st.tuples(CALLS, SIGNERS), max_size=10), at_once=st.booleans())
def test_the_changes_of_a_transaction_are_those_of_its_preview(
    calls: list[tuple[tuple[str, dict[str, Any]], tuple[SecretKey, str]]],
    at_once: bool,  # hypothesis gives it by name
) -> None:
    """Record by record and field by field, whether the views follow block by block or later."""
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        node = FakeNode(Path(folder), GENESIS.encode(), contracts=CONTRACTS)
        node.projects = not at_once
        caller = HttpCaller(create_app(node), runner)
        told: dict[bytes, Any] = {}
        for nonce, ((path, args), (key, organization)) in enumerate(calls):
            contract, method = path.split("/")
            wanted = Call(NETWORK, contract, method, args, nonce, TimeMs(START + LIFETIME))
            who = Caller(organization, key.public_key)
            found = node.contract_desk.previews.preview(wanted, who)
            raw = sign(
                *(method, args),
                nonce=nonce,
                key=key,
                organization=organization,
                contract=contract,
                network=NETWORK,
            )
            height = len(node.blocks)
            node.submit([raw]).result()
            if len(node.blocks) > height:
                changes = show_changes(found.before, found.execution.writes, _catalogue(node))
                told[sha256(raw)] = msgspec.to_builtins(changes)
        node.catch_up()
        for transaction, changes in told.items():
            shown = caller.get(f"/v1/transactions/{transaction.hex()}/changes").json
            assert shown["changes"] == changes
            assert shown["change_count"] == len(changes)
            assert shown["code"] == "ok" or not changes
        node.close()


def _stored(node: FakeNode, key: bytes) -> bytes | None:
    if not node.blocks:
        return genesis_writes(GENESIS).get(key)
    return node.store.get(tree_of(key), key)


def _catalogue(node: FakeNode) -> Catalogue:
    return Catalogue(node.contracts(), node.contract_desk.known())


def _roots(node: FakeNode) -> tuple[bytes, bytes]:
    shown = node.status()
    return shown.app_hash, node.register().membership_root
