# SPDX-License-Identifier: Apache-2.0
"""One thing is used once: across cases, holders and contracts, in block order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.contracts import (
    ANY_MEMBER,
    Context,
    Contract,
    Digest,
    Label,
    Name,
    action,
    digest_of,
)
from tallystick.contracts.parts import AssetLocks, fingerprint_of, fingerprints_of
from tallystick.contracts.registers import Assets
from tallystick.encoding import Value
from tallystick.errors import InvalidValue
from tallystick.execution import ContractRunner
from tallystick.model import Execution
from tallystick.testing import MemoryState, make_signer
from tallystick.testing.harness import make_invocation

LABEL = Label(zh="做", en="Do")
ANN = make_signer(member="ann")
INVOICE = fingerprint_of("invoice", "91350100M000100Y43", "No. 0012-34")


class _Lending:
    """What both contracts do with assets."""

    locks: ClassVar = AssetLocks()

    @action(role=ANY_MEMBER, label=LABEL)
    def lock(self, ctx: Context, asset: Digest, case: Name) -> None:
        """Lock."""
        self.locks.lock(ctx, asset, kind="invoice", case=case, holder="bank")

    @action(role=ANY_MEMBER, label=LABEL)
    def release(self, ctx: Context, asset: Digest, case: Name) -> None:
        """Release."""
        self.locks.release(asset, case=case, holder="bank")

    @action(role=ANY_MEMBER, label=LABEL)
    def consume(self, ctx: Context, asset: Digest, case: Name) -> None:
        """Use up."""
        self.locks.consume(ctx, asset, case=case, holder="bank")


class Factoring(_Lending, Contract, name="factoring", version=1):
    """One contract that lends on invoices."""


class Stock(_Lending, Contract, name="stock", version=1):
    """Another."""


class Bench:
    """Two contracts and the register on one state."""

    def __init__(self) -> None:
        self.state = MemoryState()
        self.runner = ContractRunner([Factoring, Stock, Assets])

    def run(self, contract: type[Contract], method: str, **args: Value) -> Execution:
        """Run an action."""
        done = self.runner.execute(make_invocation(contract, method, ANN, args), self.state)
        self.state.apply(done.writes)
        return done

    def ask(self, **args: Value) -> str:
        """Return what the register answers."""
        method = "ask_own" if "case" in args else "ask"
        answer = self.runner.query("assets", method, args, self.state)
        assert isinstance(answer, Mapping)
        return str(answer["availability"])


@pytest.fixture
def bench() -> Bench:
    """Return both contracts."""
    return Bench()


def test_one_invoice_is_used_once_even_in_two_contracts(bench: Bench) -> None:
    """First block order wins; the second is refused with E_LOCKED and learns no more."""
    assert bench.run(Factoring, "lock", asset=INVOICE, case="F-1").code == "ok"
    refused = bench.run(Stock, "lock", asset=INVOICE, case="S-1")
    assert (refused.code, refused.result) == ("E_LOCKED", {"fingerprint": INVOICE})
    assert bench.run(Factoring, "lock", asset=INVOICE, case="F-2").code == "E_LOCKED"


def test_a_released_asset_is_free_again_and_leaves_no_record(bench: Bench) -> None:
    """FREE is the absence of a record, which the state tree can prove."""
    bench.run(Factoring, "lock", asset=INVOICE, case="F-1")
    bench.run(Factoring, "release", asset=INVOICE, case="F-1")
    assert bench.state.values == {}
    assert bench.run(Stock, "lock", asset=INVOICE, case="S-1").code == "ok"


def test_a_consumed_asset_is_never_free_again(bench: Bench) -> None:
    """Not for its last holder either."""
    bench.run(Factoring, "lock", asset=INVOICE, case="F-1")
    bench.run(Factoring, "consume", asset=INVOICE, case="F-1")
    assert bench.run(Factoring, "release", asset=INVOICE, case="F-1").code == "E_STATE"
    assert bench.run(Stock, "lock", asset=INVOICE, case="S-1").code == "E_LOCKED"
    own = bench.ask(fingerprint=INVOICE, contract="factoring", case="F-1", holder="bank")
    assert own == "taken"


def test_only_who_locked_can_release(bench: Bench) -> None:
    """Another contract with the same case name, or another case, cannot."""
    bench.run(Factoring, "lock", asset=INVOICE, case="F-1")
    for contract, case in ((Stock, "F-1"), (Factoring, "F-2")):
        refused = bench.run(contract, "release", asset=INVOICE, case=case)
        assert (refused.code, refused.result) == (
            "E_STATE",
            {"fingerprint": INVOICE, "case": case},
        )
    assert bench.run(Stock, "consume", asset=INVOICE, case="F-1").code == "E_STATE"


def test_who_asks_learns_only_free_or_taken_and_its_own(bench: Bench) -> None:
    """The register's answer and its record name neither case nor holder."""
    assert bench.ask(fingerprint=INVOICE) == "free"
    assert bench.ask(fingerprint=INVOICE, contract="stock", case="S", holder="b") == "free"
    bench.run(Factoring, "lock", asset=INVOICE, case="F-1")
    assert bench.ask(fingerprint=INVOICE) == "taken"
    own = {"fingerprint": INVOICE, "contract": "factoring", "case": "F-1", "holder": "bank"}
    assert bench.ask(**own) == "yours"
    assert bench.ask(**(own | {"holder": "other"})) == "taken"
    (record,) = bench.state.values.values()
    assert b"F-1" not in record
    assert b"bank" not in record


def test_spellings_of_an_identifier_have_one_fingerprint() -> None:
    """Wide digits, case, spaces and separators make no difference; kind and parts do."""
    for spelling in ("no.0012 34", "ＮＯ 0012—34".replace("—", "-"), "No_0012/34"):
        assert fingerprint_of("invoice", "91350100M000100Y43", spelling) == INVOICE
    assert fingerprint_of("bill", "91350100M000100Y43", "No. 0012-34") != INVOICE
    assert fingerprint_of("invoice", "91350100M000100Y4", "3No. 0012-34") != INVOICE
    assert fingerprints_of("case", ["a", "A"]) == [fingerprint_of("case", "a")] * 2


@pytest.mark.parametrize("identifiers", [(), ("",), ("A", " - ")])
def test_an_asset_without_identifier_has_no_fingerprint(identifiers: tuple[str, ...]) -> None:
    """Otherwise all nameless things would be one."""
    with pytest.raises(InvalidValue):
        fingerprint_of("invoice", *identifiers)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([Factoring, Stock]),
            st.sampled_from(["lock", "release", "consume"]),
            st.sampled_from("12"),
            st.sampled_from("AB"),
        ),
        max_size=30,
    )
)
def test_no_interleaving_locks_an_asset_twice(
    steps: list[tuple[type[Contract], str, str, str]],
) -> None:
    """INV: between two locks of an asset lies a release by its holder; nothing follows its end."""
    bench = Bench()
    holder: dict[str, tuple[str, str] | None] = {}
    for contract, method, asset, case in steps:
        done = bench.run(contract, method, asset=digest_of(asset), case=case)
        own = (contract.name, case)
        if method == "lock":
            assert (done.code == "ok") is (asset not in holder)
            holder.setdefault(asset, own)
        else:
            assert (done.code == "ok") is (holder.get(asset) == own)
            if done.code == "ok" and method == "release":
                del holder[asset]
            elif done.code == "ok":
                holder[asset] = None
