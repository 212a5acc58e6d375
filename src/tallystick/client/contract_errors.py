# SPDX-License-Identifier: Apache-2.0
"""Exceptions made of a contract's schema: one class for each refusal, its facts as attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tallystick.client.problems import class_of_code, problem_of
from tallystick.client.schema import ContractSchema, RefusalSchema, ValueType
from tallystick.client.typed_values import TypedItem, typed_item
from tallystick.errors import Refused, TallystickError


class ContractErrors:
    """The refusals of a contract by name: `except net.charity.errors.DuplicateBeneficiary:`."""

    def __init__(self, schema: ContractSchema) -> None:
        """Make a class of each."""
        self._schema = schema
        self._classes = {one.name: _error_class(schema, one) for one in schema.refusals}

    if not TYPE_CHECKING:  # checkers know refusals by the stubs of `tally sdk stubs`

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # a class that only the node knows
            try:
                return self.__dict__["_classes"][name]
            except KeyError:
                raise AttributeError(f"the contract declares no refusal {name}") from None

    def __iter__(self) -> Iterator[type[Refused]]:
        return iter(self._classes.values())

    def __dir__(self) -> list[str]:
        return list(self._classes)

    def __repr__(self) -> str:
        listed = ", ".join(f"{one.__name__} ({one.code})" for one in self)
        return f"<refusals of {self._schema.name}: {listed or 'none'}>"

    def typed(self, error: TallystickError) -> TallystickError:
        """Return a refusal as the class of its code; any other error as it is."""
        problem = problem_of(error)
        facts = problem.facts if problem is not None and isinstance(problem.facts, dict) else {}
        code = "" if problem is None else problem.code
        declared = self._schema.refusal(code, facts)
        if declared is None:
            return error
        made = self._classes[declared.name](error.message)
        for name, value in vars(error).items():
            setattr(made, name, value)
        made.__dict__.update(_facts(declared, facts))
        return made


def _error_class(schema: ContractSchema, refusal: RefusalSchema) -> type[Refused]:
    family = class_of_code(refusal.code)
    base = family if family is not None and issubclass(family, Refused) else Refused
    members = {
        "__doc__": f"{refusal.template.en}\n\n{refusal.template.zh}",
        "__module__": f"{__name__}.{schema.name}",
        "code": refusal.code,
    }
    if base is Refused:
        members |= {"title_en": refusal.template.en, "title_zh": refusal.template.zh}
    return type(refusal.name, (base,), members)


def _facts(refusal: RefusalSchema, facts: dict[str, Any]) -> TypedItem:
    absent = {field.name: None for field in refusal.fields}
    return typed_item(absent | facts, ValueType(kind="record", fields=refusal.fields))
