# SPDX-License-Identifier: Apache-2.0
"""The contracts this node runs, by name, and the sentences they make of events and refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from tallystick.api.built_in import built_in_method, built_in_sentence
from tallystick.contracts import (
    ContractSchema,
    EventSchema,
    FieldSchema,
    Label,
    MethodSchema,
    RefusalSchema,
    TableSchema,
    sentence,
)
from tallystick.encoding import Value
from tallystick.errors import Refused, UnknownContract, error_classes
from tallystick.model import OK, Call, Outcome

_Described = TypeVar("_Described", EventSchema, RefusalSchema)


class Catalogue:
    """Schemas by contract name: of the versions that run, and of older ones for older blocks."""

    def __init__(
        self, schemas: Iterable[ContractSchema], known: Iterable[ContractSchema] = ()
    ) -> None:
        """Take the schemas of the active contracts, and of all versions that are installed."""
        self._known: dict[str, list[ContractSchema]] = {}
        for schema in known:
            self._known.setdefault(schema.name, []).insert(0, schema)
        self.show(schemas)

    def show(self, schemas: Iterable[ContractSchema]) -> None:
        """Take the schemas of the contracts that are active from now on."""
        self.schemas = tuple(schemas)
        self._plain: list[dict[str, Any]] | None = None
        self._by_name = {schema.name: schema for schema in self.schemas}
        # Last: who reads meanwhile in another thread keeps what it made in the one that is let go.
        self._encoded: dict[tuple[str, int | None], bytes] = {}

    @property
    def plain(self) -> list[dict[str, Any]]:
        """The schemas as JSON values: a megabyte, so it is made once and not at every request."""
        if self._plain is None:
            self._plain = [msgspec.to_builtins(schema) for schema in self.schemas]
        return self._plain

    def encoded(self, name: str, version: int | None) -> bytes:
        """Return a contract's schema as JSON, of the version that runs or another; made once.

        Raises:
            UnknownContract: the node runs no such contract, or knows no such version.
        """
        kept = self._encoded
        found = kept.get((name, version))
        if found is None:
            schema = self.contract(name) if version is None else self.version(name, version)
            found = kept[name, version] = msgspec.json.encode(schema)
        return found

    def contract(self, name: str) -> ContractSchema:
        """Return a contract's schema.

        Raises:
            UnknownContract: the node runs no such contract.
        """
        schema = self._by_name.get(name)
        if schema is None:
            raise UnknownContract(
                "there is no such contract",
                field="contract",
                expected=", ".join(sorted(self._by_name))[:300] or "no contracts are installed",
                found=name[:80],
            )
        return schema

    def version(self, name: str, version: int) -> ContractSchema:
        """Return the schema of a version that runs or is installed.

        Raises:
            UnknownContract: there is no such contract here, or no such version of it.
        """
        versions = self._versions(name)
        for schema in versions:
            if schema.version == version:
                return schema
        raise UnknownContract(
            "this node has no such version",
            field="version",
            expected=", ".join(str(one.version) for one in versions) or "a contract of this node",
            found=f"{name} {version}"[:80],
        )

    def method(self, contract: str, method: str) -> MethodSchema | None:
        """Return a method's schema if this node knows it; old transactions may name others."""
        methods = (one for schema in self._versions(contract) for one in schema.methods)
        return next((one for one in methods if one.name == method), None)

    def table(self, contract: str, table: str) -> TableSchema | None:
        """Return a table's schema, or None."""
        tables = (one for schema in self._versions(contract) for one in schema.tables)
        return next((one for one in tables if one.name == table), None)

    def fields_of(self, contract: str, table: str) -> dict[str, FieldSchema]:
        """Return the fields that a table's records have or had in any version, by name."""
        versions = reversed(self._versions(contract))
        tables = (one for schema in versions for one in schema.tables if one.name == table)
        return {field.name: field for one in tables for field in one.fields}

    def label(self, contract: str) -> Label:
        """Return what a contract is called; its name if this node does not run it."""
        schema = self._by_name.get(contract)
        return Label(zh=contract, en=contract) if schema is None else schema.label

    def refusal_fields(
        self, contract: str, code: str, facts: Mapping[str, Value]
    ) -> tuple[FieldSchema, ...]:
        """Return the facts that a contract declares for a code; none for the platform's codes."""
        schema = self._by_name.get(contract)
        refusal = None if schema is None else schema.refusal(code, facts.keys() if facts else None)
        return () if refusal is None else refusal.fields

    def event_sentence(self, name: str, fields: Mapping[str, Value]) -> Label | None:
        """Return what an event says, in both languages, or None when nobody can tell."""
        versions = self._versions(name.rpartition(".")[0])
        events = [one for schema in versions if (one := schema.event(name)) is not None]
        if events:
            return sentence(_fitting(events, fields), fields)
        return built_in_sentence(name, fields)

    def refusal_sentence(self, contract: str, code: str, facts: object) -> Label:
        """Return what a refusal says, in both languages; at least the title of its code."""
        known = facts if isinstance(facts, dict) else {}
        names = known.keys() if known else None
        versions = self._versions(contract)
        refusals = [one for schema in versions if (one := schema.refusal(code, names)) is not None]
        if refusals:
            return sentence(_fitting(refusals, known), known)
        kind = error_classes().get(code, Refused)
        return Label(zh=kind.title_zh, en=kind.title_en)

    def short_sentence(
        self, contract: str | None, method: str | None, organization: str | None, code: str
    ) -> Label:
        """Return in one sentence what can be told of a transaction without its outcome's facts."""
        if code != OK:
            kind = error_classes().get(code, Refused)
            return Label(zh=f"被拒绝：{kind.title_zh}", en=f"refused: {kind.title_en}")
        known = self.method(contract or "", method or "")
        name = f"{contract}.{method}"
        label = built_in_method(contract, method) if known is None else known.label
        label = label or Label(zh=name, en=name)
        return Label(zh=f"{organization}：{label.zh}", en=f"{organization}: {label.en}")

    def transaction_sentence(self, call: Call, organization: str, outcome: Outcome) -> Label:
        """Return in one sentence what a transaction did, or why it did not."""
        if outcome.code != OK:
            why = self.refusal_sentence(call.contract, outcome.code, outcome.result)
            return Label(zh=f"被拒绝：{why.zh}", en=f"refused: {why.en}")
        for event in outcome.events:
            said = self.event_sentence(event.name, event.fields)
            if said is not None:
                return said
        return self.short_sentence(call.contract, call.method, organization, outcome.code)

    def _versions(self, contract: str) -> list[ContractSchema]:
        """Return the active version's schema, then those of all others, newest first."""
        active = self._by_name.get(contract)
        others = [one for one in self._known.get(contract, ()) if one is not active]
        return others if active is None else [active, *others]


def _fitting(described: list[_Described], values: Mapping[str, Value]) -> _Described:
    """Return the one that has exactly these fields: the version that wrote them; else the first."""
    for one in described:
        if {field.name for field in one.fields} == values.keys():
            return one
    return described[0]
