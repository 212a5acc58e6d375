# SPDX-License-Identifier: Apache-2.0
"""The contracts this node runs, by name, and the sentences they make of events and refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tallystick.api.built_in import built_in_method, built_in_sentence
from tallystick.contracts import (
    ContractSchema,
    FieldSchema,
    Label,
    MethodSchema,
    TableSchema,
    sentence,
)
from tallystick.encoding import Value
from tallystick.errors import Refused, UnknownContract, error_classes
from tallystick.model import OK, Call, Outcome


class Catalogue:
    """Schemas by contract name; they do not change while a node runs."""

    def __init__(self, schemas: Iterable[ContractSchema]) -> None:
        """Take the schemas of the active contracts."""
        self.schemas = tuple(schemas)
        self._by_name = {schema.name: schema for schema in self.schemas}

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

    def method(self, contract: str, method: str) -> MethodSchema | None:
        """Return a method's schema if this node knows it; old transactions may name others."""
        schema = self._by_name.get(contract)
        methods = () if schema is None else schema.methods
        return next((one for one in methods if one.name == method), None)

    def table(self, contract: str, table: str) -> TableSchema | None:
        """Return a table's schema, or None."""
        schema = self._by_name.get(contract)
        tables = () if schema is None else schema.tables
        return next((one for one in tables if one.name == table), None)

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
        schema = self._by_name.get(name.rpartition(".")[0])
        event = None if schema is None else schema.event(name)
        if event is not None:
            return sentence(event, fields)
        return built_in_sentence(name, fields)

    def refusal_sentence(self, contract: str, code: str, facts: object) -> Label:
        """Return what a refusal says, in both languages; at least the title of its code."""
        schema = self._by_name.get(contract)
        known = facts if isinstance(facts, dict) else {}
        names = known.keys() if known else None
        refusal = None if schema is None else schema.refusal(code, names)
        if refusal is not None:
            return sentence(refusal, known)
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
