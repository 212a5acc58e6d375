# SPDX-License-Identifier: Apache-2.0
"""Possession: an answer holds for one file, one seed and one node, on the ledger."""

from __future__ import annotations

import random

import pytest

from tallystick.contracts import ANY_MEMBER, Context, Contract, Digest, Integer, Label, Name, action
from tallystick.contracts.parts import (
    KeptFile,
    Possession,
    PossessionAnswer,
    answer_from,
    kept_file,
)
from tallystick.encoding import Value, format_base64url, parse_base64url
from tallystick.errors import InvalidValue
from tallystick.merkle import ContentHasher, draw_slice, prove_slice, verify_slice
from tallystick.testing import LedgerHarness, make_signer

NODE = make_signer(member="node")
DATA = random.Random(2).randbytes(300_000)
HASHER = ContentHasher()
HASHER.update(DATA)
HASHES = HASHER.finish()
ADDRESS = HASHES.address
FILE: dict[str, Value] = {
    "cid": str(ADDRESS.cid),
    "size": ADDRESS.size,
    "slices_root": ADDRESS.slices_root.hex(),
}
SEED = "5e" * 32


class Keepers(Contract, name="keepers", version=1):
    """Asks and takes answers."""

    possession = Possession(label=Label(zh="持有", en="Possession"))

    @action(role=ANY_MEMBER, label=Label(zh="答", en="Answer"))
    def answer(
        self, ctx: Context, file: KeptFile, answer: PossessionAnswer, seed: Digest, node: Name
    ) -> Integer:
        """Take an answer."""
        return self.possession.require(file, answer, seed=seed, node=node)


def answer(seed: str, node: str) -> dict[str, Value]:
    """Return the honest answer of a node."""
    index = draw_slice(bytes.fromhex(seed), node.encode(), bytes(ADDRESS.cid), ADDRESS.size)
    data, path = prove_slice(index, DATA, HASHES.roots)
    return {"slice": format_base64url(data), "path": [one.hex() for one in path]}


def ask(seed: str, node: str, shown: dict[str, Value], **changes: Value) -> str:
    """Put an answer on a ledger; return what became of it."""
    ledger = LedgerHarness(Keepers)
    done = ledger.run("answer", NODE, file=FILE | changes, answer=shown, seed=seed, node=node)
    return done.code


def test_an_honest_answer_is_taken() -> None:
    """The slice that was drawn, with its path."""
    assert ask(SEED, "A", answer(SEED, "A")) == "ok"


@pytest.mark.parametrize(
    ("seed", "node"), [(SEED, "B"), ("00" * 32, "A")], ids=["other node", "other seed"]
)
def test_a_copied_answer_fails(seed: str, node: str) -> None:
    """AFC-10: an answer to another question is none to this."""
    assert ask(seed, node, answer(SEED, "A")) == "E_HASH"


@pytest.mark.parametrize(
    "changed",
    [{"slice": "AAAA"}, {"slice": "A"}, {"path": []}],
    ids=["other slice", "no base64", "no path"],
)
def test_made_up_bytes_fail(changed: dict[str, Value]) -> None:
    """Neither another slice nor another path, nor what is no base64."""
    assert ask(SEED, "A", answer(SEED, "A") | changed) == "E_HASH"


def test_a_file_without_slices_or_address_cannot_be_asked_for() -> None:
    """The contract that asks is told what is wrong with its own record."""
    assert ask(SEED, "A", answer(SEED, "A"), size=0) == "E_VALUE"
    assert ask(SEED, "A", answer(SEED, "A"), cid="b" + "a" * 58) == "E_VALUE"


def test_what_is_made_from_bytes_in_memory_is_taken() -> None:
    """`kept_file` names them as the ledger does, `answer_from` shows any slice, also the last."""
    content = random.Random(3).randbytes(1_100_000)
    file = kept_file(content)
    for index in (0, 1_023, 1_024, 1_074):
        shown = answer_from(content, index)
        path = [bytes.fromhex(one) for one in shown.path]
        data = parse_base64url(shown.slice, name="slice")
        verify_slice(data, index, file.size, path, bytes.fromhex(file.slices_root))
    assert kept_file(DATA).cid == FILE["cid"]


@pytest.mark.parametrize("index", [-1, 293])
def test_there_is_no_answer_beyond_the_file(index: int) -> None:
    """A slice that is not there is not made up."""
    with pytest.raises(InvalidValue):
        answer_from(DATA, index)
