# SPDX-License-Identifier: Apache-2.0
"""The one checker: opens a tortured folder again and holds it against what the node had shown.

I1  nothing that was acknowledged is missing, or elsewhere, or has another code
I2  nothing was executed twice, not even when it is submitted again
I3  nothing that was refused is in the log
I5  every receipt that was given out verifies offline, and its entry is in the log
I6  the log extends every checkpoint that was given out
I8  the stored files pass the storage check; state and views equal those made anew from the log
R   executing the log again without the store gives the same app hash
A   the node goes on: new transactions are taken and extend the log
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tallystick.client import Trust, verify
from tallystick.client.verification import CheckResult
from tallystick.consensus import Committed
from tallystick.crypto import sha256
from tallystick.errors import Replayed, TallystickError
from tallystick.merkle import verify_consistency
from tallystick.model import Checkpoint, decode_entry, decode_transaction, parse_receipt
from tallystick.model import open_checkpoint as open_note
from tallystick.node import Node, NodeConfig, open_node
from tallystick.node.feeds import views_url
from tallystick.storage import Severity, check_storage
from tests.factories import LOG_KEY
from tests.torture import world
from tests.torture.shown import Ack, Shown
from tests.unit.views.dump import dump

WAIT_S: Final = 60.0
FRESH: Final = 10**15
"""Numbers of the transactions that the checker itself submits begin here."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A transaction as it stands in the log."""

    transaction_id: bytes
    signer: bytes
    nonce: int
    height: int
    leaf: int
    code: str
    raw: bytes


@dataclass(slots=True)
class Verdict:
    """What the checker found."""

    violations: list[str] = field(default_factory=list)
    acknowledged: int = 0
    logged: int = 0
    receipts: int = 0
    checkpoints: int = 0


# --- the invariants, as functions of what was shown and what is there -----------------------------


def find_missing(acks: Iterable[Ack], logged: Sequence[Logged]) -> list[str]:
    """Return a line for each acknowledgement that the log does not bear out (I1)."""
    found: list[str] = []
    for ack in acks:
        name = ack.transaction_id.hex()[:12]
        if ack.leaf >= len(logged):
            found.append(f"I1 acknowledged {name} at leaf {ack.leaf}, the log has {len(logged)}")
            continue
        there = logged[ack.leaf]
        expected = (ack.transaction_id, ack.height, ack.code)
        if (there.transaction_id, there.height, there.code) != expected:
            found.append(f"I1 acknowledged {name}, but leaf {ack.leaf} holds another outcome")
    return found


def find_repeated(logged: Iterable[Logged]) -> list[str]:
    """Return a line for each transaction, or nonce, that was executed more than once (I2)."""
    ids = Counter(one.transaction_id for one in logged)
    nonces = Counter((one.signer, one.nonce) for one in logged if one.code == "ok")
    twice = [f"I2 {name.hex()[:12]} is {count} times in the log" for name, count in ids.items()
             if count > 1]  # fmt: skip
    return twice + [
        f"I2 nonce {nonce} of {signer.hex()[:12]} was executed {count} times"
        for (signer, nonce), count in nonces.items()
        if count > 1
    ]


def find_refused(refused: Iterable[bytes], logged: Iterable[Logged]) -> list[str]:
    """Return a line for each transaction that was refused at the door and is there (I3)."""
    there = {one.transaction_id for one in logged}
    return [f"I3 refused {name.hex()[:12]} is in the log" for name in refused if name in there]


def find_forks(
    notes: Iterable[Checkpoint],
    newest: Checkpoint,
    prove: Callable[[int, int], Sequence[bytes]],
) -> list[str]:
    """Return a line for each checkpoint that the log does not extend (I6)."""
    found: list[str] = []
    for note in notes:
        if note.size > newest.size:
            found.append(f"I6 a checkpoint of {note.size} was shown, the log has {newest.size}")
        elif note.size:
            try:
                path = prove(note.size, newest.size)
                verify_consistency(note.size, newest.size, path, note.root, newest.root)
            except TallystickError as error:
                found.append(f"I6 the log does not extend the checkpoint of {note.size}: {error}")
    return found


def find_bad_receipts(
    receipts: Iterable[bytes], trust: Trust, logged: Sequence[Logged]
) -> list[str]:
    """Return a line for each receipt that does not verify offline, or is not of this log (I5)."""
    ids = {one.transaction_id for one in logged}
    found: list[str] = []
    for data in receipts:
        result = verify(data, trust=trust)
        failed = [check for check in result.checks if check.result is CheckResult.FAILED]
        if failed:
            found.append(f"I5 a receipt fails: {failed[0].title.en}")
        elif sha256(parse_receipt(data).transaction) not in ids:
            found.append("I5 the transaction of a receipt is not in the log")
    return found


# --- one folder -----------------------------------------------------------------------------------


def check_folder(data: Path, shown: Shown) -> Verdict:
    """Check one folder whose node has ended, however it did; changes the folder."""
    verdict = Verdict(
        acknowledged=len(shown.acks),
        receipts=len(shown.receipts),
        checkpoints=len(shown.checkpoints),
    )
    problems = verdict.violations
    # A store that was killed while it was made, before the node ever took a transaction, is
    # made again; what it looked like then concerns nobody.
    problems += _storage_problems(data, "as it was left") if shown.ready else []
    try:
        node = _open(data)
    except TallystickError as error:
        problems.append(f"the node does not open: {error.code} {error.message}")
        return verdict
    try:
        verdict.logged = _check_node(node, shown, problems)
        head = node.status().app_hash
    finally:
        node.stop()
    problems += _storage_problems(data, "after it went on")
    problems += _rebuilt_problems(data, head)
    return verdict


def _open(data: Path) -> Node:
    node = open_node(
        NodeConfig(data=data, workers=False, contracts=world.CONTRACTS, clock=world.wall_ms)
    )
    try:
        node.start()
    except BaseException:
        with suppress(TallystickError):
            node.stop()
        raise
    return node


def _check_node(node: Node, shown: Shown, problems: list[str]) -> int:
    """Check the open node against what was shown; return how many transactions it holds."""
    logged = read_log(node)
    problems += find_missing(shown.acks, logged)
    problems += find_repeated(logged)
    problems += find_refused(shown.refused, logged)
    problems += find_bad_receipts(shown.receipts, Trust.of_genesis(node.genesis_bytes), logged)
    _append(node, logged, problems, FRESH + 100 * len(logged))
    newest = _note(node.checkpoint())
    earlier = map(_note, dict.fromkeys(shown.checkpoints + _notes_of(shown.receipts)))
    problems += find_forks(earlier, newest, node.consistency_proof)
    problems += find_repeated(read_log(node))
    return len(logged)


def read_log(node: Node) -> list[Logged]:
    """Return every transaction of the log, by leaf."""
    logged: list[Logged] = []
    for height in range(1, node.status().height + 1):
        block = node.block(height)
        for raw, entry in zip(block.transactions, block.entries, strict=True):
            transaction = decode_transaction(raw)
            outcome = decode_entry(entry).outcome
            place = (height, len(logged), outcome.code, raw)
            logged.append(
                Logged(transaction.id, transaction.signer, transaction.call.nonce, *place)
            )
    return logged


def _append(node: Node, logged: Sequence[Logged], problems: list[str], number: int) -> None:
    """Submit old bytes, an old nonce in new bytes, and new transactions."""
    again = logged[-3:]
    for one, answer in zip(again, _submit(node, [one.raw for one in again]), strict=True):
        expected = Committed(
            one.transaction_id, one.height, answer.index if isinstance(answer, Committed) else 0,
            one.leaf, one.code,
        )  # fmt: skip
        if answer != expected:
            problems.append(f"I2 submitted again, leaf {one.leaf} is answered {answer}")
    if again:
        nonce = again[-1].nonce
        same_parity = number + (nonce - number) % 2
        (answer,) = _submit(node, [world.deposit(same_parity + 10**6, nonce=nonce)])
        if not isinstance(answer, Replayed):
            problems.append(f"I2 a used nonce in other bytes is answered {answer}")
    before = node.status().log_size
    answers = _submit(node, [world.deposit(number + place) for place in range(4)])
    places = [one.leaf_index for one in answers if isinstance(one, Committed)]
    if places != list(range(before, before + 4)):
        problems.append(f"A new transactions are answered {answers}")


def _submit(node: Node, raw: list[bytes]) -> list[Committed | TallystickError]:
    return node.submit(raw).result(WAIT_S) if raw else []


def _note(text: str) -> Checkpoint:
    return open_note(text, LOG_KEY.public_key, origin=world.NETWORK)


def _notes_of(receipts: Iterable[bytes]) -> list[str]:
    return [parse_receipt(data).checkpoint for data in receipts]


def _storage_problems(data: Path, when: str) -> list[str]:
    findings = check_storage(data)
    return [
        f"I8 {when}: {one.place}: {one.text_en}"
        for one in findings
        if one.severity is not Severity.NOTE
    ]


def _rebuilt_problems(data: Path, head: bytes) -> list[str]:
    """Delete state and views, let the node make them anew, and compare (R, I8)."""
    problems: list[str] = []
    before = dump(views_url(data))
    shutil.rmtree(data / "state")
    for path in data.glob("views.sqlite*"):
        path.unlink()
    try:
        node = _open(data)
    except TallystickError as error:
        return [f"R the log does not execute again: {error.code} {error.message}"]
    if node.status().app_hash != head:
        problems.append("R the log executed again gives another app hash")
    node.stop()
    if dump(views_url(data)) != before:
        problems.append("I8 the views made anew are others")
    return problems + _storage_problems(data, "made anew")
