#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the lists of methods and events into the README of each industry, from its schema.

Run by `make docs`; with --check it writes nothing and fails when a README is stale. A README keeps
a place for them between the lines MARK and END; one without that place is left alone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tallystick.contracts import Contract, ContractSchema, MethodSchema, schema_of
from tallystick.execution import load_contracts

INDUSTRIES: Final = Path(__file__).resolve().parents[1] / "src" / "tallystick" / "industries"
PREFIX: Final = "tallystick.industries."
MARK: Final = "<!-- from the schema: scripts/generate_industry_readmes.py -->\n"
END: Final = "<!-- end -->\n"


def readme_of(contract: type[Contract]) -> Path:
    """Return the README of the industry that a contract belongs to."""
    return INDUSTRIES / contract.__module__.split(".")[2] / "README.md"


def pages() -> dict[Path, str]:
    """Return each README as it should be."""
    found: dict[Path, str] = {}
    for contract in load_contracts():
        if contract.__module__.startswith(PREFIX):
            path = readme_of(contract)
            text = found.get(path, path.read_text(encoding="utf-8"))
            found[path] = with_lists(text, schema_of(contract))
    return found


def with_lists(text: str, schema: ContractSchema) -> str:
    """Return a README with the lists of its contract in their place."""
    before, mark, rest = text.partition(MARK)
    _, end, after = rest.partition(END)
    if not mark or not end:
        return text
    return before + mark + "\n" + "\n".join(lists(schema)) + "\n" + end + after


def lists(schema: ContractSchema) -> Iterator[str]:
    """Yield the tables of methods and events."""
    yield "| method | role | what it does | 说明 |\n| --- | --- | --- | --- |"
    for method in schema.methods:
        yield method_row(method)
    yield "\n| event | sentence | 句式 |\n| --- | --- | --- |"
    for event in schema.events:
        yield f"| `{event.name}` | {event.template.en} | {event.template.zh} |"
    codes = dict.fromkeys(refusal.code for refusal in schema.refusals)
    yield f"\nRefusals / 拒绝: {', '.join(f'`{code}`' for code in codes)}.\n"


def method_row(method: MethodSchema) -> str:
    """Return the row of a method."""
    roles = ", ".join(f"`{role}`" for role in method.roles)
    who = roles or ("everybody / 任何人" if method.kind == "query" else "any member / 任何成员")
    en, zh = (" ".join(text.split()) for text in (method.description.en, method.description.zh))
    return f"| `{method.name}` | {who} | {en} | {zh} |"


def main() -> int:
    """Write the pages, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when a README is stale")
    is_check = parser.parse_args().check
    fresh = pages()
    stale = [path for path, text in fresh.items() if path.read_text(encoding="utf-8") != text]
    for path in stale:
        if is_check:
            print(f"{path.parent.name}/README.md is stale: run `make docs`", file=sys.stderr)
        else:
            path.write_text(fresh[path], encoding="utf-8")
    return int(is_check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
