# SPDX-License-Identifier: Apache-2.0
"""The tree of commands. Each one's file is imported only when it runs or shows its help."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cyclopts import App, Parameter

from tallystick.cli.catalogue import command_text, pick

_COMMANDS: Final = "tallystick.cli.commands"

TREE: Final[Mapping[str, str]] = {
    "up": "up:up",
    "down": "down:down",
    "status": "status:status",
    "doctor": "doctor:doctor",
    "evidence deposit": "deposit:deposit",
    "evidence list": "evidence:list_",
    "evidence show": "evidence:show",
    "receipt get": "receipt:get",
    "receipt show": "receipt:show",
    "verify": "verify:verify",
    "tx list": "tx:list_",
    "tx show": "tx:show",
    "tx wait": "tx:wait",
    "block list": "block:list_",
    "block show": "block:show",
    "log verify": "log:check",
    "org list": "org:list_",
    "org show": "org:show",
    "key create": "key:create",
    "key list": "key:list_",
    "key import": "key:import_",
    "key export": "key:export",
    "key protect": "key_protect:protect",
    "key unprotect": "key_protect:unprotect",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "views rebuild": "views:rebuild",
    "node snapshot": "node:snapshot",
    "node restore": "node:restore",
    "node prune": "node:prune",
    "explain": "explain:explain",
    "openapi": "openapi:openapi",
    "completion": "completion:completion",
    "version": "version:version",
}
"""Command, words separated by spaces -> file and function in `commands/`."""

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "run": ("up", "down", "status", "doctor"),
    "evidence": ("evidence", "receipt", "verify"),
    "ledger": ("tx", "block", "log", "org"),
    "operate": ("key", "backup", "restore", "views", "node"),
    "help": ("explain", "openapi", "completion", "version"),
}
"""How the first help page orders the commands."""

ALIASES: Final[Mapping[str, tuple[str, ...]]] = {"list": ("ls",)}

_PLAIN_FLAGS = Parameter(negative=())  # no --no-json beside --json


def build_app() -> App:
    """Return the command tree for the parser; loads no command."""
    root = App(
        name="tally",
        help=pick(command_text("").summary),
        default_parameter=_PLAIN_FLAGS,
        version_flags=["--version"],
        result_action="return_value",
    )
    nouns: dict[str, App] = {}
    for path, target in TREE.items():
        noun, _, verb = path.rpartition(" ")
        if noun and noun not in nouns:
            nouns[noun] = App(name=noun, help=pick(command_text(noun).summary), version_flags=[])
            root.command(nouns[noun])
        (nouns[noun] if noun else root).command(
            f"{_COMMANDS}.{target}",
            name=(verb, *ALIASES.get(verb, ())),
            help=pick(command_text(path).summary),
            default_parameter=_PLAIN_FLAGS,
            version_flags=[],
        )
    return root
