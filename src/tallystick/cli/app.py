# SPDX-License-Identifier: Apache-2.0
"""The tree of commands. Each one's file is imported only when it runs or shows its help."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from cyclopts import App, Parameter

from tallystick.cli.answers import Answer
from tallystick.cli.bundle_verbs import BundleVerb
from tallystick.cli.catalogue import pick
from tallystick.cli.clerk_verbs import ClerkVerb
from tallystick.cli.contract_verbs import AnyVerb, nouns_among, summary_of, text_at, verbs_of
from tallystick.cli.counter_verbs import CounterVerb
from tallystick.cli.export_verbs import ExportVerb
from tallystick.cli.keep_verbs import KeepVerb
from tallystick.cli.restore_verbs import RestoreVerb
from tallystick.cli.table_verbs import TableVerb

_COMMANDS: Final = "tallystick.cli.commands"

TREE: Final[Mapping[str, str]] = {
    "up": "up:up",
    "down": "down:down",
    "status": "status:status",
    "doctor": "doctor:doctor",
    "evidence deposit": "deposit:deposit",
    "evidence list": "evidence:list_",
    "evidence show": "evidence:show",
    "evidence matter": "evidence_package:matter",
    "evidence package": "evidence_package:package",
    "evidence custody": "evidence_package:custody",
    "evidence certificate": "certificate:certificate",
    "receipt get": "receipt:get",
    "receipt show": "receipt:show",
    "verify": "verify:verify",
    "timestamp request": "timestamp:request",
    "timestamp verify": "timestamp:verify",
    "timestamp authority create": "timestamp:create",
    "timestamp authority serve": "timestamp:serve",
    "extract verify": "extract:verify",
    "tx list": "tx:list_",
    "tx show": "tx:show",
    "tx wait": "tx:wait",
    "block list": "block:list_",
    "block show": "block:show",
    "log verify": "log:check",
    "org list": "org:list_",
    "org show": "org:show",
    "org authority add": "authority:add",
    "org authority list": "authority:list_",
    "org authority revoke": "authority:revoke",
    "governance list": "governance:list_",
    "governance show": "governance:show",
    "governance status": "governance:status",
    "governance vote": "governance:vote",
    "governance withdraw": "governance:withdraw",
    "governance execute": "governance:execute",
    "governance propose admit": "propose:admit",
    "governance propose suspend": "propose:suspend",
    "governance propose resume": "propose:resume",
    "governance propose remove": "propose:remove",
    "governance propose set-validator": "propose:set_validator",
    "governance propose remove-validator": "propose:remove_validator",
    "governance propose parameters": "propose:parameters",
    "governance propose rules": "propose:rules",
    "governance propose contract": "propose_contract:contract",
    "governance propose network": "propose_network:network",
    "governance migrate": "governance_migrate:migrate",
    "governance propose register-node": "propose:register_node",
    "governance propose remove-node": "propose:remove_node",
    "governance apply": "own_keys:apply",
    "governance prove-validator-key": "own_keys:prove_validator_key",
    "governance rotate-validator-key": "own_keys:rotate_validator_key",
    "governance install-validator-key": "own_keys:install_validator_key",
    "governance resign-validator": "own_keys:resign_validator",
    "governance rotate-log-key": "own_keys:rotate_log_key",
    "governance revoke-log-key": "own_keys:revoke_log_key",
    "network entry": "network_found:entry",
    "network init": "network_found:init",
    "network join": "network_join:join",
    "network invite": "network_join:invite",
    "network register": "network_register:register",
    "network status": "network_status:status",
    "network leave": "network_leave:leave",
    "network switch": "network_switch:switch",
    "network demo": "network_demo:demo",
    "node health": "node_health:health",
    "key create": "key:create",
    "key list": "key:list_",
    "key import": "key:import_",
    "key enrol-certificate": "authority:enrol_certificate",
    "key export": "key:export",
    "key protect": "key_protect:protect",
    "key unprotect": "key_protect:unprotect",
    "lists import": "lists:import_",
    "lists crosscheck": "lists:crosscheck",
    "identity serve": "identity:serve",
    "payments send": "payments:send",
    "payments collect": "payments:collect",
    "payments status": "payments:status",
    "seal create": "seal:create",
    "seal publish": "seal:publish",
    "seal revoke": "seal:revoke",
    "seal show": "seal:show",
    "console reset": "console:reset",
    "private keygen": "private:keygen",
    "private protect": "private:protect",
    "private unprotect": "private:unprotect",
    "private publish": "private:publish",
    "private seal": "private:seal",
    "private put": "private:put",
    "private get": "private:get",
    "private share": "private:share",
    "private show": "private:show",
    "document put": "document:put",
    "document get": "document:get",
    "document list": "document:list_",
    "document show": "document:show",
    "document verify": "document:verify",
    "document grant": "document:grant",
    "document share": "document_share:share",
    "document hand-over": "document_share:hand_over",
    "document fetch": "document_share:fetch",
    "document challenge": "document_share:challenge",
    "document export-car": "document_car:export_car",
    "document import-car": "document_car:import_car",
    "document revoke": "document:revoke",
    "document erase": "document:erase",
    "document extend": "document:extend",
    "document hold": "document:hold",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "views rebuild": "views:rebuild",
    "node snapshot": "node:snapshot",
    "node restore": "node:restore",
    "node prune": "node:prune",
    "dev": "dev:dev",
    "contract new": "contract_new:new",
    "contract lint": "contract:lint",
    "contract test": "contract_new:check",
    "contract show": "contract_schema:show",
    "contract schema": "contract_schema:schema",
    "contract call": "contract_call:call",
    "contract query": "contract_call:query",
    "sdk stubs": "sdk:stubs",
    "contract statistics": "statistics:statistics",
    "contract alerts": "statistics:alerts",
    "contract digest": "contract_digest:digest",
    "demo": "demo:demo",
    "explain": "explain:explain",
    "openapi": "openapi:openapi",
    "completion": "completion:completion",
    "version": "version:version",
}
"""Command, words separated by spaces -> file and function in `commands/`."""

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "run": ("up", "down", "status", "doctor", "demo"),
    "evidence": ("evidence", "document", "receipt", "verify", "extract", "timestamp"),
    "ledger": ("tx", "block", "log", "org"),
    "govern": ("governance",),
    "network": ("network",),
    "operate": (
        *("key", "lists", "identity", "payments", "private", "seal", "console"),
        *("backup", "restore", "views", "node"),
    ),
    "build": ("contract", "dev", "sdk"),
    "help": ("explain", "openapi", "completion", "version"),
}
"""How the first help page orders the commands."""

ALIASES: Final[Mapping[str, tuple[str, ...]]] = {"list": ("ls",)}

_PLAIN_FLAGS = Parameter(negative=())  # no --no-json beside --json


def paths_for(words: Sequence[str]) -> list[str]:
    """Return the commands that a line may mean: ours, and the verbs of the contract it begins with.

    Raises:
        InvalidContract: that contract cannot be imported.
    """
    made = [path for noun in nouns_among(words) for path in _verbs(noun)]
    return [*TREE, *made]


def build_app(contracts: Iterable[str] = ()) -> App:
    """Return the command tree for the parser; loads no command but those of `contracts`.

    Raises:
        InvalidContract: one of the contracts cannot be imported.
    """
    root = App(
        name="tally",
        help=pick(text_at("").summary),
        default_parameter=_PLAIN_FLAGS,
        version_flags=["--version"],
        result_action="return_value",
    )
    nouns: dict[str, App] = {"": root}
    for path, target in TREE.items():
        noun, _, verb = path.rpartition(" ")
        _noun(nouns, noun).command(
            f"{_COMMANDS}.{target}",
            name=(verb, *ALIASES.get(verb, ())),
            help=pick(text_at(path).summary),
            default_parameter=_PLAIN_FLAGS,
            version_flags=[],
        )
    for contract in contracts:
        for made in _verbs(contract).values():
            _add_verb(_noun(nouns, contract), made)
    return root


def _verbs(contract: str) -> dict[str, AnyVerb]:
    """Return a contract's verbs; a command of ours of the same words wins."""
    if contract in TREE:
        return {}
    return {path: verb for path, verb in verbs_of(contract).items() if path not in TREE}


def _add_verb(noun: App, verb: AnyVerb) -> None:
    word = verb.path.partition(" ")[2]
    noun.command(
        _command_of(verb),
        name=(word, *ALIASES.get(word, ())),
        help=pick(summary_of(verb)),
        default_parameter=_PLAIN_FLAGS,
        version_flags=[],
    )


def _command_of(verb: AnyVerb) -> Callable[..., Answer]:
    from tallystick.cli.bundle_command import bundle_command_of
    from tallystick.cli.clerk_command import clerk_command_of
    from tallystick.cli.counter_command import counter_command_of
    from tallystick.cli.export_command import export_command_of
    from tallystick.cli.keep_command import keep_command_of
    from tallystick.cli.restore_command import restore_command_of
    from tallystick.cli.table_commands import table_command_of
    from tallystick.cli.verb_commands import command_of

    if isinstance(verb, TableVerb):
        return table_command_of(verb)
    if isinstance(verb, BundleVerb | ClerkVerb):
        return bundle_command_of(verb) if isinstance(verb, BundleVerb) else clerk_command_of(verb)
    if isinstance(verb, CounterVerb):
        return counter_command_of(verb)
    if isinstance(verb, KeepVerb | RestoreVerb):
        return keep_command_of(verb) if isinstance(verb, KeepVerb) else restore_command_of(verb)
    return export_command_of(verb) if isinstance(verb, ExportVerb) else command_of(verb)


def _noun(nouns: dict[str, App], path: str) -> App:
    """Return the noun at a path, made with those above it when it is first met."""
    if path not in nouns:
        above, _, name = path.rpartition(" ")
        made = App(name=name, help=pick(text_at(path).summary), version_flags=[])
        _noun(nouns, above).command(made)
        nouns[path] = made
    return nouns[path]
