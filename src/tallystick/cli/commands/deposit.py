# SPDX-License-Identifier: Apache-2.0
"""`tally evidence deposit`: files put on record by their hashes; the bytes stay on this machine.

The options that describe a deposit come from the evidence contract's schema, so they are always
those that the contract takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tallystick.cli.answers import Answer
from tallystick.cli.catalogue import say
from tallystick.cli.options import (
    ADDRESS,
    DEPOSITING,
    OUTPUT,
    SIGNING,
    Address,
    Depositing,
    Output,
    Signing,
)
from tallystick.cli.schema_options import argument_options, given_arguments, options_class
from tallystick.errors import UsageError

ARGUMENTS: Final = argument_options("evidence", "deposit")
FLAGS: Final[Mapping[str, tuple[str, ...]]] = {
    "sha256": ("--hash",),
    "sm3": ("--sm3-hash",),
    "case_number": ("--case",),
    "active_content": ("--as-evidence",),
}
"""Shorter words for some of the contract's arguments."""

if TYPE_CHECKING:
    Description = Any
else:
    Description = options_class("Description", ARGUMENTS, FLAGS)

_DESCRIPTION: Final = Description()


def deposit(
    *files: Path,
    description: Description = _DESCRIPTION,
    depositing: Depositing = DEPOSITING,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Put files on record.

    Raises:
        UsageError: nothing to deposit, options that contradict each other, or no key.
        FileProblem: a file cannot be read, or changed meanwhile.
        Refused: a rule of the contract said no; nothing was recorded but the refusal.
        NotFinal, Unavailable: it is safe to run the command again.
    """
    from tallystick.cli.deposit_batch import deposit_batch
    from tallystick.cli.deposit_desk import Desk, hash_file, stated_hash

    details = given_arguments(ARGUMENTS, description)
    digest, size = details.pop("sha256", None), details.pop("size", None)
    _check_sources(bool(files), bool(digest), bool(depositing.batch))
    desk = Desk(address, signing, depositing, details)
    if digest is not None:
        return desk.deposit(stated_hash(digest, size, details.pop("sm3", None)))
    if depositing.batch is None and len(files) == 1:
        return desk.deposit(hash_file(files[0], with_sm3=depositing.sm3))
    return deposit_batch(desk, files)


def _check_sources(*given: bool) -> None:
    names = [
        name
        for name, is_given in zip(("FILES", "--hash", "--batch"), given, strict=True)
        if is_given
    ]
    if len(names) > 1:
        raise UsageError(say("usage.not_both", one=names[0], other=names[1]), field=names[1])
    if not names:
        what = "FILES, --hash, --batch"
        raise UsageError(say("usage.nothing", what=what), field="FILES", expected=what)
