#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write docs/reference/contracts.md from the schemas of the built-in contracts.

Run by `make docs`; with --check it writes nothing and fails when the page is stale.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from tallystick.contracts import (
    ContractSchema,
    FieldSchema,
    MethodSchema,
    ValueType,
    WorkflowSchema,
    duration_text,
    expression_text,
    schema_of,
)
from tallystick.execution import load_contracts

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "reference" / "contracts.md"
BUILT_IN: Final = "tallystick."

HEAD: Final = """\
# Contracts and their events

<!-- Written by scripts/generate_contract_reference.py from the contracts' schemas; do not edit. -->

What the contracts that come with the package offer.
A node lists its own, foreign ones too, at `GET /v1/contracts`; `/openapi.json` has a typed path for every method.
Beside the refusals named here, every call may be refused with a code of the [platform](errors.md), such as `E_ROLE`.
Membership is built into the ledger and has no schema: its methods and events are in the [specification](../spec/membership.md).
Event names are what `GET /v1/events?name=` filters by.
"""


def schemas() -> list[ContractSchema]:
    """Return the schemas of the contracts that come with the package."""
    built_in = [one for one in load_contracts() if one.__module__.startswith(BUILT_IN)]
    return [schema_of(contract) for contract in built_in]


def page() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for schema in schemas():
        parts += section(schema)
    return "\n".join(parts).rstrip() + "\n"


def section(schema: ContractSchema) -> Iterator[str]:
    """Yield the lines of one contract."""
    yield f"## {schema.name}\n"
    yield f"{schema.label.en}, version {schema.version}. {schema.label.zh}。\n"
    yield f"{schema.description.en}\n"
    for workflow in schema.workflows:
        yield from workflow_lines(workflow)
    for group in schema.exclusive_roles:
        roles = ", ".join(f"`{role}`" for role in group)
        yield f"One person acts in one of these roles only: {roles}.\n"
    for method in schema.methods:
        yield from method_lines(schema, method)
    for table in schema.tables:
        key = ", ".join(f"`{name}`" for name in table.key)
        yield f"### Table {schema.name}/{table.name}\n"
        yield f"{table.label.en}, by {key}.\n"
        yield from field_table(table.fields)
    yield "### Events\n"
    for event in schema.events:
        yield f"#### {event.name}\n"
        yield f"{event.template.en} {event.template.zh}\n"
        yield from field_table(event.fields)
    yield "### Refusals\n"
    yield "| code | sentence | 中文 | facts |\n| --- | --- | --- | --- |"
    for refusal in schema.refusals:
        facts = ", ".join(f"`{field.name}`" for field in refusal.fields)
        yield row(f"`{refusal.code}`", refusal.template.en, refusal.template.zh, facts)
    yield ""
    yield from figure_lines(schema)


def figure_lines(schema: ContractSchema) -> Iterator[str]:
    """Yield the tables of statistics and warning rules; nothing for what there is none of."""
    if schema.statistics:
        yield "### Statistics\n"
        yield "| name | meaning | 中文 | kind | of | by |\n| --- | --- | --- | --- | --- | --- |"
    for one in schema.statistics:
        source = one.event or f"{one.numerator} / {one.denominator}"
        condition = "" if one.where is None else f" where `{expression_text(one.where)}`"
        by = ", ".join(f"`{name}`" for name in one.by)
        yield row(f"`{one.name}`", one.label.en, one.label.zh, one.kind, source + condition, by)
    if schema.statistics:
        yield ""
    if schema.warnings:
        yield "### Warning rules\n"
        yield "| id | version | level | meaning | 中文 | when | cool-down |"
        yield "| --- | --- | --- | --- | --- | --- | --- |"
    for rule in schema.warnings:
        when, rest = f"`{expression_text(rule.when)}`", duration_text(rule.cool_down_ms)
        names = (rule.label.en, rule.label.zh)
        yield row(f"`{rule.id}`", str(rule.version), rule.level, *names, when, rest)
    if schema.warnings:
        yield ""


def workflow_lines(workflow: WorkflowSchema) -> Iterator[str]:
    """Yield a workflow as a diagram and as the table it was declared by."""
    yield f"### {workflow.label.en} {workflow.label.zh}\n"
    yield "```mermaid\nstateDiagram-v2"
    yield f"    [*] --> {workflow.initial}"
    for move in workflow.moves:
        for before in move.before:
            yield f"    {before} --> {move.after}: {move.name}"
    yield "```\n"
    yield "| from | move | | by | guard | to |\n| --- | --- | --- | --- | --- | --- |"
    for move in workflow.moves:
        yield row(
            ", ".join(move.before),
            f"`{move.name}`",
            f"{move.label.en} {move.label.zh}",
            ", ".join(f"`{role}`" for role in move.roles) or "the contract",
            "" if move.guard is None else move.guard.en,
            move.after,
        )
    yield ""


def method_lines(schema: ContractSchema, method: MethodSchema) -> Iterator[str]:
    """Yield the lines of one method."""
    yield f"### {schema.name}.{method.name}\n"
    yield f"{method.kind.capitalize()}. {method.description.en} {method.description.zh}\n"
    if method.kind == "action":
        roles = ", ".join(f"`{role}`" for role in method.roles) or "any member"
        yield f"- Role: {roles}"
    codes = tuple(dict.fromkeys(method.refusals))
    for title, names in (("Events", method.events), ("Refusals", codes)):
        if names:
            yield f"- {title}: {', '.join(f'`{name}`' for name in names)}"
    if method.result is not None:
        yield f"- Answer: {kind_of(method.result)}"
    yield ""
    yield from field_table(method.arguments)


def field_table(fields: Iterable[FieldSchema]) -> Iterator[str]:
    """Yield a table of fields; nothing if there are none."""
    rows = [
        row(f"`{one.name}`", kind_of(one.type), "" if one.is_required else "optional", texts(one))
        for one in fields
    ]
    if rows:
        yield "| field | type | | meaning |\n| --- | --- | --- | --- |"
        yield from rows
        yield ""


def kind_of(value: ValueType) -> str:
    """Return a type in words."""
    kind = value.name or (f"{value.kind} ({value.format})" if value.format else value.kind)
    if value.kind == "list" and value.items is not None:
        kind = f"list of {kind_of(value.items)}"
    if value.choices:
        kind = " or ".join(f"`{choice}`" for choice in value.choices)
    elif value.kind == "record":
        kind = f"{kind} ({', '.join(f'`{field.name}`' for field in value.fields)})"
    return kind


def texts(field: FieldSchema) -> str:
    """Return what a field means."""
    named = field.label.en if field.label.zh == field.name else f"{field.label.en} {field.label.zh}"
    return f"{named}. {field.help.en}" if field.help else named


def row(*cells: str) -> str:
    """Return a row of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main() -> int:
    """Write the page, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the page is stale")
    fresh = page()
    if parser.parse_args().check:
        stale = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != fresh
        if stale:
            print(f"{PAGE.name} is stale: run `make docs`", file=sys.stderr)
        return int(stale)
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
