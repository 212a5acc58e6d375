# SPDX-License-Identifier: Apache-2.0
"""Passphrases: from a file, the environment, or a person; never taken from the command line.

What stands on a command line is seen by every user of the machine and kept in the history.
"""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tallystick.cli.catalogue import say
from tallystick.cli.stage import default_environment, stage
from tallystick.errors import FileProblem, UsageError

VARIABLE = "TALLY_PASSPHRASE"
"""For services; docs/operator/keys.md says who can read it there."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What a passphrase is for: where it comes from, and what a person is asked."""

    option: str
    variable: str
    question: str


SIGNING_KEY: Final = Secret("--passphrase-file", VARIABLE, "key.passphrase")
SEALING_KEY: Final = Secret(
    "--sealing-passphrase-file", "TALLY_SEALING_PASSPHRASE", "private.passphrase"
)
_SIZE_MAX = 4096


def read_passphrase(
    source: str | None, *, confirm: bool = False, secret: Secret = SIGNING_KEY
) -> str:
    """Return the passphrase from a file, standard input (`-`), the environment, or a person.

    Raises:
        UsageError: nobody can be asked, it is empty, or the two spellings differ.
        FileProblem: the file cannot be read.
    """
    if source is not None:
        text = _read(source, secret.option).split("\n", 1)[0].rstrip("\r")
    elif given := default_environment().get(secret.variable):
        text = given
    elif stage().prompts:
        text = getpass.getpass(say(secret.question), stream=sys.stderr)
        if confirm and getpass.getpass(say("key.passphrase_again"), stream=sys.stderr) != text:
            raise UsageError(say("key.passphrases_differ"))
    else:
        raise UsageError(
            say("usage.no_prompt", name=secret.option),
            field=secret.option,
            hint=say("usage.give", option=secret.option),
        )
    if not text:
        raise UsageError(say("usage.missing", name=secret.option), field=secret.option)
    return text


def forget_variable() -> None:
    """Take passphrases out of the environment, so that no program started later gets them."""
    for secret in (SIGNING_KEY, SEALING_KEY):
        os.environ.pop(secret.variable, None)


def _read(source: str, option: str) -> str:
    if source == "-":
        return sys.stdin.readline()
    try:
        with Path(source).open(encoding="utf-8") as file:
            return file.read(_SIZE_MAX)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise FileProblem(f"{source}: {reason}", field=option) from error
