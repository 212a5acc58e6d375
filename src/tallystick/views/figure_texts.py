# SPDX-License-Identifier: Apache-2.0
"""The sentences of alerts: a rule's template filled with the fields of an event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tallystick.contracts import EventSchema, Label, WarningSchema, sentence, template_places
from tallystick.views.shapes import event_schema
from tallystick.views.specs import EventSpec


class RuleTexts:
    """Fills the sentences of one contract's rules."""

    def __init__(self, contract: str, events: Iterable[EventSpec]) -> None:
        """Learn what the fields of the contract's events mean."""
        self._contract = contract
        self._events = {event.name: event_schema(event) for event in events}

    def sentence(self, rule: WarningSchema, event: str, fields: Mapping[str, Any]) -> Label:
        """Return what an alert says, in both languages."""
        known = self._events.get(f"{self._contract}.{event}")
        described = EventSchema(
            name=rule.id, template=rule.sentence, fields=() if known is None else known.fields
        )
        return sentence(described, fields)

    def places(self, rule: WarningSchema) -> tuple[str, ...]:
        """Return the fields that a rule's sentence mentions."""
        return (*template_places(rule.sentence.zh), *template_places(rule.sentence.en))
