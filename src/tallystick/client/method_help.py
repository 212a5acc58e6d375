# SPDX-License-Identifier: Apache-2.0
"""What `help()` and editors show of a contract's method: a Python signature and a text."""

from __future__ import annotations

import inspect
import keyword
from collections.abc import Iterator

from tallystick.client.schema import (
    AMOUNT,
    TIMESTAMP,
    ContractSchema,
    FieldSchema,
    MethodSchema,
    ValueType,
)

_FORMATS = {
    TIMESTAMP: ("datetime | int", "datetime"),
    AMOUNT: ("int | Decimal | str", "int | Money"),
}
"""By format: what may be given, and what comes back."""
_CONTAINERS = {
    (True, True): "Mapping[str, ",
    (True, False): "dict[str, ",
    (False, True): "Sequence[",
    (False, False): "list[",
}
"""By whether it is a map, and whether it is given."""
_SPOKEN_FOR = frozenset(
    {
        "ActionResult",
        "Any",
        "ContractDesk",
        "ContractErrors",
        "Decimal",
        "Literal",
        "Mapping",
        "Money",
    }
    | {"AsyncContractDesk", "AsyncPendingAction", "AsyncTableQuery", "NotRequired"}
    | {"PendingAction", "Sequence", "TableQuery", "TypedDict", "TypedItem"}
)
_KINDS = {
    "text": "str",
    "integer": "int",
    "boolean": "bool",
    "bytes": "bytes",
    "date": "date",
}


def signature_of(method: MethodSchema) -> inspect.Signature:
    """Return the signature of a method: what is required may be given by place."""
    return inspect.Signature(
        [
            inspect.Parameter(
                one.name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD
                if is_positional(one, method)
                else inspect.Parameter.KEYWORD_ONLY,
                default=inspect.Parameter.empty if one.is_required else one.default,
                annotation=given_type(one.type),
            )
            for one in sorted(method.arguments, key=lambda one: not is_positional(one, method))
            if one.name.isidentifier() and not keyword.iskeyword(one.name)
        ],
        return_annotation=taken_type(method.result),
    )


def is_positional(argument: FieldSchema, method: MethodSchema) -> bool:
    """Say whether an argument may be given by place: it and all before it are required."""
    place = method.arguments.index(argument)
    return all(one.is_required for one in method.arguments[: place + 1])


def describe(schema: ContractSchema, method: MethodSchema) -> str:
    """Return the text about a method, in both languages, with its arguments and rights."""
    return "\n".join(_lines(schema, method)).rstrip()


def _lines(schema: ContractSchema, method: MethodSchema) -> Iterator[str]:
    yield f"{method.description.en}\n\n{method.description.zh}\n"
    if method.roles:
        yield f"Needs the role {' or '.join(method.roles)}.\n"
    if method.arguments:
        yield "Args:"
        yield from (f"    {one.name}: {_about(one)}" for one in method.arguments)
        yield ""
    refusals = [one for one in schema.refusals if one.code in method.refusals]
    if refusals:
        yield "Raises:"
        yield from (f"    errors.{r.name}: {r.template.en} ({r.code})" for r in refusals)


def _about(argument: FieldSchema) -> str:
    more = "" if argument.help is None else f": {argument.help.en}"
    return f"{argument.label.en} ({argument.label.zh}){more}"


def given_type(value_type: ValueType) -> str:
    """Return what may be given for a value, as an annotation."""
    return _annotation(value_type, is_given=True)


def taken_type(value_type: ValueType | None) -> str:
    """Return what a value comes back as, as an annotation."""
    return "None" if value_type is None else _annotation(value_type, is_given=False)


def _annotation(value_type: ValueType, *, is_given: bool) -> str:
    found = _plain(value_type, is_given=is_given)
    return f"{found} | None" if value_type.is_nullable else found


def _plain(value_type: ValueType, *, is_given: bool) -> str:
    meant = _FORMATS.get(value_type.format or "")
    if meant is not None:
        return meant[0] if is_given else meant[1]
    if value_type.choices:
        return f"Literal[{', '.join(map(repr, value_type.choices))}]"
    if value_type.kind == "record" and value_type.name:
        return f"{value_type.name}Given" if is_given else record_name(value_type.name)
    if value_type.items is not None:
        inner = _annotation(value_type.items, is_given=is_given)
        return f"{_CONTAINERS[value_type.kind == 'map', is_given]}{inner}]"
    return _KINDS.get(value_type.kind, "Any")


def record_name(name: str) -> str:
    """Return the name of a record's class, apart from those that annotations need themselves."""
    return f"{name}_" if name in _SPOKEN_FOR else name
