# SPDX-License-Identifier: Apache-2.0
"""The statistics and warning rules of a contract class, checked against its events."""

from __future__ import annotations

from typing import Final, NamedTuple

from tallystick.contracts.contract import Contract, class_attributes
from tallystick.contracts.declarations import event_name
from tallystick.contracts.derivation import Place, record_schema
from tallystick.contracts.expression_types import EventTypes
from tallystick.contracts.figures import StatisticSchema, WarningSchema
from tallystick.contracts.schema import EventSchema
from tallystick.contracts.statistics import RefusedCall, Statistic, statistic_schemas
from tallystick.contracts.templates import parse_template
from tallystick.contracts.warnings import WarningRule, warning_schemas
from tallystick.contracts.wording import Words
from tallystick.errors import InvalidContract

_DOORS: Final = frozenset({"statistics", "alerts"})
"""Where doors serve the figures; a method of that name could not be reached."""


class DeclaredFigures(NamedTuple):
    """What a contract counts and warns of."""

    statistics: tuple[StatisticSchema, ...]
    warnings: tuple[WarningSchema, ...]


def declared_figures(
    contract: type[Contract], events: tuple[EventSchema, ...], words: Words
) -> DeclaredFigures:
    """Return the schemas of a contract's statistics and warning rules.

    Raises:
        InvalidContract: a declaration does not hold; the message says what to write.
    """
    attributes = class_attributes(contract)
    owner = contract.__name__
    if not any(isinstance(one, Statistic | WarningRule) for one in attributes.values()):
        return DeclaredFigures((), ())
    for name in sorted(_DOORS & attributes.keys()):
        raise InvalidContract(
            f"{owner}.{name}: the platform serves its figures under that name",
            field=f"{owner}.{name}",
            expected="another name",
            found=name,
        )
    types = EventTypes((*events, _refused_call(contract.name, events, words)))
    statistics = tuple(statistic_schemas(owner, attributes, types))
    return DeclaredFigures(statistics, tuple(warning_schemas(owner, attributes, types, statistics)))


def _refused_call(contract: str, events: tuple[EventSchema, ...], words: Words) -> EventSchema:
    """Return the event that stands for refused calls, unless a real one has its name."""
    name = event_name(contract, RefusedCall)
    if any(event.name == name for event in events):
        raise InvalidContract(
            f"{name} is announced by the platform", field=name, expected="an event of another name"
        )
    return EventSchema(
        name=name,
        template=parse_template(RefusedCall.__doc__, owner=RefusedCall.__name__),
        fields=record_schema(RefusedCall, Place(RefusedCall.__name__, words=words)),
    )
