# SPDX-License-Identifier: Apache-2.0
"""What names and values of a contract are called, said once: fields, arguments, choices, states.

A contract (or a part) has one table of words. Most names mean one thing throughout a contract, so
a name is enough; what is said of one class goes before it:

```python
class Loans(Contract, name="loans", version=1):
    words = MappingProxyType(
        words(lender=("出借人", "Lender"), due=("到期日", "Due"))
        | words_of(Repayment, due=("应还日", "Repayment due"))
        | words_of(LoanState, OPEN=("进行中", "open"), PAID=("已还清", "repaid"))
    )
```

A label that is written in an annotation goes before both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from tallystick.contracts.label import Label
from tallystick.contracts.schema import ContractSchema, FieldSchema, ValueType

Words: TypeAlias = Mapping[str, Label]
"""`name`, `Record.name` or `Enumeration.value` to what people read."""

_ROLE: Final = "role:"
NO_WORDS: Final[Words] = MappingProxyType({})


def words(**named: tuple[str, str]) -> dict[str, Label]:
    """Return what fields and arguments are called, Chinese first: `lender=("出借人", "Lender")`."""
    return {name: Label(zh=zh, en=en) for name, (zh, en) in named.items()}


def words_of(owner: type | str, /, **named: tuple[str, str]) -> dict[str, Label]:
    """Return the words of one class: the fields of a record, the values of an enumeration.

    A method's arguments, and the choices of a field without an enumeration, go by its name.
    """
    name = owner if isinstance(owner, str) else owner.__name__
    return {f"{name}.{member}": Label(zh=zh, en=en) for member, (zh, en) in named.items()}


def role_words(named: Mapping[str, tuple[str, str]]) -> dict[str, Label]:
    """Return what roles are called, by their codes, Chinese first; said where roles are declared.

    `role_words({OFFICER: ("经办人", "Officer")})`
    """
    return {f"{_ROLE}{role}": Label(zh=zh, en=en) for role, (zh, en) in named.items()}


def role_labels(known: Words) -> dict[str, Label]:
    """Return what roles are called, by their codes."""
    return _words_starting(known, _ROLE)


def phrases(field: str, chinese: Mapping[str, str]) -> dict[str, Label]:
    """Return what the texts mean that a contract itself writes into a field, by their English.

    The field says so: `missing: Annotated[Name, Format("word")]`.
    """
    return {f"{field}.{text}": Label(zh=zh, en=text) for text, zh in chinese.items()}


def choice_labels(known: Words, owner: str, choices: Iterable[str | int]) -> dict[str, Label]:
    """Return what choices are called, by their text; those without a word are left out."""
    found = {str(one): known.get(f"{owner}.{one}") for one in choices}
    return {text: label for text, label in found.items() if label is not None}


def words_below(known: Words, owner: str) -> dict[str, Label]:
    """Return all words of one owner, by what stands after its name."""
    return _words_starting(known, f"{owner}.")


def _words_starting(known: Words, start: str) -> dict[str, Label]:
    return {key.removeprefix(start): one for key, one in known.items() if key.startswith(start)}


def field_label(known: Words, owner: str, name: str) -> Label:
    """Return what a field is called: in its class, else everywhere, else its name in words."""
    found = known.get(f"{owner}.{name}") or known.get(name)
    return found or Label(zh=name, en=name.replace("_", " "))


def without_words(schema: ContractSchema) -> list[str]:
    """Return the fields, choices, states and roles that people would read as in the code.

    For authors' tests: `assert without_words(schema_of(Loans)) == []`.
    """
    missing = [
        f"{workflow.name}.{state}"
        for workflow in schema.workflows
        for state in workflow.states
        if state not in workflow.state_labels
    ]
    missing += [role for role in named_roles(schema) if role not in schema.role_labels]
    for method in schema.methods:
        missing += _missing(method.name, method.arguments)
        missing += () if method.result is None else _missing_inside(method.name, method.result)
    for table in schema.tables:
        missing += _missing(table.record, table.fields)
    for event in schema.events:
        missing += _missing(event.name.rpartition(".")[2], event.fields)
    for refusal in schema.refusals:
        missing += _missing(refusal.name, refusal.fields)
    return sorted(set(missing))


def named_roles(schema: ContractSchema) -> set[str]:
    """Return the roles that a contract's methods, moves and exclusions name."""
    moves = [move for workflow in schema.workflows for move in workflow.moves]
    groups = [*(one.roles for one in schema.methods), *(one.roles for one in moves)]
    return {role for group in (*groups, *schema.exclusive_roles) for role in group}


def _missing(owner: str, fields: tuple[FieldSchema, ...]) -> Iterator[str]:
    for field in fields:
        if field.label == field_label(NO_WORDS, "", field.name):
            yield f"{owner}.{field.name}"
        yield from _missing_inside(f"{owner}.{field.name}", field.type)


def _missing_inside(owner: str, kind: ValueType) -> Iterator[str]:
    name = kind.name or owner
    for choice in kind.choices:
        if str(choice) not in kind.choice_labels:
            yield f"{name}.{choice}"
    if kind.items is not None:
        yield from _missing_inside(owner, kind.items)
    yield from _missing(name, kind.fields)
