# SPDX-License-Identifier: Apache-2.0
"""Schemas of contracts: as a node tells them, of what is installed, or from sources."""

from __future__ import annotations

import difflib
from pathlib import Path

import msgspec
from msgspec import Struct

from tallystick.cli.catalogue import say
from tallystick.cli.contract_project import error_place, find_project, load_project
from tallystick.cli.installed import contract_names, installed_schema
from tallystick.cli.linking import fetch_text
from tallystick.cli.locate import node_url
from tallystick.cli.options import Address
from tallystick.contracts import ContractSchema, MethodSchema, schema_of
from tallystick.errors import InvalidContract, Unavailable, UnknownContract


class _Contracts(Struct, frozen=True):
    items: list[ContractSchema]


def node_schemas(address: Address) -> list[ContractSchema]:
    """Return the schemas of the contracts that a node's network runs, by name.

    Raises:
        Unavailable: nobody answers there, or not with what was asked for.
    """
    text = fetch_text(address, "/v1/contracts")
    try:
        found = msgspec.json.decode(text, type=_Contracts).items
    except msgspec.DecodeError as error:
        url = node_url(address.url)
        raise Unavailable(say("node.unreachable", url=url), found=str(error)) from error
    return sorted(found, key=lambda schema: schema.name)


def installed_schemas() -> list[ContractSchema]:
    """Return the schemas of the contracts that are installed here, by name.

    Raises:
        InvalidContract: one of them cannot be imported.
    """
    return [installed_schema(name) for name in contract_names()]


def is_path(word: str) -> bool:
    """Say whether a word means a folder or a file with sources; no contract's name looks so."""
    return "/" in word or word.startswith((".", "~")) or word.endswith(".py")


def source_schemas(path: Path) -> list[ContractSchema]:
    """Return the schemas of the contracts that a folder or a file holds, by name; no node needed.

    Raises:
        FileProblem: there is no such folder or file.
        UsageError: it holds no contract.
        InvalidContract: a contract cannot be imported, or breaks a rule; with file and line.
    """
    project = find_project(path)
    try:
        found = [schema_of(one) for one in load_project(project)]
    except InvalidContract:
        raise
    except Exception as error:  # the author's code raises what it will
        place = error_place(error, project.folder)
        raise InvalidContract(place, field="PATH", found=str(path)) from error
    return sorted(found, key=lambda schema: schema.name)


def schema_named(name: str, address: Address, *, installed: bool = False) -> ContractSchema:
    """Return one schema, from the node or from this machine.

    Raises:
        UnknownContract: there is no such contract.
        Unavailable: nobody answers.
    """
    if installed:
        return installed_schema(name)
    known = {schema.name: schema for schema in node_schemas(address)}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        raise UnknownContract(
            say("contract.not_offered", contract=name),
            expected=", ".join(known) or None,
            found=name,
            hint=say("usage.did_you_mean", near=near[0]) if near else None,
        )
    return known[name]


def method_named(schema: ContractSchema, name: str, kind: str) -> MethodSchema:
    """Return an action or query of a contract; hyphens may stand for underscores.

    Raises:
        UnknownContract: it has none of this kind and name.
    """
    wanted = name.replace("-", "_")
    known = [method for method in schema.methods if method.kind == kind]
    found = next((method for method in known if method.name == wanted), None)
    if found is None:
        near = difflib.get_close_matches(wanted, [method.name for method in known], n=1)
        raise UnknownContract(
            say("contract.no_method", contract=schema.name, method=name),
            field="METHOD",
            expected=", ".join(method.name for method in known) or None,
            found=name,
            hint=say("usage.did_you_mean", near=near[0]) if near else None,
        )
    return found
