# SPDX-License-Identifier: Apache-2.0
"""What a page shows, as a command, as a line of Python and as a request: texts to be copied; pure.

Each text runs as it stands in a shell, whatever signs a key has; tests run them.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tallystick.console.ledger import Json, record_at

_WORDS: Final = {"list": "table", "show": "record"}
"""The verbs of a table, and the other word of each where a contract has the first itself."""
_OWN_VERBS: Final = frozenset({"evidence"})
"""Contracts for which the command line has verbs of its own by these words."""


@dataclass(frozen=True, slots=True)
class Copied:
    """The same thing in three forms; an empty one is not offered."""

    command: str = ""
    python: str = ""
    request: str = ""


def status(origin: str) -> Copied:
    """Return how to ask for the state of a node."""
    return Copied(
        _command(origin, "status"), _python(origin, "status()"), _get(origin, "/v1/status")
    )


def block(origin: str, height: int) -> Copied:
    """Return how to ask for a block."""
    return Copied(
        _command(origin, "block", "show", str(height)),
        _python(origin, f"block({height})"),
        _get(origin, f"/v1/blocks/{height}"),
    )


def blocks(origin: str) -> Copied:
    """Return how to list blocks."""
    return Copied(
        _command(origin, "block", "list"),
        _python_all(origin, "blocks()"),
        _get(origin, "/v1/blocks"),
    )


def transaction(origin: str, name: str) -> Copied:
    """Return how to ask for a transaction; in Python for its verified receipt."""
    return Copied(
        _command(origin, "tx", "show", name),
        _python(origin, f"receipt({name!r})"),
        _get(origin, f"/v1/transactions/{name}"),
    )


def transactions(origin: str) -> Copied:
    """Return how to list transactions."""
    return Copied(
        _command(origin, "tx", "list"),
        _python_all(origin, "transactions()"),
        _get(origin, "/v1/transactions"),
    )


def table(origin: str, contract: Json, name: str) -> Copied:
    """Return how to list the records of a contract's table."""
    return Copied(
        _command(origin, contract["name"], _verb(contract, "list"), name),
        _python_all(origin, f"table({_named(contract, name)!r})"),
        _get(origin, f"/v1/contracts/{contract['name']}/tables/{name}"),
    )


def record(origin: str, contract: Json, table: Json, row: Json) -> Copied:
    """Return how to ask for a record as it is now.

    Args:
        origin: of the node.
        contract: its schema.
        table: of that schema.
        row: the record, with its `_key`.
    """
    parts = [row[name] for name in table["key"]]
    verb = _verb(contract, "show")
    key = [str(part) for part in parts]
    call = f"table({_named(contract, table['name'])!r}).get({', '.join(map(repr, parts))})"
    return Copied(
        _command(origin, contract["name"], verb, table["name"], *key),
        _python(origin, call),
        _get(origin, record_at(contract["name"], table["name"], row["_key"])),
    )


def record_then(origin: str, contract: str, table: str, key: str, proof: str) -> Copied:
    """Return how to ask for a record as it stood: its proof, and in Python the proven value.

    Of one that was removed, as it stands: the proof is of its absence.

    Args:
        origin: of the node.
        contract: its name.
        table: of the contract.
        key: of the record.
        proof: the address of the proof, with the height if it is not of now.
    """
    _, _, query = proof.partition("?")
    then = f", {query}" if query else ""
    call = f"state({contract!r}, {table!r}, {key!r}{then})"
    return Copied(python=_python(origin, call), request=_get(origin, proof))


def verification(origin: str, algorithm: str, digest: str) -> Copied:
    """Return how to verify a content by its hash; by SM3 only the node's record is looked up."""
    looked_up = _get(origin, f"/v1/contracts/evidence/tables/deposits?{algorithm}={digest}")
    if algorithm != "sha256":
        return Copied(request=looked_up)
    return Copied(
        _command(origin, "verify", digest),
        _python(origin, f"verify('sha256:{digest}')"),
        looked_up,
    )


def proposals(origin: str) -> Copied:
    """Return how to list proposals."""
    return Copied(
        command=_command(origin, "governance", "list"),
        request=_get(origin, "/v1/governance/proposals"),
    )


def request(origin: str, path: str) -> Copied:
    """Return how to ask the API for something of which there is no command."""
    return Copied(request=_get(origin, path))


def sealing(origin: str, record: str, recipients: Iterable[str]) -> str:
    """Return the command that seals a file for readers, on the machine of who has it."""
    readers = [word for code in recipients for word in ("--to", code)]
    names = ("--record", record, *readers, "--out", "PACKAGE")
    return _command(origin, "private", "seal", "FILE", *names)


def handing_over(origin: str, contract: str, part: str, record: str) -> str:
    """Return the command that hands a sealed package to a node."""
    names = ("--contract", contract, "--part", part)
    return _command(origin, "private", "put", "PACKAGE", record, *names)


def sharing(origin: str, contract: str, part: str, record: str, organization: str) -> str:
    """Return the command that hands the key of a sealed record to one of its readers."""
    names = ("--contract", contract, "--part", part)
    return _command(origin, "private", "share", record, organization, *names)


def opening(origin: str, contract: str, part: str, record: str) -> str:
    """Return the command that opens a sealed record where the key is kept."""
    names = ("--contract", contract, "--part", part, "--out", "FILE")
    return _command(origin, "private", "get", record, *names)


def command(*words: str) -> Copied:
    """Return a command that needs no node."""
    return Copied(command=shlex.join(("tally", *words)))


def _verb(contract: Json, word: str) -> str:
    """Return the word by which the command line knows a verb of a contract's tables."""
    methods = {method["name"] for method in contract["methods"]}
    is_taken = word in methods or contract["name"] in _OWN_VERBS
    return _WORDS[word] if is_taken else word


def _named(contract: Json, table: str) -> str:
    return f"{contract['name']}.{table}"


def _command(origin: str, *words: str) -> str:
    return shlex.join(("tally", *words, "--url", origin))


def _python(origin: str, call: str) -> str:
    return f"from tallystick import connect; print(connect({origin!r}).{call})"


def _python_all(origin: str, call: str) -> str:
    return f"from tallystick import connect; print(*connect({origin!r}).{call}, sep='\\n')"


def _get(origin: str, path: str) -> str:
    return shlex.join(("curl", f"{origin}{path}"))
