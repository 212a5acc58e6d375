# SPDX-License-Identifier: Apache-2.0
"""Makes many deposits: a plan first, then groups, one receipt beside each file, and a summary.

Nothing is remembered here: what is on record already is asked of the ledger, so the same command
run again after an interruption does only what is missing, receipts included.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tallystick.cli.answers import Answer, Listing, Plain, Row
from tallystick.cli.catalogue import say
from tallystick.cli.deposit_clues import warn_of_active
from tallystick.cli.deposit_desk import Desk
from tallystick.cli.exit_codes import ExitCode
from tallystick.cli.linking import open_net, transaction_of_leaf
from tallystick.cli.talk import note, progress, step, warn
from tallystick.client import (
    BatchItem,
    BatchPlan,
    BatchResult,
    BatchState,
    Net,
    VerifiedReceipt,
    check_deposited,
    digest_file,
    plan_csv,
    plan_folder,
)
from tallystick.errors import TallystickError, Unavailable

_COLUMNS: Final = ("path", "status", "id", "receipt", "reason")
_WORDS: Final = {
    BatchState.DEPOSITED: "deposited",
    BatchState.EXISTING: "existing",
    BatchState.FAILED: "failed",
}


def deposit_batch(desk: Desk, files: Sequence[Path]) -> Answer:
    """Deposit several files, or what `--batch` names.

    Raises:
        FileProblem, UsageError: the folder or the list cannot be used.
        NotFinal, Unavailable: run it again, it goes on where it stopped.
    """
    plan = _plan(desk, files)
    rows: list[Row] = [_problem_row(name, error) for name, error in plan.problems]
    rows += [{"path": name, "status": "repeated", "reason": other} for name, other in plan.repeated]
    if desk.depositing.dry_run:
        note(say("deposit.dry_run"))
        rows += [{"path": one.name, "status": "planned", "args": one.args} for one in plan.items]
        return Listing(tuple(rows), ("path", "status", "args"))
    with open_net(desk.address, identity=desk.identity()) as net:
        rows += _carry_out(desk, net, plan)
    return _summary(rows)


def _plan(desk: Desk, files: Sequence[Path]) -> BatchPlan:
    batch, with_sm3 = desk.depositing.batch, desk.depositing.sm3
    with progress(say("deposit.hashing"), None) as advance:

        def told(done: int, _total: int, _name: str) -> None:
            advance(1 if done else 0)

        if batch is None:
            return _plan_files(desk, files)
        plan = plan_folder if batch.is_dir() else plan_csv
        return plan(batch, with_sm3=with_sm3, progress=told, **desk.details)


def _plan_files(desk: Desk, files: Sequence[Path]) -> BatchPlan:
    """Return the plan for files that were named one by one."""
    by_matter: dict[tuple[bytes, str], BatchItem] = {}
    repeated: list[tuple[str, str]] = []
    problems: list[tuple[str, TallystickError]] = []
    for path in files:
        try:
            facts = digest_file(path, with_sm3=desk.depositing.sm3)
            details = check_deposited(path, desk.details)
        except TallystickError as error:
            problems.append((str(path), error))
            continue
        item = BatchItem(str(path), facts, details, path)
        first = by_matter.setdefault(item.matter, item)
        if first is not item:
            repeated.append((item.name, first.name))
    return BatchPlan(tuple(by_matter.values()), tuple(repeated), tuple(problems))


def _carry_out(desk: Desk, net: Net, plan: BatchPlan) -> list[Row]:
    rows: list[Row] = []
    with progress(say("deposit.submitting"), len(plan.items)) as advance:
        try:
            for item in plan.items:
                if item.path is not None:
                    warn_of_active(item.path)
            for result in net.evidence.deposit_batch(plan):
                rows.append(_result_row(desk, net, result))
                advance(1)
        except Unavailable:
            note(say("deposit.so_far", done=len(rows), total=len(plan.items)))
            note(say("deposit.failed_hint"))
            raise
    return rows


def _result_row(desk: Desk, net: Net, result: BatchResult) -> Row:
    item = result.item
    row: dict[str, Plain] = {
        "path": item.name,
        "status": _WORDS[result.state],
        "id": result.deposit_id,
        "transaction_id": result.transaction_id,
        "sha256": item.facts.sha256.hex(),
        "size": item.facts.size,
    }
    if result.error is not None:
        return {**row, "code": result.error.code, "reason": result.error.message}
    return {**row, "receipt": _keep_receipt(desk, net, result)}


def _keep_receipt(desk: Desk, net: Net, result: BatchResult) -> str | None:
    """Save the receipt; one that an earlier run got on record but not to disk is fetched now."""
    place = desk.receipt_path(result.item.path, result.item.name)
    receipt: VerifiedReceipt | None = result.receipt
    if receipt is None and result.deposit_id is not None and not place.exists():
        leaf = net.evidence.show(result.deposit_id)["_created_leaf"]
        receipt = net.receipt(transaction_of_leaf(net, int(leaf)))
    if receipt is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        receipt.save(place)
    return str(place) if place.exists() else None


def _problem_row(name: str, error: TallystickError) -> Row:
    return {"path": name, "status": "failed", "code": error.code, "reason": error.message}


def _summary(rows: Sequence[Row]) -> Answer:
    count = {word: sum(row["status"] == word for row in rows) for word in ("deposited", "failed")}
    skipped = len(rows) - sum(count.values())
    text = say("deposit.summary", skipped=skipped, **count)
    if count["failed"]:
        warn(text)
        note(say("deposit.failed_hint"))
    else:
        step(text)
    code = ExitCode.FAILURE if count["failed"] else ExitCode.OK
    return Listing(tuple(rows), _COLUMNS, code)
