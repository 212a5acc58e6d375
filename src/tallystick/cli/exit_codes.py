# SPDX-License-Identifier: Apache-2.0
"""The one mapping from what went wrong to the number the shell sees."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from tallystick import errors


class ExitCode(IntEnum):
    """Exit codes are interface: scripts rely on them."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    NOT_FOUND = 3
    PERMISSION = 4
    REFUSED = 5
    NOT_VERIFIED = 6
    UNREACHABLE = 7
    NOT_FINAL = 8
    INTERRUPTED = 130


# The first class an error belongs to decides, so special cases stand above their family.
_BY_CLASS: Final[tuple[tuple[type[errors.TallystickError], ExitCode], ...]] = (
    (errors.UsageError, ExitCode.USAGE),
    (errors.InvalidArguments, ExitCode.USAGE),
    (errors.RoleMissing, ExitCode.PERMISSION),
    (errors.NotAMember, ExitCode.PERMISSION),
    (errors.InvalidSignature, ExitCode.PERMISSION),
    (errors.Refused, ExitCode.REFUSED),
    (errors.NotFound, ExitCode.NOT_FOUND),
    (errors.UnknownContract, ExitCode.NOT_FOUND),
    (errors.Unverified, ExitCode.NOT_VERIFIED),
    (errors.NotFinal, ExitCode.NOT_FINAL),
    (errors.Unavailable, ExitCode.UNREACHABLE),
    (errors.TallystickError, ExitCode.FAILURE),
)


def exit_code(error: errors.TallystickError) -> ExitCode:
    """Return the exit code for an error.

    A refusal that is recorded on the ledger is one of a rule, whatever class its code has here:
    contracts use codes of other families too.
    """
    code = exit_code_of(type(error))
    is_recorded = getattr(getattr(error, "problem", None), "transaction", None) is not None
    return ExitCode.REFUSED if is_recorded and code is ExitCode.FAILURE else code


def exit_code_of(kind: type[errors.TallystickError]) -> ExitCode:
    """Return the exit code for a class of errors."""
    return next(code for known, code in _BY_CLASS if issubclass(kind, known))
