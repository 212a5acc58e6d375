# SPDX-License-Identifier: Apache-2.0
"""`tally contract show` and `schema`: what a node offers, what is installed, what a folder has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from tallystick.cli.answers import Answer, Document, Listing, Row
from tallystick.cli.catalogue import say
from tallystick.cli.options import ADDRESS, OUTPUT, Address, Output
from tallystick.cli.stage import stage
from tallystick.contracts import ContractSchema, json_schema
from tallystick.errors import UsageError

_COLUMNS = ("name", "version", "title", "actions", "queries", "tables")


def show(
    name: str | None = None,
    /,
    *,
    installed: bool = False,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Show the contracts, or all about one; those of a folder, if a path is named.

    Raises:
        UnknownContract: there is no such contract.
        FileProblem: there is no such folder.
        InvalidContract: what is in the folder breaks a rule.
        Unavailable: no node answers.
    """
    from tallystick.cli.contract_pages import contract_page
    from tallystick.cli.node_schemas import installed_schemas, node_schemas

    if name is None:
        schemas = installed_schemas() if installed else node_schemas(address)
        return Listing(tuple(_row(one) for one in schemas), _COLUMNS)
    schema = _one(name, address, installed=installed)
    return Document(_json(schema) if stage().as_json else contract_page(schema))


def schema(
    name: str,
    /,
    *,
    output_format: Literal["json", "json-schema"] = "json",
    installed: bool = False,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Print a contract's schema.

    Raises:
        UnknownContract: there is no such contract.
        FileProblem: there is no such folder.
        InvalidContract: what is in the folder breaks a rule.
        Unavailable: no node answers.
    """
    found = _one(name, address, installed=installed)
    if output_format == "json":
        return Document(_json(found))
    methods = {method.name: json_schema(method) for method in found.methods}
    return Document(json.dumps(methods, ensure_ascii=False, indent=2) + "\n")


def _one(word: str, address: Address, *, installed: bool) -> ContractSchema:
    """Return the schema that a name or a path means.

    Raises:
        UsageError: the folder has several contracts.
    """
    from tallystick.cli.node_schemas import is_path, schema_named, source_schemas

    if not is_path(word):
        return schema_named(word, address, installed=installed)
    schemas = source_schemas(Path(word))
    if len(schemas) > 1:
        names = ", ".join(schema.name for schema in schemas)
        raise UsageError(say("contract.several", path=word), field="NAME", expected=names)
    return schemas[0]


def _row(schema: ContractSchema) -> Row:
    kinds = [method.kind for method in schema.methods]
    return {
        "name": schema.name,
        "version": schema.version,
        "title": {"zh": schema.label.zh, "en": schema.label.en},
        "actions": kinds.count("action"),
        "queries": kinds.count("query"),
        "tables": len(schema.tables),
    }


def _json(schema: ContractSchema) -> str:
    import msgspec

    return json.dumps(msgspec.to_builtins(schema), ensure_ascii=False, indent=2) + "\n"
